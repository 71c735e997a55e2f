//! `assent change complete`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;

/// Options of `assent change complete`.
#[derive(Debug, Args)]
pub(crate) struct Complete {
    /// Id of the change
    change: uuid::Uuid,
    /// It did not do what it was to do
    #[arg(long)]
    failed: bool,
    /// How it went
    #[arg(long, value_name = "TEXT")]
    notes: Option<String>,
}

impl Complete {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let mut body = json!({"success": !self.failed});
        pairs::put(&mut body, "notes", self.notes.as_ref());
        super::post(context, self.change, "complete", &body)
    }
}
