//! `assent change submit`

use clap::Args;
use serde_json::json;

use super::plan::PlanOptions;
use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent change submit`.
#[derive(Debug, Args)]
pub(crate) struct Submit {
    /// Id of the change
    change: uuid::Uuid,
    #[command(flatten)]
    plan: PlanOptions,
}

impl Submit {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let mut body = json!({});
        self.plan.put(&mut body);
        super::post(context, self.change, "submit", &body)
    }
}
