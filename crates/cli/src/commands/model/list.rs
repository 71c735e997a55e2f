//! `assent model list`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent model list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only the model of that name
    #[arg(long)]
    name: Option<String>,
    /// Only models of that tier
    #[arg(long)]
    tier: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

impl List {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let models =
            client.list("/api/v1/models", &[("name", self.name), ("tier", self.tier)], self.limit)?;
        let columns = [
            ("name", "/name"),
            ("tier", "/tier"),
            (">versions", "/lastVersion"),
            ("owner", "/owner/name"),
            ("id", "/id"),
        ];
        let table = Table::of(&models, &columns);
        Ok(Answer::new(json!({"items": models})).table(table))
    }
}
