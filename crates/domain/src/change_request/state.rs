//! Change requests as they stand.

use serde::{Deserialize, Serialize};

use super::event::{ChangeRequested, ChangeSubmitted, Window};
use super::{ChangeType, Content};
use crate::event::{Event, Stamp};
use crate::ids::{ChangeId, ModelId, PrincipalId};
use crate::registry::event::Recorded;
use crate::signoff::SignatureRecord;
use crate::{RiskLevel, Sealed, Time};

/// Where a change is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StateName {
    /// It is being written.
    Draft,
    /// It waits for its reviewers, and none has signed.
    Submitted,
    /// Some of its reviewers have signed.
    UnderReview,
    /// All of them have.
    Approved,
    /// One of them said no.
    Rejected,
    /// It has a time.
    Scheduled,
    /// It is being made.
    InProgress,
    /// It was made.
    Completed,
    /// It could not be made, or not well.
    Failed,
    /// It was taken back by another change.
    RolledBack,
    /// The request was taken back.
    Withdrawn,
}

impl StateName {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Draft,
        Self::Submitted,
        Self::UnderReview,
        Self::Approved,
        Self::Rejected,
        Self::Scheduled,
        Self::InProgress,
        Self::Completed,
        Self::Failed,
        Self::RolledBack,
        Self::Withdrawn,
    ];

    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Submitted => "SUBMITTED",
            Self::UnderReview => "UNDER_REVIEW",
            Self::Approved => "APPROVED",
            Self::Rejected => "REJECTED",
            Self::Scheduled => "SCHEDULED",
            Self::InProgress => "IN_PROGRESS",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::RolledBack => "ROLLED_BACK",
            Self::Withdrawn => "WITHDRAWN",
        }
    }

    /// Whether it was submitted and is not over.
    pub fn is_open(self) -> bool {
        matches!(
            self,
            Self::Submitted | Self::UnderReview | Self::Approved | Self::Scheduled | Self::InProgress
        )
    }
}

/// What was fixed when a change was submitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Submitted {
    /// Its risk.
    pub risk: RiskLevel,
    /// What the risk follows from.
    pub reasons: Vec<String>,
    /// The roles that sign.
    pub reviewers: Vec<String>,
    /// The roles of the two persons whose signatures let an emergency start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emergency_pair: Vec<String>,
    /// When, and by whom.
    pub recorded: Recorded,
}

/// When a change is to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduled {
    /// The time.
    pub at: Time,
    /// Its month, `YYYY-MM` by the calendar of the pack.
    pub month: String,
    /// When that was said, and by whom.
    pub recorded: Recorded,
}

/// When a change was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Started {
    /// Its month, `YYYY-MM` by the calendar of the pack.
    pub month: String,
    /// Whether the emergency pair let it start before the reviewers had signed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_emergency_pair: bool,
    /// When, and by whom.
    pub recorded: Recorded,
}

/// How a change ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completed {
    /// Whether it did what it was to do.
    pub success: bool,
    /// How it went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Sealed>,
    /// Its month, `YYYY-MM` by the calendar of the pack.
    pub month: String,
    /// When, and by whom.
    pub recorded: Recorded,
}

/// A change of a model, asked for or made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeRequest {
    /// Its id.
    pub id: ChangeId,
    /// Of which model.
    pub model: ModelId,
    /// What is to change.
    pub content: Content,
    /// Who made the target version, and so does not sign.
    pub maker: PrincipalId,
    /// Where it is in its life.
    pub state: StateName,
    /// When it was asked for, and by whom.
    pub requested: Recorded,
    /// What was fixed when it was submitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted: Option<Submitted>,
    /// What reviewers said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<SignatureRecord>,
    /// When the last of the reviewers said yes, and who that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<Recorded>,
    /// When one of them said no, and who that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected: Option<Recorded>,
    /// When it is to be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled: Option<Scheduled>,
    /// When it was begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Started>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed: Option<Completed>,
    /// The change that it takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback_of: Option<ChangeId>,
    /// Of a change that takes another one back: the version that it leads to had never stood in that environment, so that it
    /// is no way back, and is treated as an update.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub to_unserved: bool,
    /// The newest change that was to take it back, or did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rolled_back_by: Option<ChangeId>,
    /// When the request was taken back, and by whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Recorded>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_because: Option<Sealed>,
}

impl ChangeRequest {
    /// The change that the event asks for.
    pub fn new(id: ChangeId, event: &ChangeRequested, stamp: &Stamp) -> Self {
        Self {
            id,
            model: event.model,
            content: (*event.content).clone(),
            maker: event.maker,
            state: StateName::Draft,
            requested: stamp.into(),
            submitted: None,
            signatures: Vec::new(),
            approved: None,
            rejected: None,
            scheduled: None,
            started: None,
            completed: None,
            rollback_of: event.rollback_of,
            to_unserved: event.to_unserved,
            rolled_back_by: None,
            withdrawn: None,
            withdrawn_because: None,
        }
    }

    /// Who asked for it.
    pub fn requester(&self) -> PrincipalId {
        self.requested.by
    }

    /// The type by which it is rated.
    pub fn rated_as(&self) -> ChangeType {
        if self.to_unserved { ChangeType::ModelUpdate } else { self.content.kind }
    }

    /// The periods in which its request says that it may not be made. Absent where it cannot wait for the end of any, nor of
    /// those of the pack.
    pub fn blackouts(&self) -> Option<&[Window]> {
        (!self.rated_as().is_urgent()).then_some(&self.content.blackouts)
    }

    /// Its risk, once it was submitted.
    pub fn risk(&self) -> Option<RiskLevel> {
        self.submitted.as_ref().map(|submitted| submitted.risk)
    }

    /// Whether it was started by the emergency pair and still waits for other reviewers.
    pub fn is_reviewed_late(&self) -> bool {
        self.started.is_some() && self.approved.is_none() && self.rejected.is_none()
    }

    /// Whether anything is still to be done: a draft is to be submitted, a late review to be given.
    pub fn is_unfinished(&self) -> bool {
        self.state == StateName::Draft || self.state.is_open() || self.is_reviewed_late()
    }

    /// Whether it says anything of the version that it leads to: a draft says nothing yet, and what was rejected or withdrawn
    /// nothing any more.
    pub fn says_something(&self) -> bool {
        use StateName::{Draft, Rejected, Withdrawn};
        self.rejected.is_none() && !matches!(self.state, Draft | Rejected | Withdrawn)
    }

    /// When it happens, or happened: when it was begun, or else when it is to be.
    pub fn takes_place(&self) -> Option<Time> {
        let started = self.started.as_ref().map(|started| started.recorded.at);
        started.or_else(|| self.scheduled.as_ref().map(|scheduled| scheduled.at))
    }

    /// The month of that, as it was written then.
    pub fn month(&self) -> Option<&str> {
        let started = self.started.as_ref().map(|started| started.month.as_str());
        started.or_else(|| self.scheduled.as_ref().map(|scheduled| scheduled.month.as_str()))
    }

    pub(crate) fn evolve(&mut self, event: &Event, stamp: &Stamp) {
        let recorded: Recorded = stamp.into();
        #[expect(clippy::wildcard_enum_match_arm, reason = "the other events are about other things")]
        match event {
            Event::ChangeSubmitted(submitted) => self.submit(submitted, recorded),
            Event::ChangeSigned(signature) => {
                self.signatures.push(SignatureRecord { signature: signature.clone(), recorded });
                self.reach(StateName::UnderReview);
            }
            Event::ChangeApproved(_) => {
                self.approved = Some(recorded);
                self.reach(StateName::Approved);
            }
            Event::ChangeRejected(_) => {
                self.rejected = Some(recorded);
                if self.started.is_none() {
                    self.state = StateName::Rejected;
                }
            }
            Event::ChangeScheduled(scheduled) => {
                let (at, month) = (scheduled.at, scheduled.month.clone());
                self.scheduled = Some(Scheduled { at, month, recorded });
                self.state = StateName::Scheduled;
            }
            Event::ChangeStarted(started) => {
                let (month, by_emergency_pair) = (started.month.clone(), started.by_emergency_pair);
                self.started = Some(Started { month, by_emergency_pair, recorded });
                self.state = StateName::InProgress;
            }
            Event::ChangeCompleted(ended) => {
                let (success, notes, month) = (ended.success, ended.notes.clone(), ended.month.clone());
                self.completed = Some(Completed { success, notes, month, recorded });
                self.state = if success { StateName::Completed } else { StateName::Failed };
            }
            Event::ChangeRollbackRequested(rollback) => self.rolled_back_by = Some(rollback.by),
            Event::ChangeRolledBack(rollback) => {
                self.rolled_back_by = Some(rollback.by);
                self.state = StateName::RolledBack;
            }
            Event::ChangeWithdrawn(withdrawn) => {
                self.withdrawn = Some(recorded);
                self.withdrawn_because.clone_from(&withdrawn.comment);
                self.state = StateName::Withdrawn;
            }
            _ => {}
        }
    }

    fn submit(&mut self, event: &ChangeSubmitted, recorded: Recorded) {
        self.content.plan = event.plan.clone();
        self.signatures.extend(event.carried.iter().cloned());
        self.state = if event.carried.is_empty() { StateName::Submitted } else { StateName::UnderReview };
        self.submitted = Some(Submitted {
            risk: event.risk,
            reasons: event.reasons.clone(),
            reviewers: event.reviewers.clone(),
            emergency_pair: event.emergency_pair.clone(),
            recorded,
        });
    }

    /// A later state of the review; what has left the review stays where it is.
    fn reach(&mut self, state: StateName) {
        if matches!(self.state, StateName::Submitted | StateName::UnderReview) {
            self.state = state;
        }
    }
}
