//! `assent accountability end`

use clap::Args;
use serde_json::json;

use crate::client::escaped;
use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent accountability end`.
#[derive(Debug, Args)]
pub(crate) struct End {
    /// The model: its name or id
    model: String,
    /// The role
    #[arg(long)]
    role: String,
    /// Why
    #[arg(long)]
    reason: String,
}

impl End {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let path = format!("/api/v1/models/{}/accountability/end", escaped(&self.model));
        let body = json!({"role": self.role, "reason": self.reason});
        Ok(super::written(context.client()?.post(&path, &body)?))
    }
}
