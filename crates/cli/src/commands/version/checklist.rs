//! `assent version checklist`

use clap::Args;
use serde_json::Value;

use crate::client::with_query;
use crate::commands::Context;
use crate::commands::target::Target;
use crate::names;
use crate::output::{Answer, Block};
use crate::problem::{Exit, Problem};
use crate::table::{Table, text};

/// Options of `assent version checklist`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exits 0 where everything is done, 1 where something is open or unknown, 2 where it could not ask."
)]
pub(crate) struct Checklist {
    /// The version: its id, or `model:number`
    version: String,
    #[command(flatten)]
    target: Target,
}

impl Checklist {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let version = names::version_id(&client, &self.version)?;
        let path = format!("/api/v1/versions/{version}/checklist");
        Ok(shown(client.get(&with_query(&path, &self.target.query()))?))
    }
}

fn shown(checklist: Value) -> Answer {
    let items = checklist.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    let stage = text(&checklist, "/stage");
    if items.is_empty() {
        return Answer::new(checklist).line(format!("The pack in force has no checklist for {stage}."));
    }
    let sections = items.iter().map(|item| text(item, "/section"));
    let mut sections: Vec<String> = sections.collect();
    sections.dedup();
    let mut blocks = Vec::new();
    for section in sections {
        let of_section = items.iter().filter(|item| text(item, "/section") == section);
        let mut table = Table::new(["state", "item", "what to do"]);
        for item in of_section {
            table.row([text(item, "/state"), text(item, "/title"), text(item, "/remediation")]);
        }
        blocks.extend([Block::Title(section), Block::Table(table)]);
    }
    let count = |name: &str| text(&checklist, &format!("/{name}"));
    let line =
        format!("{stage}: {} done, {} open, {} unknown", count("done"), count("open"), count("unknown"));
    let is_done = (count("open").as_str(), count("unknown").as_str()) == ("0", "0");
    blocks.push(if is_done { Block::Good(line) } else { Block::Bad(line) });
    let exit = if is_done { Exit::Done } else { Exit::No };
    Answer { blocks, exit, ..Answer::new(checklist) }
}
