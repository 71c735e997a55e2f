//! `assent model tier-change list`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent model tier-change list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only requests in that state, for example `OPEN`
    #[arg(long)]
    state: Option<String>,
    /// Only requests for that model: its id
    #[arg(long)]
    model: Option<uuid::Uuid>,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

impl List {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let query = [("state", self.state), ("model", self.model.map(|model| model.to_string()))];
        let found = context.client()?.list("/api/v1/tier-changes", &query, self.limit)?;
        let table = Table::of(&found, &super::COLUMNS);
        Ok(Answer::new(json!({"items": found})).table(table))
    }
}
