//! `assent periodic-review submit`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent periodic-review submit`.
#[derive(Debug, Args)]
pub(crate) struct Submit {
    /// Id of the review
    review: uuid::Uuid,
}

impl Submit {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        super::post(context, self.review, "submit", &json!({}))
    }
}
