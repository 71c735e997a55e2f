//! Requests for another tier as they stand.

use serde::{Deserialize, Serialize};

use super::event::TierChangeRequested;
use crate::Sealed;
use crate::event::{Event, Stamp};
use crate::ids::{PrincipalId, TierChangeId};
use crate::registry::event::Recorded;
use crate::signoff::SignatureRecord;

/// Where a request is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StateName {
    /// It waits for signatures.
    Open,
    /// The model changed.
    Approved,
    /// Somebody said no.
    Rejected,
    /// The requester took it back.
    Withdrawn,
}

/// What can be done with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Sign it.
    Sign,
    /// Take it back.
    Withdraw,
}

impl StateName {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Open, Self::Approved, Self::Rejected, Self::Withdrawn];

    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Approved => "APPROVED",
            Self::Rejected => "REJECTED",
            Self::Withdrawn => "WITHDRAWN",
        }
    }

    /// What can be done from here.
    pub fn moves(self) -> &'static [Move] {
        match self {
            Self::Open => &[Move::Sign, Move::Withdraw],
            Self::Approved | Self::Rejected | Self::Withdrawn => &[],
        }
    }
}

impl Move {
    /// Every move.
    pub const ALL: [Self; 2] = [Self::Sign, Self::Withdraw];

    /// In words, after "it can be".
    pub fn done(self) -> &'static str {
        match self {
            Self::Sign => "signed",
            Self::Withdraw => "withdrawn",
        }
    }
}

/// Where it is, with what belongs to that alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub enum Lifecycle {
    /// It waits for signatures.
    Open,
    /// The model changed.
    Approved {
        /// When, and by whose signature.
        recorded: Recorded,
    },
    /// Somebody said no.
    Rejected {
        /// When, and who.
        recorded: Recorded,
    },
    /// The requester took it back.
    Withdrawn {
        /// When, and who.
        recorded: Recorded,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<Sealed>,
    },
}

/// A request for another tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TierChange {
    /// Its id.
    pub id: TierChangeId,
    /// What was asked for.
    #[serde(flatten)]
    pub asked: TierChangeRequested,
    /// When, and by whom.
    pub requested: Recorded,
    /// Who signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<SignatureRecord>,
    /// Where it is in its life.
    pub lifecycle: Lifecycle,
}

impl TierChange {
    /// The request that the event makes.
    pub fn new(id: TierChangeId, event: &TierChangeRequested, stamp: &Stamp) -> Self {
        let (asked, requested) = (event.clone(), stamp.into());
        Self { id, asked, requested, signatures: Vec::new(), lifecycle: Lifecycle::Open }
    }

    /// Who asked for it.
    pub fn requester(&self) -> PrincipalId {
        self.requested.by
    }

    /// Where it is.
    pub fn state(&self) -> StateName {
        match self.lifecycle {
            Lifecycle::Open => StateName::Open,
            Lifecycle::Approved { .. } => StateName::Approved,
            Lifecycle::Rejected { .. } => StateName::Rejected,
            Lifecycle::Withdrawn { .. } => StateName::Withdrawn,
        }
    }

    pub(crate) fn evolve(&mut self, event: &Event, stamp: &Stamp) {
        let recorded = stamp.into();
        #[expect(clippy::wildcard_enum_match_arm, reason = "the other events are about other things")]
        match event {
            Event::TierChangeSigned(signature) => {
                self.signatures.push(SignatureRecord { signature: signature.clone(), recorded });
            }
            Event::TierChangeApproved(_) => self.lifecycle = Lifecycle::Approved { recorded },
            Event::TierChangeRejected(_) => self.lifecycle = Lifecycle::Rejected { recorded },
            Event::TierChangeWithdrawn(event) => {
                self.lifecycle = Lifecycle::Withdrawn { recorded, comment: event.comment.clone() };
            }
            _ => {}
        }
    }
}
