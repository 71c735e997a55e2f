//! `assent admin token`

mod issue;
mod revoke;

use clap::Subcommand;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Commands on tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Issue a token; its secret is shown once
    Issue(issue::Issue),
    /// Revoke a token
    Revoke(revoke::Revoke),
}

impl Token {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match self {
            Self::Issue(command) => command.run(context),
            Self::Revoke(command) => command.run(context),
        }
    }
}
