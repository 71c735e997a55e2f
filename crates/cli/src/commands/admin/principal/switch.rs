//! `assent admin principal disable` and `enable`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of both.
#[derive(Debug, Args)]
pub(crate) struct Switch {
    /// The principal: id or name
    principal: String,
}

impl Switch {
    /// Runs the command: `to` is the verb of the route.
    pub(super) fn run(self, context: &Context, to: &str) -> Result<Answer, Problem> {
        let client = context.client()?;
        let id = names::principal_id(&client, &self.principal)?;
        Ok(crate::commands::admin::written(
            client.post(&format!("/api/v1/principals/{id}/{to}"), &json!({}))?,
        ))
    }
}
