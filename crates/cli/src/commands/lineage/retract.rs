//! `assent lineage retract`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::text;

/// Options of `assent lineage retract`.
#[derive(Debug, Args)]
pub(crate) struct Retract {
    /// Id of the edge, as `assent lineage edges` shows it
    edge: uuid::Uuid,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Take back the words of all who say it; for who manages principals
    #[arg(long)]
    all: bool,
}

impl Retract {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let body = json!({"reason": self.reason, "all": self.all});
        let path = format!("/api/v1/lineage/edges/{}/retract", self.edge);
        let answer = context.client()?.post(&path, &body)?;
        let line = if answer.pointer("/object/retracted").is_some_and(|retracted| *retracted == true) {
            format!("nobody says `{}` any more: it is no part of the graph", text(&answer, "/object/id"))
        } else {
            format!("`{}` is still said by others", text(&answer, "/object/id"))
        };
        Ok(Answer::new(answer).line(line))
    }
}
