//! What can be done with a promotion, by the state in which it is.

use super::{Promotion, StateName};
use crate::{Refusal, Time, moves};

/// What somebody can do with a promotion that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Open a round.
    Submit,
    /// Say who decides a step.
    Assign,
    /// Decide a step.
    Review,
    /// Break the glass, or sign that.
    BreakGlass,
    /// Move the version.
    Complete,
    /// Take it back.
    Withdraw,
}

impl Move {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Submit, Self::Assign, Self::Review, Self::BreakGlass, Self::Complete, Self::Withdraw];

    /// In words, after "it can be".
    pub fn done(self) -> &'static str {
        match self {
            Self::Submit => "submitted",
            Self::Assign => "assigned",
            Self::Review => "reviewed",
            Self::BreakGlass => "let through in an emergency",
            Self::Complete => "completed",
            Self::Withdraw => "withdrawn",
        }
    }
}

impl StateName {
    /// What can be done from here. Whether the one who asks may do it, and whether the gate is open, is another question.
    /// After an emergency went through, what was skipped is reviewed in `COMPLETED` too.
    pub fn moves(self) -> &'static [Move] {
        match self {
            Self::Draft | Self::ChangesRequired => &[Move::Submit, Move::Assign, Move::Withdraw],
            Self::InReview => &[Move::Assign, Move::Review, Move::BreakGlass, Move::Complete, Move::Withdraw],
            Self::Approved => &[Move::Review, Move::BreakGlass, Move::Complete, Move::Withdraw],
            Self::Rejected | Self::Withdrawn | Self::Expired | Self::Completed => &[],
        }
    }
}

impl Promotion {
    /// Refuses what cannot be done from here, and says what can.
    pub(super) fn allows(&self, wanted: Move, now: Time) -> Result<(), Refusal> {
        let state = self.state_at(now);
        moves::allow(("a promotion", state.name()), state.moves(), wanted, Move::done)
    }
}
