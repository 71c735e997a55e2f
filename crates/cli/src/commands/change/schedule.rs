//! `assent change schedule`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent change schedule`.
#[derive(Debug, Args)]
pub(crate) struct Schedule {
    /// Id of the change
    change: uuid::Uuid,
    /// When it is to be made, as RFC 3339
    #[arg(long, value_name = "TIME")]
    at: String,
}

impl Schedule {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        super::post(context, self.change, "schedule", &json!({"at": self.at}))
    }
}
