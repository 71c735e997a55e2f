//! `assent change start`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent change start`.
#[derive(Debug, Args)]
pub(crate) struct Start {
    /// Id of the change
    change: uuid::Uuid,
}

impl Start {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        super::post(context, self.change, "start", &json!({}))
    }
}
