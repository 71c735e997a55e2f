//! `assent accountability roles`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent accountability roles`.
#[derive(Debug, Args)]
pub(crate) struct Roles {}

impl Roles {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let Self {} = self;
        let bytes = context.client()?.get_bytes("/api/v1/accountability/report")?;
        let markdown = String::from_utf8_lossy(&bytes).into_owned();
        let lines: Vec<String> = markdown.lines().map(str::to_owned).collect();
        Ok(lines.into_iter().fold(Answer::new(json!({"markdown": markdown})), Answer::line))
    }
}
