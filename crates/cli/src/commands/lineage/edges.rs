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
    /// At most so many; all of them if absent
    #[arg(long)]
    limit: Option<usize>,
}

impl Edges {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let node = key(&client, &self.node)?;
        let (direction, other_end) = if self.down { ("DOWNSTREAM", "to") } else { ("UPSTREAM", "from") };
        let query = [
            ("direction", Some(direction.to_owned())),
            ("retracted", self.retracted.then(|| true.to_string())),
        ];
        let path = format!("/api/v1/lineage/{}/edges", escaped(&node));
        let limit = self.limit.unwrap_or(usize::MAX);
        // One more than is shown tells whether there are more.
        let mut items = client.list(&path, &query, limit.saturating_add(1))?;
        let more = items.len() > limit;
        items.truncate(limit);
        let mut table = if self.retracted {
            Table::new([other_end, "known by", ">said by", "retracted", "edge"])
        } else {
            Table::new([other_end, "known by", ">said by", "edge"])
        };
        for item in &items {
            let name = format!("{} {}", text(item, "/node/kind"), text(item, "/node/name"));
            let said = item.pointer("/edge/statements").and_then(Value::as_array).into_iter().flatten();
            let standing = said.filter(|statement| statement.get("retracted").is_none()).count();
            let is_registered = item.pointer("/edge/id").is_none();
            let count = if is_registered { String::new() } else { standing.to_string() };
            let mut row = vec![name, text(item, "/edge/source"), count];
            if self.retracted {
                let is_retracted = item.pointer("/edge/retracted").and_then(Value::as_bool) == Some(true);
                row.push(if is_retracted { "yes" } else { "" }.to_owned());
            }
            row.push(text(item, "/edge/id"));
            table.row(row);
        }
        let answer = Answer::new(json!({"items": items})).table(table);
        Ok(if more {
            answer.hint("there are more: ask with a greater --limit, or without one")
        } else {
            answer
        })
    }
}
