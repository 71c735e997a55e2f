//! `assent admin principal list`

use clap::Args;
use serde_json::{Value, json};

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::{Table, text};

/// Options of `assent admin principal list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

impl List {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let principals = context.client()?.list("/api/v1/principals", &[], self.limit)?;
        let mut table = Table::new(["name", "kind", "status", "roles", "id"]);
        for principal in &principals {
            let at = |pointer| text(principal, pointer);
            let grants = principal.get("grants").and_then(Value::as_array);
            let roles: Vec<String> = grants.into_iter().flatten().map(|grant| text(grant, "/role")).collect();
            table.row([at("/name"), at("/kind"), at("/status"), roles.join(", "), at("/id")]);
        }
        Ok(Answer::new(json!({"items": principals})).table(table))
    }
}
