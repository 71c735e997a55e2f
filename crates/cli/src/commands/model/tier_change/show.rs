//! `assent model tier-change show`

use clap::Args;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent model tier-change show`.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Id of the request
    change: uuid::Uuid,
}

impl Show {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let change = context.client()?.get(&format!("/api/v1/tier-changes/{}", self.change))?;
        let table = Table::facts(&change, &super::FACTS);
        Ok(Answer::new(change).table(table))
    }
}
