//! `assent pack`: packs from and for other tools.

mod argo;
mod config_policies;
mod import;
mod import_config;

use clap::Subcommand;

use super::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Commands on packs.
#[derive(Debug, Subcommand)]
pub(crate) enum Pack {
    /// Print an Argo `WorkflowTemplate` whose steps ask the gate of each stage
    Argo(argo::Argo),
    /// Print the pack that a `governance_config.yaml` becomes, without a server
    Import(import::Import),
}

impl Pack {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match self {
            Self::Argo(command) => command.run(context),
            Self::Import(command) => command.run(),
        }
    }
}
