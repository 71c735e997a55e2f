//! What can be done with an exception, by the state in which it is.

use super::{Exception, StateName};
use crate::{Refusal, Time, moves};

/// What somebody can do with an exception that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Submit it.
    Submit,
    /// Sign it.
    Sign,
    /// Take it back.
    Withdraw,
    /// End it at once.
    Revoke,
    /// Say that what it excused is mended.
    Remediate,
}

impl Move {
    /// In words, after "it can be".
    pub fn done(self) -> &'static str {
        match self {
            Self::Submit => "submitted",
            Self::Sign => "signed",
            Self::Withdraw => "withdrawn",
            Self::Revoke => "revoked",
            Self::Remediate => "remediated",
        }
    }
}

impl StateName {
    /// What can be done from here.
    pub fn moves(self) -> &'static [Move] {
        match self {
            Self::Draft => &[Move::Submit, Move::Withdraw],
            Self::Submitted => &[Move::Sign, Move::Withdraw],
            Self::Approved | Self::Active => &[Move::Revoke, Move::Remediate],
            Self::Rejected | Self::Withdrawn | Self::Expired | Self::Revoked | Self::Remediated => &[],
        }
    }
}

impl Exception {
    /// Refuses what cannot be done from here, and says what can.
    pub(super) fn allows(&self, wanted: Move, now: Time) -> Result<(), Refusal> {
        let state = self.state_at(now);
        moves::allow(("an exception", state.name()), state.moves(), wanted, Move::done)
    }
}
