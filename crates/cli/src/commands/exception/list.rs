//! `assent exception list`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent exception list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only exceptions in that state now, for example `ACTIVE` or `EXPIRED`
    #[arg(long)]
    state: Option<String>,
    /// Only exceptions from that policy: its id
    #[arg(long)]
    policy: Option<String>,
    /// Only exceptions for that model or its versions: its id or name
    #[arg(long)]
    model: Option<String>,
    /// Only exceptions for that version alone: its id, or `model:number`
    #[arg(long)]
    version: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

const COLUMNS: [(&str, &str); 6] = [
    ("policy", "/policy"),
    ("model", "/model/name"),
    (">version", "/version/number"),
    ("state", "/state"),
    ("until", "/approval/endsAt"),
    ("id", "/id"),
];

impl List {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let version = self.version.map(|version| names::version_id(&client, &version)).transpose()?;
        let model = self.model.map(|model| names::model_id(&client, &model)).transpose()?;
        let query = [("state", self.state), ("policy", self.policy), ("model", model), ("version", version)];
        let exceptions = client.list("/api/v1/exceptions", &query, self.limit)?;
        let table = Table::of(&exceptions, &COLUMNS);
        Ok(Answer::new(json!({"items": exceptions})).table(table))
    }
}
