//! `assent exception withdraw`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;

/// Options of `assent exception withdraw`.
#[derive(Debug, Args)]
pub(crate) struct Withdraw {
    /// Id of the exception
    exception: uuid::Uuid,
    /// Why
    #[arg(long, value_name = "TEXT")]
    comment: Option<String>,
}

impl Withdraw {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let mut body = json!({});
        pairs::put(&mut body, "comment", self.comment.as_ref());
        let path = format!("/api/v1/exceptions/{}/withdraw", self.exception);
        Ok(super::written(context.client()?.post(&path, &body)?))
    }
}
