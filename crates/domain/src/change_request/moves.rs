//! What can be done with a change, by the state in which it is.

use super::{ChangeRequest, ChangeType, StateName};
use crate::{Refusal, moves};

/// What somebody can do with a change that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Submit it.
    Submit,
    /// Sign it.
    Sign,
    /// Give it a time.
    Schedule,
    /// Begin to make it.
    Start,
    /// Say how it ended.
    Complete,
    /// Take back what it did.
    RollBack,
    /// Take the request back.
    Withdraw,
}

impl Move {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Submit,
        Self::Sign,
        Self::Schedule,
        Self::Start,
        Self::Complete,
        Self::RollBack,
        Self::Withdraw,
    ];

    /// What happens to the change.
    pub fn done(self) -> &'static str {
        match self {
            Self::Submit => "submitted",
            Self::Sign => "signed",
            Self::Schedule => "scheduled",
            Self::Start => "started",
            Self::Complete => "completed",
            Self::RollBack => "rolled back",
            Self::Withdraw => "withdrawn",
        }
    }
}

impl ChangeRequest {
    /// What can be done with it now. Whether the one who asks may do it, and whether what it needs is there, is another
    /// question.
    pub fn legal(&self) -> Vec<Move> {
        Move::ALL.into_iter().filter(|wanted| self.is_legal(*wanted)).collect()
    }

    fn is_legal(&self, wanted: Move) -> bool {
        use StateName::{Approved, Completed, Draft, Failed, InProgress, Scheduled, Submitted, UnderReview};
        let kind = self.content.kind;
        match wanted {
            Move::Submit => self.state == Draft,
            Move::Sign => {
                self.is_in(&[Submitted, UnderReview, Approved, Scheduled]) || self.is_reviewed_late()
            }
            Move::Schedule => self.state == Approved,
            Move::Start => {
                let early = kind == ChangeType::Emergency && self.is_in(&[Submitted, UnderReview]);
                early || self.is_in(&[Approved, Scheduled])
            }
            Move::Complete => self.state == InProgress,
            Move::RollBack => kind != ChangeType::Rollback && self.is_in(&[Completed, Failed]),
            Move::Withdraw => self.is_in(&[Draft, Submitted, UnderReview, Approved, Scheduled]),
        }
    }

    fn is_in(&self, states: &[StateName]) -> bool {
        states.contains(&self.state)
    }

    /// Refuses what cannot be done from here, and says what can.
    pub(super) fn allows(&self, wanted: Move) -> Result<(), Refusal> {
        let what = format!("a change of the type {}", self.content.kind.name());
        moves::allow((&what, self.state.name()), &self.legal(), wanted, Move::done)
    }
}
