//! `assent accountability of`

use clap::Args;

use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent accountability of`.
#[derive(Debug, Args)]
pub(crate) struct Of {
    /// The person: id or name; you if absent
    person: Option<String>,
    /// At most so many models
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

impl Of {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let person = self.person.map(|name| names::principal_id(&client, &name)).transpose()?;
        let found = client.list("/api/v1/accountability", &[("principal", person)], self.limit)?;
        Ok(super::of_models(&found, "no model that you may read"))
    }
}
