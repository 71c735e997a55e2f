//! `assent policy`: policies that come from elsewhere.

mod import;

use clap::Subcommand;

use crate::output::Answer;
use crate::problem::Problem;

/// Commands on policies.
#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// Print the document of a pack that a policy in JSON becomes, without a server
    Import(import::Import),
}

impl Policy {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<Answer, Problem> {
        match self {
            Self::Import(command) => command.run(),
        }
    }
}
