//! `assent dataset show`

use clap::Args;

use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent dataset show`.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Its id, or `name:number`
    dataset: String,
}

impl Show {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let id = names::dataset_id(&client, &self.dataset)?;
        let dataset = client.get(&format!("/api/v1/datasets/{id}"))?;
        let facts = Table::facts(&dataset, &super::FACTS);
        Ok(Answer::new(dataset).table(facts))
    }
}
