//! `assent lineage NAME`

use clap::Args;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::client::{Client, escaped, with_query};
use crate::commands::Context;
use crate::names;
use crate::output::{Answer, Block};
use crate::problem::{Exit, Problem};
use crate::table::{Table, text};

/// Options of `assent lineage NAME`.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// A version or a data set as `name:number` or by its id, `sha256:` or `md5:` with the digest of a file, or the key of a node
    node: String,
    /// Only what it was made from
    #[arg(long, conflicts_with = "down")]
    up: bool,
    /// Only what was made from it
    #[arg(long)]
    down: bool,
    /// How many edges away
    #[arg(long, value_name = "COUNT", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=20))]
    depth: u32,
}

impl Show {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let node = key(&client, &self.node)?;
        let ways = [("UPSTREAM", "Made from", !self.down), ("DOWNSTREAM", "Used for", !self.up)];
        let (mut json, mut blocks) = (Map::new(), Vec::new());
        for (way, title, _) in ways.into_iter().filter(|(_, _, wanted)| *wanted) {
            let query = [("direction", Some(way.to_owned())), ("depth", Some(self.depth.to_string()))];
            let found = client.get(&with_query(&format!("/api/v1/lineage/{}", escaped(&node)), &query))?;
            blocks.push(Block::Title(title.to_owned()));
            blocks.extend(shown(&found));
            json.insert(way.to_lowercase(), found);
        }
        Ok(Answer { blocks, ..Answer::new(Value::Object(json)) })
    }
}

/// The key of what somebody names: a version, or else a data set.
pub(super) fn key(client: &Client, name: &str) -> Result<String, Problem> {
    let is_key = ["version:", "dataset:", "sha256:", "md5:", "run:", "data:"];
    if is_key.iter().any(|kind| name.strip_prefix(kind).is_some_and(|rest| looks_like_a_key(kind, rest))) {
        return Ok(name.to_owned());
    }
    match names::version(client, name) {
        Ok(version) => Ok(format!("version:{}", text(&version, "/id"))),
        Err(problem) if problem.exit == Exit::Refused && problem.more.get("status") == Some(&404.into()) => {
            let id = names::dataset_id(client, name).map_err(|_| {
                Problem::new(format!("there is no version and no data set `{name}`"))
                    .hint("list them with `assent version list MODEL` and `assent dataset list`")
            })?;
            Ok(format!("dataset:{id}"))
        }
        Err(problem) => Err(problem),
    }
}

/// A model may be called `data`: a number behind it is that of a version.
fn looks_like_a_key(kind: &str, rest: &str) -> bool {
    match kind {
        "version:" | "dataset:" => Uuid::try_parse(rest).is_ok(),
        _ => rest.len() >= 32,
    }
}

fn shown(found: &Value) -> Vec<Block> {
    let items = |name: &str| found.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let (nodes, edges) = (items("nodes"), items("edges"));
    if edges.is_empty() {
        return vec![Block::Line("nothing is known".to_owned())];
    }
    let name = |key: &str| {
        let node = nodes.iter().find(|node| text(node, "/key") == key);
        node.map_or_else(|| key.to_owned(), |node| format!("{} {}", text(node, "/kind"), text(node, "/name")))
    };
    let mut table = Table::new([">distance", "from", "to", "known by", "key"]);
    let mut rows: Vec<(u64, [String; 4])> = Vec::with_capacity(edges.len());
    for edge in &edges {
        let (upstream, downstream) = (text(edge, "/upstream"), text(edge, "/downstream"));
        let far = |key: &str| {
            let node = nodes.iter().find(|node| text(node, "/key") == key);
            node.and_then(|node| node.get("distance")?.as_u64()).unwrap_or_default()
        };
        let (up, down) = (far(&upstream), far(&downstream));
        let key = if up > down { &upstream } else { &downstream };
        rows.push((up.max(down), [name(&upstream), name(&downstream), text(edge, "/source"), key.clone()]));
    }
    rows.sort();
    for (distance, [from, to, source, key]) in rows {
        table.row([distance.to_string(), from, to, source, key]);
    }
    let mut blocks = vec![Block::Table(table)];
    if found.get("cut") == Some(&Value::Bool(true)) {
        blocks.push(Block::Hint(
            "there is more: ask from a node further out, with a greater --depth, or list a node with `assent lineage edges`"
                .to_owned(),
        ));
    }
    blocks
}
