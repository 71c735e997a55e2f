//! Periodic reviews as they stand.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::event::{Action, PeriodicReviewFound, PeriodicReviewOpened};
use crate::Sealed;
use crate::event::{Event, Stamp};
use crate::ids::{ModelId, PeriodicReviewId, PrincipalId};
use crate::registry::event::Recorded;
use crate::signoff::SignatureRecord;

/// Where a review is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StateName {
    /// Findings are written down.
    Open,
    /// It waits for signatures.
    Submitted,
    /// Everybody signed.
    Completed,
    /// Somebody said no.
    Rejected,
    /// It was taken back.
    Withdrawn,
}

/// What can be done with a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Write down what was found.
    Find,
    /// Submit it.
    Submit,
    /// Sign it.
    Sign,
    /// Take it back.
    Withdraw,
    /// Say that something was done that had to be.
    Act,
}

impl StateName {
    /// Every state.
    pub const ALL: [Self; 5] =
        [Self::Open, Self::Submitted, Self::Completed, Self::Rejected, Self::Withdrawn];

    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Submitted => "SUBMITTED",
            Self::Completed => "COMPLETED",
            Self::Rejected => "REJECTED",
            Self::Withdrawn => "WITHDRAWN",
        }
    }

    /// What can be done from here.
    pub fn moves(self) -> &'static [Move] {
        match self {
            Self::Open => &[Move::Find, Move::Submit, Move::Withdraw],
            Self::Submitted => &[Move::Sign, Move::Withdraw, Move::Act],
            Self::Completed => &[Move::Act],
            Self::Rejected | Self::Withdrawn => &[],
        }
    }

    /// Whether it is not over.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Submitted)
    }
}

impl Move {
    /// Every move.
    pub const ALL: [Self; 5] = [Self::Find, Self::Submit, Self::Sign, Self::Withdraw, Self::Act];

    /// In words, after "it can be".
    pub fn done(self) -> &'static str {
        match self {
            Self::Find => "given findings",
            Self::Submit => "submitted",
            Self::Sign => "signed",
            Self::Withdraw => "withdrawn",
            Self::Act => "told that an action is done",
        }
    }
}

/// What was found in a section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingRecord {
    /// What.
    pub found: PeriodicReviewFound,
    /// When, and by whom.
    pub recorded: Recorded,
}

/// That an action is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// How.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Sealed>,
    /// When, and by whom.
    pub recorded: Recorded,
}

/// Where it is, with what belongs to that alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub enum Lifecycle {
    /// Findings are written down.
    Open,
    /// It waits for signatures.
    Submitted {
        /// The roles that sign.
        roles: Vec<String>,
        /// When, and by whom.
        submitted: Recorded,
    },
    /// Everybody signed.
    Completed {
        /// The roles that signed.
        roles: Vec<String>,
        /// When it was submitted, and by whom.
        submitted: Recorded,
        /// When, and by whose signature.
        recorded: Recorded,
    },
    /// Somebody said no.
    Rejected {
        /// The roles that were to sign.
        roles: Vec<String>,
        /// When it was submitted, and by whom.
        submitted: Recorded,
        /// When, and who.
        recorded: Recorded,
    },
    /// It was taken back.
    Withdrawn {
        /// When, and by whom.
        recorded: Recorded,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<Sealed>,
    },
}

/// A review of a model in service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodicReview {
    /// Its id.
    pub id: PeriodicReviewId,
    /// The model.
    pub model: ModelId,
    /// The tier that the model had when it was opened.
    pub tier: String,
    /// What is looked at.
    pub sections: Vec<String>,
    /// When it was opened, and by whom.
    pub opened: Recorded,
    /// By section, what was found.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub findings: BTreeMap<String, FindingRecord>,
    /// By id, the actions that are done.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub done: BTreeMap<String, Done>,
    /// Who signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<SignatureRecord>,
    /// Where it is in its life.
    pub lifecycle: Lifecycle,
}

impl PeriodicReview {
    /// The review that the event opens.
    pub fn new(id: PeriodicReviewId, event: &PeriodicReviewOpened, stamp: &Stamp) -> Self {
        Self {
            id,
            model: event.model,
            tier: event.tier.clone(),
            sections: event.sections.clone(),
            opened: stamp.into(),
            findings: BTreeMap::new(),
            done: BTreeMap::new(),
            signatures: Vec::new(),
            lifecycle: Lifecycle::Open,
        }
    }

    /// Where it is.
    pub fn state(&self) -> StateName {
        match self.lifecycle {
            Lifecycle::Open => StateName::Open,
            Lifecycle::Submitted { .. } => StateName::Submitted,
            Lifecycle::Completed { .. } => StateName::Completed,
            Lifecycle::Rejected { .. } => StateName::Rejected,
            Lifecycle::Withdrawn { .. } => StateName::Withdrawn,
        }
    }

    /// The roles that sign, once it was submitted.
    pub fn roles(&self) -> &[String] {
        match &self.lifecycle {
            Lifecycle::Open | Lifecycle::Withdrawn { .. } => &[],
            Lifecycle::Submitted { roles, .. }
            | Lifecycle::Completed { roles, .. }
            | Lifecycle::Rejected { roles, .. } => roles,
        }
    }

    /// Whose request it is: who submitted it, or until then who opened it.
    pub fn requester(&self) -> PrincipalId {
        match &self.lifecycle {
            Lifecycle::Open | Lifecycle::Withdrawn { .. } => self.opened.by,
            Lifecycle::Submitted { submitted, .. }
            | Lifecycle::Completed { submitted, .. }
            | Lifecycle::Rejected { submitted, .. } => submitted.by,
        }
    }

    /// When it was completed, and by whose signature.
    pub fn completed(&self) -> Option<Recorded> {
        if let Lifecycle::Completed { recorded, .. } = self.lifecycle { Some(recorded) } else { None }
    }

    /// Everything that has to be done, with the section that asks for it.
    pub fn actions(&self) -> impl Iterator<Item = (&str, &Action)> {
        self.findings.iter().flat_map(|(section, record)| {
            record.found.actions.iter().map(move |action| (section.as_str(), action))
        })
    }

    pub(crate) fn evolve(&mut self, event: &Event, stamp: &Stamp) {
        let recorded: Recorded = stamp.into();
        #[expect(clippy::wildcard_enum_match_arm, reason = "the other events are about other things")]
        match event {
            Event::PeriodicReviewFound(found) => {
                let record = FindingRecord { found: found.clone(), recorded };
                self.findings.insert(found.section.clone(), record);
            }
            Event::PeriodicReviewSubmitted(event) => {
                self.lifecycle = Lifecycle::Submitted { roles: event.roles.clone(), submitted: recorded };
            }
            Event::PeriodicReviewSigned(signature) => {
                self.signatures.push(SignatureRecord { signature: signature.clone(), recorded });
            }
            Event::PeriodicReviewCompleted(_) => self.decided(true, recorded),
            Event::PeriodicReviewRejected(_) => self.decided(false, recorded),
            Event::PeriodicReviewWithdrawn(event) => {
                self.lifecycle = Lifecycle::Withdrawn { recorded, comment: event.comment.clone() };
            }
            Event::PeriodicReviewActed(event) => {
                let done = Done { comment: event.comment.clone(), recorded };
                self.done.insert(event.action.clone(), done);
            }
            _ => {}
        }
    }

    fn decided(&mut self, yes: bool, recorded: Recorded) {
        let Lifecycle::Submitted { roles, submitted } = &self.lifecycle else { return };
        let (roles, submitted) = (roles.clone(), *submitted);
        self.lifecycle = if yes {
            Lifecycle::Completed { roles, submitted, recorded }
        } else {
            Lifecycle::Rejected { roles, submitted, recorded }
        };
    }
}
