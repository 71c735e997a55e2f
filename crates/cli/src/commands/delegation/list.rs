//! `assent delegation list`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent delegation list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only delegations in that state now: `PLANNED`, `ACTIVE`, `ENDED` or `REVOKED`
    #[arg(long)]
    state: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

const COLUMNS: [(&str, &str); 6] = [
    ("in place of", "/delegator/name"),
    ("decides", "/delegate/name"),
    ("roles", "/roles"),
    ("until", "/until"),
    ("state", "/state"),
    ("id", "/id"),
];

impl List {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let found = context.client()?.list("/api/v1/delegations", &[("state", self.state)], self.limit)?;
        let table = Table::of(&found, &COLUMNS);
        Ok(Answer::new(json!({"items": found})).table(table))
    }
}
