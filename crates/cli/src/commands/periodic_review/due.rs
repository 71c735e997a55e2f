//! `assent periodic-review due`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent periodic-review due`.
#[derive(Debug, Args)]
pub(crate) struct Due {
    /// Those that are due within so many days; 0 for the overdue ones alone
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    within: u16,
    /// At most so many models
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

impl Due {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let query = [("withinDays", Some(self.within.to_string()))];
        let found = context.client()?.list("/api/v1/periodic-reviews/due", &query, self.limit)?;
        let columns = [
            ("model", "/model/name"),
            ("tier", "/model/tier"),
            ("last", "/last"),
            ("due", "/next"),
            ("overdue", "/overdue"),
            ("open review", "/open"),
        ];
        let table = Table::of(&found, &columns);
        let answer = Answer::new(json!({"items": found}));
        Ok(if table.is_empty() { answer.line("no review is due") } else { answer.table(table) })
    }
}
