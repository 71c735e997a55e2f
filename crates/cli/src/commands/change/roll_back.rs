//! `assent change roll-back`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent change roll-back`.
#[derive(Debug, Args)]
pub(crate) struct RollBack {
    /// Id of the change that is to be taken back
    change: uuid::Uuid,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

impl RollBack {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        super::post(context, self.change, "roll-back", &json!({"reason": self.reason}))
    }
}
