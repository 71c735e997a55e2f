//! `assent risk accept`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent risk accept`.
#[derive(Debug, Args)]
pub(crate) struct Accept {
    /// Id of the assessment
    assessment: uuid::Uuid,
    /// Id of the risk
    risk: String,
    /// Why
    #[arg(long)]
    rationale: String,
    /// Until when, as RFC 3339
    #[arg(long, value_name = "TIME")]
    until: String,
}

impl Accept {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let path = format!("/api/v1/assessments/{}/acceptances", self.assessment);
        let body = json!({"risk": self.risk, "rationale": self.rationale, "expiresAt": self.until});
        Ok(super::written(context.client()?.post(&path, &body)?))
    }
}
