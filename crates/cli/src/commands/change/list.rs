//! `assent change list`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent change list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only changes in that state, for example `SCHEDULED`
    #[arg(long)]
    state: Option<String>,
    /// Only changes of that type, for example `MODEL_UPDATE`
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// Only changes of that model: its id
    #[arg(long)]
    model: Option<uuid::Uuid>,
    /// Only changes to that version: its id, or `model:number`
    #[arg(long)]
    version: Option<String>,
    /// Only changes that somebody asked for: id or name
    #[arg(long, value_name = "PRINCIPAL")]
    requester: Option<String>,
    /// Only changes made in that environment
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Only changes asked for at that time or later, as RFC 3339
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Only changes asked for before that time, as RFC 3339
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

impl List {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let version = self.version.map(|version| names::version_id(&client, &version)).transpose()?;
        let requester = self.requester.map(|name| names::principal_id(&client, &name)).transpose()?;
        let query = [
            ("state", self.state),
            ("type", self.kind),
            ("model", self.model.map(|model| model.to_string())),
            ("version", version),
            ("requester", requester),
            ("environment", self.environment),
            ("from", self.from),
            ("until", self.until),
        ];
        let changes = client.list("/api/v1/changes", &query, self.limit)?;
        let table = Table::of(&changes, &super::COLUMNS);
        Ok(Answer::new(json!({"items": changes})).table(table))
    }
}
