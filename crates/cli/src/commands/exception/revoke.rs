//! `assent exception revoke`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent exception revoke`.
#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// Id of the exception
    exception: uuid::Uuid,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

impl Revoke {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let body = json!({"reason": self.reason});
        let path = format!("/api/v1/exceptions/{}/revoke", self.exception);
        Ok(super::written(context.client()?.post(&path, &body)?))
    }
}
