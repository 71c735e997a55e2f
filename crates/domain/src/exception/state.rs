//! An exception as it stands.

use assent_sabotage::{Fault, planted};
use serde::{Deserialize, Serialize};

use super::event::{ExceptionRequested, ExceptionSubmitted, Terms};
use crate::event::{Event, Stamp};
use crate::ids::{ExceptionId, ModelId, PrincipalId, PromotionId, VersionId};
use crate::registry::event::Recorded;
use crate::signoff::SignatureRecord;
use crate::{Sealed, Time};

/// The name of a state, as on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StateName {
    /// Asked for, and not submitted.
    Draft,
    /// It waits for signatures.
    Submitted,
    /// Approved at a time that has not come yet for the clock that is asked.
    Approved,
    /// Approved, and in its time.
    Active,
    /// Somebody said no.
    Rejected,
    /// Taken back before it was decided.
    Withdrawn,
    /// Its time is over.
    Expired,
    /// Ended before its time.
    Revoked,
    /// What it excused was mended.
    Remediated,
}

impl StateName {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Draft,
        Self::Submitted,
        Self::Approved,
        Self::Active,
        Self::Rejected,
        Self::Withdrawn,
        Self::Expired,
        Self::Revoked,
        Self::Remediated,
    ];

    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Submitted => "SUBMITTED",
            Self::Approved => "APPROVED",
            Self::Active => "ACTIVE",
            Self::Rejected => "REJECTED",
            Self::Withdrawn => "WITHDRAWN",
            Self::Expired => "EXPIRED",
            Self::Revoked => "REVOKED",
            Self::Remediated => "REMEDIATED",
        }
    }

    /// Whether nobody has decided yet.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Submitted)
    }
}

/// From when until when it was approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Approval {
    /// From when.
    pub at: Time,
    /// Until when (not included).
    pub ends_at: Time,
    /// Whether nobody was asked, because the policy wants no approval.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_approval: bool,
}

impl Approval {
    fn state_at(self, now: Time) -> StateName {
        if now < self.at {
            StateName::Approved
        } else if now < self.ends_at || planted(Fault::ExceptionExpiry) {
            StateName::Active
        } else {
            StateName::Expired
        }
    }
}

/// What became of an exception. What the clock alone changes is not here: see [`Exception::state_at`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Lifecycle {
    /// Asked for.
    Draft,
    /// It waits for signatures.
    Submitted,
    /// It was approved.
    Approved,
    /// Somebody said no.
    Rejected {
        /// When, and who.
        by: Recorded,
    },
    /// It was taken back.
    Withdrawn {
        /// When, and by whom.
        by: Recorded,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<Sealed>,
    },
    /// It was ended before its time.
    Revoked {
        /// When, and by whom.
        by: Recorded,
        /// Why.
        reason: Sealed,
    },
    /// What it excused was mended.
    Remediated {
        /// When, and who said so.
        by: Recorded,
        /// How.
        how: Sealed,
    },
    /// It was noted that it had ended.
    Expired,
}

/// A submission: what it pins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// The tier that the model had.
    pub tier: String,
    /// The roles that have to sign, for that tier.
    pub roles: Vec<String>,
    /// When it was submitted, and by whom.
    pub recorded: Recorded,
}

/// The gates that it opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uses {
    /// How many; each is in the log.
    pub count: u64,
    /// The promotion that was completed last.
    pub promotion: PromotionId,
    /// When.
    pub at: Time,
}

/// A waiver of one policy for one model or version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Exception {
    /// Its id.
    pub id: ExceptionId,
    /// What was asked for.
    #[serde(flatten)]
    pub request: ExceptionRequested,
    /// When it was asked for, and by whom.
    pub requested: Recorded,
    /// What the submission pinned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submission: Option<Submission>,
    /// What was signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<SignatureRecord>,
    /// From when until when it was approved; it stays when the exception is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// The gates that it opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<Uses>,
    /// What became of it.
    pub lifecycle: Lifecycle,
}

impl Exception {
    /// The exception that the event asks for.
    pub fn new(id: ExceptionId, event: &ExceptionRequested, stamp: &Stamp) -> Self {
        Self {
            id,
            request: event.clone(),
            requested: stamp.into(),
            submission: None,
            signatures: Vec::new(),
            approval: None,
            uses: None,
            lifecycle: Lifecycle::Draft,
        }
    }

    /// The policy that it waives.
    pub fn policy(&self) -> &str {
        &self.request.policy
    }

    /// The model that it is about.
    pub fn model(&self) -> ModelId {
        self.request.model
    }

    /// What is asked for.
    pub fn terms(&self) -> &Terms {
        &self.request.terms
    }

    /// Who asked for it.
    pub fn requester(&self) -> PrincipalId {
        self.requested.by
    }

    /// Whether it is about just that: a model, or one version of it.
    pub fn is_about(&self, model: ModelId, version: Option<VersionId>) -> bool {
        self.request.model == model && self.request.version == version
    }

    /// Whether it counts for that version of that model.
    pub fn covers(&self, model: ModelId, version: VersionId) -> bool {
        self.request.model == model && self.request.version.is_none_or(|only| only == version)
    }

    /// Where it stood when something was last recorded of it.
    pub fn state(&self) -> StateName {
        match self.lifecycle {
            Lifecycle::Draft => StateName::Draft,
            Lifecycle::Submitted => StateName::Submitted,
            Lifecycle::Approved => StateName::Approved,
            Lifecycle::Rejected { .. } => StateName::Rejected,
            Lifecycle::Withdrawn { .. } => StateName::Withdrawn,
            Lifecycle::Revoked { .. } => StateName::Revoked,
            Lifecycle::Remediated { .. } => StateName::Remediated,
            Lifecycle::Expired => StateName::Expired,
        }
    }

    /// Where it stands at that time. This is the one place where the end of an exception is compared with a clock.
    pub fn state_at(&self, now: Time) -> StateName {
        match (self.state(), self.approval) {
            (StateName::Approved, Some(approval)) => approval.state_at(now),
            (state, _) => state,
        }
    }

    /// Whether it waives its policy at that time.
    pub fn holds_at(&self, now: Time) -> bool {
        self.state_at(now) == StateName::Active
    }

    pub(crate) fn evolve(&mut self, event: &Event, stamp: &Stamp) {
        let by = stamp.into();
        #[expect(clippy::wildcard_enum_match_arm, reason = "the other events are about other things")]
        match event {
            Event::ExceptionSubmitted(event) => self.submitted(event, by),
            Event::ExceptionSigned(signature) => {
                self.signatures.push(SignatureRecord { signature: signature.clone(), recorded: by });
            }
            Event::ExceptionApproved(event) => {
                let without_approval = event.without_approval;
                self.approval = Some(Approval { at: stamp.at, ends_at: event.ends_at, without_approval });
                self.lifecycle = Lifecycle::Approved;
            }
            Event::ExceptionRejected(_) => self.lifecycle = Lifecycle::Rejected { by },
            Event::ExceptionWithdrawn(event) => {
                self.lifecycle = Lifecycle::Withdrawn { by, comment: event.comment.clone() };
            }
            Event::ExceptionRevoked(event) => {
                self.lifecycle = Lifecycle::Revoked { by, reason: event.reason.clone() };
            }
            Event::ExceptionRemediated(event) => {
                self.lifecycle = Lifecycle::Remediated { by, how: event.how.clone() };
            }
            Event::ExceptionExpired(_) => self.lifecycle = Lifecycle::Expired,
            Event::ExceptionUsed(event) => {
                let count = self.uses.map_or(0, |uses| uses.count).saturating_add(1);
                self.uses = Some(Uses { count, promotion: event.promotion, at: stamp.at });
            }
            _ => {}
        }
    }

    fn submitted(&mut self, event: &ExceptionSubmitted, recorded: Recorded) {
        let (tier, roles) = (event.tier.clone(), event.roles.clone());
        self.submission = Some(Submission { tier, roles, recorded });
        self.lifecycle = Lifecycle::Submitted;
    }
}
