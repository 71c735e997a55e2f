//! `assent comment retract`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent comment retract`.
#[derive(Debug, Args)]
pub(crate) struct Retract {
    /// Id of the comment
    comment: uuid::Uuid,
}

impl Retract {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let path = format!("/api/v1/comments/{}/retract", self.comment);
        Ok(super::written(context.client()?.post(&path, &json!({}))?))
    }
}
