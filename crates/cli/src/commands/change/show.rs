//! `assent change show`

use clap::Args;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent change show`.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Id of the change
    change: uuid::Uuid,
}

impl Show {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let change = context.client()?.get(&format!("/api/v1/changes/{}", self.change))?;
        let blocks = super::blocks(&change);
        Ok(Answer { blocks, ..Answer::new(change) })
    }
}
