//! `assent version evidence list`

use clap::Args;
use serde_json::Value;

use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent version evidence list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Its id, or `model:number`
    version: String,
}

const COLUMNS: [(&str, &str); 7] = [
    ("tool", "/tool"),
    ("version", "/toolVersion"),
    ("format", "/format"),
    (">critical", "/counts/CRITICAL"),
    (">high", "/counts/HIGH"),
    (">warnings", "/warningCount"),
    ("sha256", "/sha256"),
];

impl List {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let version = names::version_id(&client, &self.version)?;
        let listed = client.get(&format!("/api/v1/versions/{version}/evidence"))?;
        let items = listed.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
        Ok(Answer::new(listed).table(Table::of(&items, &COLUMNS)))
    }
}
