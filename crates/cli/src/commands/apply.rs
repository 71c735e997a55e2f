//! `assent apply`: puts a pack in force, or says what it would change.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::Context;
use super::admin::proposals::second;
use crate::documents::{self, Document};
use crate::embedded;
use crate::output::{Answer, Block};
use crate::problem::Problem;
use crate::table::{Table, text};

/// Options of `assent apply`.
#[derive(Debug, Args)]
pub(crate) struct Apply {
    /// The folder of the pack
    #[arg(short = 'f', long = "folder", value_name = "DIR", required_unless_present = "pack")]
    folder: Option<PathBuf>,
    /// A pack that comes with this program, by its name
    #[arg(long, value_name = "NAME", conflicts_with = "folder")]
    pack: Option<String>,
    /// Say what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl Apply {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let documents = match (&self.folder, &self.pack) {
            (Some(folder), _) => documents::read_folder(folder)?,
            (None, Some(name)) => embedded::pack(name)?,
            (None, None) => Vec::new(),
        };
        let client = context.client()?;
        let answer = client.post("/api/v1/packs", &body(documents, self.dry_run))?;
        Ok(shown(answer, self.dry_run))
    }
}

/// The request that applies documents.
pub(super) fn body(documents: Vec<Document>, dry_run: bool) -> Value {
    let documents: Vec<Value> =
        documents.into_iter().map(|(file, document)| json!({"file": file, "document": document})).collect();
    json!({"documents": documents, "dryRun": dry_run})
}

fn shown(answer: Value, dry_run: bool) -> Answer {
    let found = answer.get("object").unwrap_or(&answer);
    let changes = found.get("changes").and_then(Value::as_array).cloned().unwrap_or_default();
    let proposal = found
        .get("proposal")
        .map(|id| second(id.as_str().unwrap_or_default(), &text(found, "/digest"), found.get("approvers")));
    let weaker = found.get("weaker").and_then(Value::as_array).cloned().unwrap_or_default();
    let line = match (changes.is_empty(), dry_run, proposal.is_none()) {
        (true, ..) => "the pack in force says the same already",
        (false, true, _) => "this would change; nothing was changed",
        (false, false, true) => "the pack is in force",
        (false, false, false) if weaker.is_empty() => {
            "the pack is not in force yet: the one in force asks for two persons every time"
        }
        (false, false, false) => "the pack is not in force yet: it is weaker, and that takes two persons",
    };
    let always = dry_run && text(found, "/secondPerson") == "ALWAYS" && !changes.is_empty();
    let table = Table::of(&changes, &[("change", "/change"), ("kind", "/kind"), ("id", "/id")]);
    let impact = found.get("impact").map(impact);
    let mut shown = Answer::new(answer).table(table).line(line);
    for reason in weaker {
        shown = shown.line(format!("weaker: {}", reason.as_str().unwrap_or_default()));
    }
    if always {
        shown = shown.line("the pack in force asks for two persons every time");
    }
    if let Some(proposal) = proposal {
        shown = shown.hint(proposal);
    }
    shown.blocks.extend(impact.into_iter().flatten());
    shown
}

/// What the gates of versions in service would say.
fn impact(impact: &Value) -> Vec<Block> {
    let (judged, changed) = (text(impact, "/judged"), text(impact, "/changed"));
    let versions = impact.get("versions").and_then(Value::as_array).cloned().unwrap_or_default();
    let columns = [
        ("model", "/modelName"),
        (">version", "/number"),
        ("stage", "/stage"),
        ("before", "/before"),
        ("after", "/after"),
        ("because", "/reasons"),
    ];
    vec![
        Block::Line(format!(
            "gates of versions above the first stage: {judged} judged, {changed} would change"
        )),
        Block::Table(Table::of(&versions, &columns)),
    ]
}
