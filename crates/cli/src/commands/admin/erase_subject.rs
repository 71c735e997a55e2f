//! `assent admin erase-subject`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent admin erase-subject`.
#[derive(Debug, Args)]
pub(crate) struct EraseSubject {
    /// The principal: id or name
    principal: String,
    /// Why; it stays readable, so name nobody in it
    #[arg(long)]
    reason: String,
}

impl EraseSubject {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let id = names::principal_id(&client, &self.principal)?;
        let erased =
            client.post(&format!("/api/v1/principals/{id}/erase"), &json!({"reason": self.reason}))?;
        let linked = erased.pointer("/object/samePersonAs").is_some();
        let answer = super::written(erased).hint(
            "copies of the keys that were made before still tell who it was: remove backups of the keys that are older",
        );
        let others = "the account was linked: other accounts of the same person are erased one by one";
        Ok(if linked { answer.hint(others) } else { answer })
    }
}
