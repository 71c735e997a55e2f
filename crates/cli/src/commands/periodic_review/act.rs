//! `assent periodic-review act`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;

/// Options of `assent periodic-review act`.
#[derive(Debug, Args)]
pub(crate) struct Act {
    /// Id of the review
    review: uuid::Uuid,
    /// Id of the action, for example `DRIFT-1`
    action: String,
    /// How it was done
    #[arg(long)]
    comment: Option<String>,
}

impl Act {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let mut body = json!({"action": self.action});
        pairs::put(&mut body, "comment", self.comment.as_ref());
        super::post(context, self.review, "actions", &body)
    }
}
