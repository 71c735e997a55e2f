//! `assent risk submit`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent risk submit`.
#[derive(Debug, Args)]
pub(crate) struct Submit {
    /// Id of the assessment
    assessment: uuid::Uuid,
}

impl Submit {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let path = format!("/api/v1/assessments/{}/submit", self.assessment);
        Ok(super::written(context.client()?.post(&path, &json!({}))?))
    }
}
