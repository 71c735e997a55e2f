//! `assent accountability show`

use clap::Args;

use crate::client::escaped;
use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent accountability show`.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The model: its name or id
    model: String,
}

impl Show {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let path = format!("/api/v1/models/{}/accountability", escaped(&self.model));
        let found = context.client()?.get(&path)?;
        let table = super::shown(&found);
        Ok(Answer::new(found).table(table))
    }
}
