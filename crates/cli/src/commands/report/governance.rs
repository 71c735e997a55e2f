//! `assent report governance`

use clap::Args;

use super::report;
use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent report governance`.
#[derive(Debug, Args)]
pub(crate) struct Governance {
    /// The version: its id, or `model:number`
    version: String,
    /// The stage that it is judged for; where it stands if absent
    #[arg(long)]
    stage: Option<String>,
}

impl Governance {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let version = names::version_id(&client, &self.version)?;
        let path = format!("/api/v1/versions/{version}/governance-report");
        report(context, &client, &path, &[("stage", self.stage)])
    }
}
