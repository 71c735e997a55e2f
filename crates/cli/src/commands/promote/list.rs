//! `assent promote list`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent promote list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only promotions in that state, for example `IN_REVIEW`
    #[arg(long)]
    state: Option<String>,
    /// Only promotions of that model: its id
    #[arg(long)]
    model: Option<uuid::Uuid>,
    /// Only promotions of that version: its id, or `model:number`
    #[arg(long)]
    version: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

impl List {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let version = self.version.map(|version| names::version_id(&client, &version)).transpose()?;
        let model = self.model.map(|model| model.to_string());
        let query = [("state", self.state), ("model", model), ("version", version)];
        let promotions = client.list("/api/v1/promotions", &query, self.limit)?;
        let table = Table::of(&promotions, &super::COLUMNS);
        Ok(Answer::new(json!({"items": promotions})).table(table))
    }
}
