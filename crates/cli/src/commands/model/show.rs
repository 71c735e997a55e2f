//! `assent model show`

use clap::Args;
use serde_json::json;

use crate::client::escaped;
use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// How many versions are shown.
const VERSIONS: usize = 50;

/// Options of `assent model show`.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Its name or id
    model: String,
}

impl Show {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let path = format!("/api/v1/models/{}", escaped(&self.model));
        let model = client.get(&path)?;
        let versions = client.list(&format!("{path}/versions"), &[], VERSIONS)?;
        let facts = Table::facts(&model, &super::FACTS);
        let list = Table::of(&versions, &crate::commands::version::COLUMNS);
        Ok(Answer::new(json!({"model": model, "versions": versions})).table(facts).line("").table(list))
    }
}
