//! `assent system show`

use clap::Args;
use serde_json::Value;

use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent system show`.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Its id or name
    system: String,
}

impl Show {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let system = names::system(&context.client()?, &self.system)?;
        let uses = system.get("uses").and_then(Value::as_array).cloned().unwrap_or_default();
        let columns =
            [("uses", "/model"), (">number", "/number"), ("stage", "/stage"), ("version", "/version")];
        let (facts, uses) = (Table::facts(&system, &super::FACTS), Table::of(&uses, &columns));
        let answer = Answer::new(system).table(facts);
        Ok(if uses.is_empty() { answer } else { answer.table(uses) })
    }
}
