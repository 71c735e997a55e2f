//! Proposals as they stand.

use serde::{Deserialize, Serialize};

use super::Proposed;
use super::event::ProposalMade;
use crate::event::{Event, Stamp};
use crate::ids::{Digest, ProposalId};
use crate::registry::event::Recorded;
use crate::{Sealed, Time};

/// Where a proposal is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StateName {
    /// It waits for a second person.
    Open,
    /// A second person confirmed it, and it was done.
    Confirmed,
    /// A second person declined it.
    Declined,
    /// Who made it took it back.
    Withdrawn,
    /// Its time is over.
    Expired,
}

impl StateName {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Open, Self::Confirmed, Self::Declined, Self::Withdrawn, Self::Expired];

    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Confirmed => "CONFIRMED",
            Self::Declined => "DECLINED",
            Self::Withdrawn => "WITHDRAWN",
            Self::Expired => "EXPIRED",
        }
    }

    /// What can be done from here.
    pub fn moves(self) -> &'static [Move] {
        match self {
            Self::Open => &[Move::Confirm, Move::Decline, Move::Withdraw],
            Self::Confirmed | Self::Declined | Self::Withdrawn | Self::Expired => &[],
        }
    }
}

/// What somebody can do with a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Confirm it, as the second person.
    Confirm,
    /// Decline it, as the second person.
    Decline,
    /// Take it back.
    Withdraw,
}

impl Move {
    /// In words, after "it can be".
    pub fn done(self) -> &'static str {
        match self {
            Self::Confirm => "confirmed",
            Self::Decline => "declined",
            Self::Withdraw => "withdrawn",
        }
    }
}

/// What became of a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub enum Lifecycle {
    /// Nothing yet.
    Open,
    /// It was confirmed and done.
    Confirmed {
        /// When, and by whom.
        recorded: Recorded,
        /// The role of the duty `configurationApprover` in which.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<String>,
    },
    /// It was declined.
    Declined {
        /// When, and by whom.
        recorded: Recorded,
        /// Why.
        reason: Sealed,
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

/// A change that waits for a second person, or did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Proposal {
    /// Its id.
    pub id: ProposalId,
    /// What is to be done.
    pub proposed: Proposed,
    /// What a confirmation names.
    pub digest: Digest,
    /// When it was made, and by whom.
    pub recorded: Recorded,
    /// Until when it can be confirmed (not included).
    pub expires_at: Time,
    /// What became of it.
    pub lifecycle: Lifecycle,
}

impl Proposal {
    /// The proposal that the event makes.
    pub fn new(id: ProposalId, event: &ProposalMade, stamp: &Stamp) -> Self {
        Self {
            id,
            proposed: event.proposed.clone(),
            digest: event.digest,
            recorded: stamp.into(),
            expires_at: event.expires_at,
            lifecycle: Lifecycle::Open,
        }
    }

    /// Where it stood when something was last recorded of it.
    pub fn state(&self) -> StateName {
        match self.lifecycle {
            Lifecycle::Open => StateName::Open,
            Lifecycle::Confirmed { .. } => StateName::Confirmed,
            Lifecycle::Declined { .. } => StateName::Declined,
            Lifecycle::Withdrawn { .. } => StateName::Withdrawn,
        }
    }

    /// Where it stands at that time.
    pub fn state_at(&self, now: Time) -> StateName {
        let state = self.state();
        if state == StateName::Open && self.expires_at <= now { StateName::Expired } else { state }
    }

    pub(crate) fn evolve(&mut self, event: &Event, stamp: &Stamp) {
        let recorded = stamp.into();
        #[expect(clippy::wildcard_enum_match_arm, reason = "the other events are about other things")]
        match event {
            Event::ProposalConfirmed(confirmed) => {
                self.lifecycle = Lifecycle::Confirmed { recorded, role: confirmed.role.clone() };
            }
            Event::ProposalDeclined(declined) => {
                self.lifecycle = Lifecycle::Declined { recorded, reason: declined.reason.clone() };
            }
            Event::ProposalWithdrawn(withdrawn) => {
                self.lifecycle = Lifecycle::Withdrawn { recorded, comment: withdrawn.comment.clone() };
            }
            _ => {}
        }
    }
}
