//! `assent report governance-audit`

use clap::Args;

use super::report;
use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent report governance-audit`.
#[derive(Debug, Args)]
pub(crate) struct GovernanceAudit {
    /// Only the model of that name or id
    #[arg(long)]
    model: Option<String>,
}

impl GovernanceAudit {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        report(context, &context.client()?, "/api/v1/reports/governance-audit", &[("model", self.model)])
    }
}
