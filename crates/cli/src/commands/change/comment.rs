//! `assent change comment`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent change comment`.
#[derive(Debug, Args)]
pub(crate) struct Comment {
    /// Id of the change
    change: uuid::Uuid,
    /// What there is to remark
    text: String,
}

impl Comment {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        super::post(context, self.change, "comments", &json!({"comment": self.text}))
    }
}
