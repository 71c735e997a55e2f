//! `assent periodic-review withdraw`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;

/// Options of `assent periodic-review withdraw`.
#[derive(Debug, Args)]
pub(crate) struct Withdraw {
    /// Id of the review
    review: uuid::Uuid,
    /// Why
    #[arg(long)]
    comment: Option<String>,
}

impl Withdraw {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let mut body = json!({});
        pairs::put(&mut body, "comment", self.comment.as_ref());
        super::post(context, self.review, "withdraw", &body)
    }
}
