//! `assent exception show`

use clap::Args;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent exception show`.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Id of the exception
    exception: uuid::Uuid,
}

impl Show {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let exception = context.client()?.get(&format!("/api/v1/exceptions/{}", self.exception))?;
        let blocks = super::blocks(&exception);
        Ok(Answer { blocks, ..Answer::new(exception) })
    }
}
