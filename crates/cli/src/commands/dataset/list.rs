//! `assent dataset list`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent dataset list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

impl List {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let datasets = context.client()?.list("/api/v1/datasets", &[], self.limit)?;
        let columns = [
            ("name", "/name"),
            (">number", "/number"),
            ("classification", "/classification"),
            ("steward", "/steward/name"),
            ("designated for", "/designatedFor"),
            ("id", "/id"),
        ];
        let table = Table::of(&datasets, &columns);
        Ok(Answer::new(json!({"items": datasets})).table(table))
    }
}
