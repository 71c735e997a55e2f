//! What conditions read of a change.

use serde::Serialize;

use super::{ChangeRequest, ChangeType, Hearing, StateName, Window};
use crate::RiskLevel;
use crate::ids::{ChangeId, PrincipalId};
use crate::registry::Version;
use crate::registry::event::Recorded;
use crate::signoff::SignatureRecord;
use crate::workflow::OWNER;

/// A change to a version, as conditions read it and the step of a promotion that waits for one.
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
    /// Whether its reviewers have signed, it was neither made in vain nor taken back, and until it has brought the version where
    /// it is made each of them could still sign.
    pub approved: bool,
    /// Whether the version has been where the change brings it, and has left since.
    pub spent: bool,
    /// Whether somebody said no, even after an emergency had started.
    #[serde(skip)]
    pub rejected: bool,
    /// The blackouts of its request; absent where it cannot wait for the end of any, nor of those of the pack.
    #[serde(skip)]
    pub blackouts: Option<Vec<Window>>,
    /// Whose signatures count, those included in whose place somebody signed, and the attestation of the owner left out.
    #[serde(skip)]
    pub signers: Vec<PrincipalId>,
}

impl ChangeFacts {
    /// Whether it lets the version into that stage: it is made there and puts the version in place; and its reviewers have
    /// approved it, or it is an emergency that its pair has started.
    pub fn lets_into(&self, stage: &str) -> bool {
        let is_under_way = self.kind == ChangeType::Emergency && self.state == StateName::InProgress;
        let holds = self.approved || (is_under_way && !self.rejected && !self.spent);
        self.environment == stage && self.kind.places_a_version() && holds
    }

    /// Whether nobody was left to sign once, or what was to be done failed.
    pub fn is_decided(&self) -> bool {
        !matches!(self.state, StateName::Draft | StateName::Submitted | StateName::UnderReview)
    }
}

/// What conditions read of that change, for the version that it leads to. A change brings the version where it is to stand
/// once: when the version has gone elsewhere since, the change is spent, and another way back there needs another one. As long
/// as the version is not there, the signatures have to hold, whether or not somebody has begun to make the change.
pub fn facts_of_version(hearing: &Hearing<'_>, version: &Version) -> ChangeFacts {
    let facts = facts(hearing);
    let spent = is_spent(hearing.change, version);
    let is_there = version.stage == hearing.change.content.environment;
    let approved = facts.approved && !spent && (is_there || hearing.missing().is_empty());
    ChangeFacts { approved, spent, ..facts }
}

/// Whether the version has left since where the change brought it, whether or not, and whenever, anybody said that the change
/// was made.
fn is_spent(change: &ChangeRequest, version: &Version) -> bool {
    let ChangeRequest { state, content, submitted, completed, .. } = change;
    let environment = &content.environment;
    let before = |recorded: Option<&Recorded>| recorded.is_some_and(|it| it.at < version.stage_since);
    let stood_there = version.stood_in.contains(environment)
        && before(submitted.as_ref().map(|submitted| &submitted.recorded));
    let since = match state {
        StateName::Completed => {
            stood_there || before(completed.as_ref().map(|completed| &completed.recorded))
        }
        StateName::Approved | StateName::Scheduled | StateName::InProgress => stood_there,
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
        spent: false,
        rejected: change.rejected.is_some(),
        blackouts: change.blackouts().map(<[Window]>::to_vec),
        signers: signers(hearing),
    }
}

/// Everybody who had a hand in a signature that counts, but for the owner's for their own work.
fn signers(hearing: &Hearing<'_>) -> Vec<PrincipalId> {
    let standing = hearing.standing();
    let counts = |record: &&SignatureRecord| {
        let role = &record.signature.role;
        role != OWNER && standing.signed.get(role) == Some(&record.recorded.by)
    };
    hearing.change.signatures.iter().filter(counts).flat_map(SignatureRecord::hands).collect()
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
