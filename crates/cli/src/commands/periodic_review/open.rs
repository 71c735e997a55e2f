//! `assent periodic-review open`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent periodic-review open`.
#[derive(Debug, Args)]
pub(crate) struct Open {
    /// The model: its name or id
    model: String,
}

impl Open {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let body = json!({"model": names::model_id(&client, &self.model)?});
        Ok(super::written(client.post("/api/v1/periodic-reviews", &body)?))
    }
}
