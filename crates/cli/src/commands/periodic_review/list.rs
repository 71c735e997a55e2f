//! `assent periodic-review list`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent periodic-review list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only reviews in that state, for example `COMPLETED`
    #[arg(long)]
    state: Option<String>,
    /// Only reviews of that model: its name or id
    #[arg(long)]
    model: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

impl List {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let model = self.model.map(|model| names::model_id(&client, &model)).transpose()?;
        let query = [("state", self.state), ("model", model)];
        let found = client.list("/api/v1/periodic-reviews", &query, self.limit)?;
        let table = Table::of(&found, &super::COLUMNS);
        Ok(Answer::new(json!({"items": found})).table(table))
    }
}
