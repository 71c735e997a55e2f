//! `assent facts`: what rules judge a version by.

use clap::Args;
use serde_json::Value;

use super::Context;
use super::target::Target;
use crate::client::with_query;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent facts`.
#[derive(Debug, Args)]
pub(crate) struct Facts {
    /// The version: its id, or `model:number`
    version: String,
    #[command(flatten)]
    target: Target,
}

impl Facts {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let version = names::version_id(&client, &self.version)?;
        let path = with_query(&format!("/api/v1/versions/{version}/facts"), &self.target.query());
        let facts = client.get(&path)?;
        let mut table = Table::new(["fact", "value"]);
        flatten("", &facts, &mut table);
        Ok(Answer::new(facts).table(table))
    }
}

/// One row for each leaf, by its path.
fn flatten(path: &str, value: &Value, table: &mut Table) {
    let under = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(members) if !members.is_empty() => {
            members.iter().for_each(|(name, value)| flatten(&under(name), value, table));
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            items.iter().enumerate().for_each(|(i, value)| flatten(&under(&i.to_string()), value, table));
        }
        leaf @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_)) => table.row([path.to_owned(), crate::table::text(leaf, "")]),
    }
}
