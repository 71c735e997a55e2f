//! `assent report compliance`

use clap::Args;

use super::report;
use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent report compliance`.
#[derive(Debug, Args)]
pub(crate) struct Compliance {
    /// Only the model of that name or id
    #[arg(long)]
    model: Option<String>,
    /// Only the controls of that framework, for example `eu_ai_act`
    #[arg(long)]
    framework: Option<String>,
}

impl Compliance {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let query = [("model", self.model), ("framework", self.framework)];
        report(context, &context.client()?, "/api/v1/reports/compliance", &query)
    }
}
