//! `assent admin grant`

use clap::Args;
use serde_json::json;

use super::scope::Scope;
use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;

/// Options of `assent admin grant`.
#[derive(Debug, Args)]
pub(crate) struct Grant {
    /// The principal: id or name
    principal: String,
    /// The role, by its id in the pack
    role: String,
    #[command(flatten)]
    scope: Scope,
    /// From when on, as RFC 3339
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Until when, as RFC 3339
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

impl Grant {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let id = names::principal_id(&client, &self.principal)?;
        let mut body = json!({"role": self.role, "scope": self.scope.body()});
        pairs::put(&mut body, "from", self.from.as_ref());
        pairs::put(&mut body, "until", self.until.as_ref());
        Ok(super::written(client.post(&format!("/api/v1/principals/{id}/grants"), &body)?))
    }
}
