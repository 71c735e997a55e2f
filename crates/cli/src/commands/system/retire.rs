//! `assent system retire`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent system retire`.
#[derive(Debug, Args)]
pub(crate) struct Retire {
    /// Its id or name
    system: String,
    /// Why
    #[arg(long)]
    reason: String,
}

impl Retire {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let id = names::id(&self.system, &names::system(&client, &self.system)?)?;
        let answer = client.post(&format!("/api/v1/systems/{id}/retire"), &json!({"reason": self.reason}))?;
        let object = answer.get("object").cloned().unwrap_or_default();
        Ok(Answer::new(answer).table(Table::facts(&object, &super::FACTS)))
    }
}
