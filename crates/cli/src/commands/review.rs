//! `assent review`: reviews.

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
    /// List the promotions that wait for a decision of yours
    Inbox(inbox::Inbox),
    /// Decide a step of a promotion
    Decide(decide::Decide),
    /// Say that a condition of an approval is met
    Met(met::Met),
}

impl Review {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match self {
            Self::Inbox(command) => command.run(context),
            Self::Decide(command) => command.run(context),
            Self::Met(command) => command.run(context),
        }
    }
}
