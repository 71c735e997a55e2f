//! What conditions read of a change.

use serde::Serialize;

use super::{ChangeRequest, ChangeType, Hearing, StateName};
use crate::RiskLevel;
use crate::ids::ChangeId;
use crate::registry::Version;
use crate::registry::event::Recorded;

/// The newest change to a version that is neither rejected nor withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeFacts {
    /// Its id.
    pub id: ChangeId,
    /// What it changes.
    #[serde(rename = "type")]
    pub kind: ChangeType,
    /// Where it is in its life.
    pub state: StateName,
    /// Where it is made.
    pub environment: String,
    /// Its risk, once it was submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk: Option<RiskLevel>,
    /// Whether its reviewers have signed, it was neither made in vain nor taken back, and until it is begun each of them could
    /// still sign.
    pub approved: bool,
}

impl ChangeFacts {
    /// Whether it lets the version into that stage: it is made there and puts the version in place; and its reviewers have
    /// approved it, or it is an emergency that its pair has started.
    pub fn lets_into(&self, stage: &str) -> bool {
        let is_under_way = self.kind == ChangeType::Emergency && self.state == StateName::InProgress;
        self.environment == stage && self.kind.places_a_version() && (self.approved || is_under_way)
    }

    /// Whether nobody was left to sign once, or what was to be done failed.
    pub fn is_decided(&self) -> bool {
        !matches!(self.state, StateName::Draft | StateName::Submitted | StateName::UnderReview)
    }
}

/// What conditions read of that change, for the version that it leads to. A change brings the version where it is to stand
/// once: when the version has gone elsewhere since, the change is spent, and another way back there needs another one.
pub fn facts_of_version(hearing: &Hearing<'_>, version: &Version) -> ChangeFacts {
    let facts = facts(hearing);
    ChangeFacts { approved: facts.approved && !is_spent(hearing.change, version), ..facts }
}

/// Whether the version has left since where the change brought it, whether or not anybody said that the change was made.
fn is_spent(change: &ChangeRequest, version: &Version) -> bool {
    let ChangeRequest { state, content, submitted, completed, .. } = change;
    let environment = &content.environment;
    let before = |recorded: Option<&Recorded>| recorded.is_some_and(|it| it.at < version.stage_since);
    let since = match state {
        StateName::Completed => before(completed.as_ref().map(|completed| &completed.recorded)),
        StateName::Approved | StateName::Scheduled | StateName::InProgress => {
            version.stood_in.contains(environment)
                && before(submitted.as_ref().map(|submitted| &submitted.recorded))
        }
        StateName::Draft
        | StateName::Submitted
        | StateName::UnderReview
        | StateName::Rejected
        | StateName::Failed
        | StateName::RolledBack
        | StateName::Withdrawn => false,
    };
    version.stage != *environment && since
}

/// What conditions read of that change.
pub fn facts(hearing: &Hearing<'_>) -> ChangeFacts {
    let change = hearing.change;
    ChangeFacts {
        id: change.id,
        kind: change.content.kind,
        state: change.state,
        environment: change.content.environment.clone(),
        risk: change.risk(),
        approved: is_approved(hearing),
    }
}

fn is_approved(hearing: &Hearing<'_>) -> bool {
    let ChangeRequest { state, approved, rejected, .. } = hearing.change;
    let holds = match state {
        StateName::Approved | StateName::Scheduled => hearing.missing().is_empty(),
        StateName::InProgress | StateName::Completed => true,
        StateName::Draft
        | StateName::Submitted
        | StateName::UnderReview
        | StateName::Rejected
        | StateName::Failed
        | StateName::RolledBack
        | StateName::Withdrawn => false,
    };
    holds && approved.is_some() && rejected.is_none()
}
