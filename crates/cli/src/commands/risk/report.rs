//! `assent risk report`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent risk report`.
#[derive(Debug, Args)]
pub(crate) struct Report {
    /// Id of the assessment
    assessment: uuid::Uuid,
}

impl Report {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let path = format!("/api/v1/assessments/{}/report", self.assessment);
        let bytes = context.client()?.get_bytes(&path)?;
        let markdown = String::from_utf8_lossy(&bytes).into_owned();
        let lines: Vec<String> = markdown.lines().map(str::to_owned).collect();
        Ok(lines.into_iter().fold(Answer::new(json!({"markdown": markdown})), Answer::line))
    }
}
