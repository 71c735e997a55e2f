//! `assent exception remediate`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent exception remediate`.
#[derive(Debug, Args)]
pub(crate) struct Remediate {
    /// Id of the exception
    exception: uuid::Uuid,
    /// What was done
    #[arg(long, value_name = "TEXT")]
    how: String,
}

impl Remediate {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let body = json!({"how": self.how});
        let path = format!("/api/v1/exceptions/{}/remediate", self.exception);
        Ok(super::written(context.client()?.post(&path, &body)?))
    }
}
