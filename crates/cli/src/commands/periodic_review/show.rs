//! `assent periodic-review show`

use clap::Args;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent periodic-review show`.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Id of the review
    review: uuid::Uuid,
}

impl Show {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let found = context.client()?.get(&format!("/api/v1/periodic-reviews/{}", self.review))?;
        Ok(super::shown(found.clone(), &found))
    }
}
