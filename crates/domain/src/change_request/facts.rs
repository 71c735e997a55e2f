//! What conditions read of a change.

use serde::Serialize;

use super::{ChangeRequest, ChangeType, Hearing, StateName};
use crate::RiskLevel;
use crate::ids::ChangeId;
use crate::registry::Version;

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

/// What conditions read of that change, for the version that it leads to. A change that was completed has brought the version
/// where it stands; once the version has gone elsewhere, the change is spent, and another way back there needs another one.
pub fn facts_of_version(hearing: &Hearing<'_>, version: &Version) -> ChangeFacts {
    let ChangeRequest { state, content, completed, .. } = hearing.change;
    let is_spent = *state == StateName::Completed
        && version.stage != content.environment
        && completed.as_ref().is_some_and(|completed| completed.recorded.at < version.stage_since);
    let facts = facts(hearing);
    ChangeFacts { approved: facts.approved && !is_spent, ..facts }
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
