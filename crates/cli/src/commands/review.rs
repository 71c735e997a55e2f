//! `assent review`: reviews.

mod assign;
mod decide;
mod inbox;
mod met;

use clap::Subcommand;

use super::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Commands on reviews.
#[derive(Debug, Subcommand)]
pub(crate) enum Review {
    /// List the promotions that wait for a decision of yours, or were escalated to you
    Inbox(inbox::Inbox),
    /// Decide a step of a promotion
    Decide(decide::Decide),
    /// Assign a step to a person who could decide it; others still may
    Assign(assign::Assign),
    /// Say that a condition of an approval is met
    Met(met::Met),
}

impl Review {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match self {
            Self::Inbox(command) => command.run(context),
            Self::Decide(command) => command.run(context),
            Self::Assign(command) => command.run(context),
            Self::Met(command) => command.run(context),
        }
    }
}
