//! `assent change withdraw`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;

/// Options of `assent change withdraw`.
#[derive(Debug, Args)]
pub(crate) struct Withdraw {
    /// Id of the change
    change: uuid::Uuid,
    /// Why
    #[arg(long)]
    comment: Option<String>,
}

impl Withdraw {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let mut body = json!({});
        pairs::put(&mut body, "comment", self.comment.as_ref());
        super::post(context, self.change, "withdraw", &body)
    }
}
