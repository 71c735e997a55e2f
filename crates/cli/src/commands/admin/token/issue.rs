//! `assent admin token issue`

use clap::Args;
use serde_json::{Value, json};

use crate::commands::Context;
use crate::commands::admin::scope::Scope;
use crate::names;
use crate::output::Answer;
use crate::pairs;
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
    /// Only this permission of the principal; may be given several times
    #[arg(long = "permission", value_name = "PERMISSION")]
    permissions: Vec<String>,
    #[command(flatten)]
    scope: Scope,
}

impl Issue {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let id = names::principal_id(&client, &self.principal)?;
        let mut body = json!({"life": self.life, "scope": self.scope.body()});
        pairs::put(&mut body, "permissions", (!self.permissions.is_empty()).then_some(&self.permissions));
        let answer = client.post(&format!("/api/v1/principals/{id}/tokens"), &body)?;
        let facts = [("token", "/object/secret"), ("id", "/object/id"), ("until", "/object/expiresAt")];
        let table = Table::facts(&answer, &facts);
        let proposal = answer.pointer("/object/proposal").and_then(Value::as_str).map(str::to_owned);
        let shown = Answer::new(answer).table(table).hint("keep the token now: it is not shown again");
        let Some(proposal) = proposal else { return Ok(shown) };
        let see = format!("a second person sees and confirms it: `assent admin proposals {proposal}`");
        Ok(shown.line("the token does not hold yet: this takes two persons").hint(see))
    }
}
