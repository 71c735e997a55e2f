//! `assent admin principal`

mod add;
mod find;
mod list;
mod switch;

use clap::Subcommand;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Commands on principals.
#[derive(Debug, Subcommand)]
pub(crate) enum Principal {
    /// Add a person or a service account
    Add(add::Add),
    /// List principals
    List(list::List),
    /// Find the principal that has an e-mail address
    Find(find::Find),
    /// Disable a principal: its tokens and approvals stop to count
    Disable(switch::Switch),
    /// Enable a principal again
    Enable(switch::Switch),
}

impl Principal {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match self {
            Self::Add(command) => command.run(context),
            Self::List(command) => command.run(context),
            Self::Find(command) => command.run(context),
            Self::Disable(command) => command.run(context, "disable"),
            Self::Enable(command) => command.run(context, "enable"),
        }
    }
}
