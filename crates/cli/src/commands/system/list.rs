//! `assent system list`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent system list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only systems that use that version: id, or `model:number`
    #[arg(long, value_name = "VERSION")]
    uses: Option<String>,
    /// Only systems of that category
    #[arg(long)]
    category: Option<String>,
    /// Retired systems too
    #[arg(long)]
    retired: bool,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

impl List {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let uses = self.uses.map(|version| names::version_id(&client, &version)).transpose()?;
        let query = [
            ("uses", uses),
            ("category", self.category.map(|category| category.to_uppercase())),
            ("retired", self.retired.then(|| "true".to_owned())),
        ];
        let systems = client.list("/api/v1/systems", &query, self.limit)?;
        let columns = [
            ("name", "/name"),
            ("role", "/role"),
            ("category", "/category"),
            ("owner", "/owner/name"),
            ("retired", "/retired/recorded/at"),
            ("id", "/id"),
        ];
        let table = Table::of(&systems, &columns);
        Ok(Answer::new(json!({"items": systems})).table(table))
    }
}
