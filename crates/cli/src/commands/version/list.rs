//! `assent version list`

use clap::Args;
use serde_json::json;

use crate::client::escaped;
use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent version list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// The model: its name or id
    model: String,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

impl List {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let path = format!("/api/v1/models/{}/versions", escaped(&self.model));
        let versions = client.list(&path, &[], self.limit)?;
        let table = Table::of(&versions, &super::COLUMNS);
        Ok(Answer::new(json!({"items": versions})).table(table))
    }
}
