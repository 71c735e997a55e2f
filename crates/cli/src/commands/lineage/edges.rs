//! `assent lineage edges`

use clap::Args;
use serde_json::{Value, json};

use super::show::key;
use crate::client::escaped;
use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::{Table, text};

/// Options of `assent lineage edges`.
#[derive(Debug, Args)]
pub(crate) struct Edges {
    /// A version or a data set as `name:number` or by its id, `sha256:` or `md5:` with the digest of a file, or the key of a node
    node: String,
    /// To what was made from it, and not to what it was made from
    #[arg(long)]
    down: bool,
    /// Also those that were taken back
    #[arg(long)]
    retracted: bool,
    /// At most so many
    #[arg(long, default_value_t = 1_000)]
    limit: usize,
}

impl Edges {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let node = key(&client, &self.node)?;
        let direction = if self.down { "DOWNSTREAM" } else { "UPSTREAM" };
        let query = [
            ("direction", Some(direction.to_owned())),
            ("retracted", self.retracted.then(|| true.to_string())),
        ];
        let path = format!("/api/v1/lineage/{}/edges", escaped(&node));
        let items = client.list(&path, &query, self.limit)?;
        let mut table = Table::new(["to", "known by", ">said by", "edge"]);
        for item in &items {
            let name = format!("{} {}", text(item, "/node/kind"), text(item, "/node/name"));
            let said = item.pointer("/edge/statements").and_then(Value::as_array).into_iter().flatten();
            let standing = said.filter(|statement| statement.get("retracted").is_none()).count();
            let is_registered = item.pointer("/edge/id").is_none();
            let count = if is_registered { String::new() } else { standing.to_string() };
            table.row([name, text(item, "/edge/source"), count, text(item, "/edge/id")]);
        }
        Ok(Answer::new(json!({"items": items})).table(table))
    }
}
