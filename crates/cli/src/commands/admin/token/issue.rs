//! `assent admin token issue`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent admin token issue`.
#[derive(Debug, Args)]
pub(crate) struct Issue {
    /// The principal: id or name
    principal: String,
    /// How long it holds, for example `30d`
    #[arg(long, default_value = "30d")]
    life: String,
}

impl Issue {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let id = names::principal_id(&client, &self.principal)?;
        let answer = client.post(&format!("/api/v1/principals/{id}/tokens"), &json!({"life": self.life}))?;
        let facts = [("token", "/object/secret"), ("id", "/object/id"), ("until", "/object/expiresAt")];
        let table = Table::facts(&answer, &facts);
        Ok(Answer::new(answer).table(table).hint("keep the token now: it is not shown again"))
    }
}
