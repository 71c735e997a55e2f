//! `assent emergency list`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent emergency list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

const COLUMNS: [(&str, &str); 6] = [
    ("model", "/model/name"),
    (">version", "/version/number"),
    ("to", "/target/stage"),
    ("promotion", "/state"),
    ("requested by", "/requested/by/name"),
    ("id", "/id"),
];

impl List {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let found = context.client()?.list("/api/v1/emergencies", &[], self.limit)?;
        let table = Table::of(&found, &COLUMNS);
        Ok(Answer::new(json!({"items": found})).table(table))
    }
}
