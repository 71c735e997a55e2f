//! `assent audit replay`: whether the state is what the log makes.

use std::path::PathBuf;

use assent_app::replay::{MAX_DIFFERENCES, Report};
use clap::Args;
use serde_json::{Value, json};

use crate::audit;
use crate::installation::{Database, ReadOnly};
use crate::output::{Answer, Block};
use crate::problem::{Exit, Problem};

/// Options of `assent audit replay`.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// The data directory; the server may be up or down
    #[arg(long, value_name = "DIR")]
    data_dir: PathBuf,
    #[command(flatten)]
    database: Database,
}

impl Replay {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<Answer, Problem> {
        let installation = ReadOnly::open(&self.data_dir, &self.database)?;
        let read = installation.store.read()?;
        let report = audit::replay(&*read)?;
        let exit = if report.is_sound() { Exit::Done } else { Exit::No };
        Ok(Answer { blocks: blocks(&report), exit, ..Answer::new(json(&report)) })
    }
}

/// A report as JSON.
pub(super) fn json(report: &Report) -> Value {
    let mut value = serde_json::to_value(report).unwrap_or_default();
    if let Some(members) = value.as_object_mut() {
        members.insert("sound".to_owned(), json!(report.is_sound()));
    }
    value
}

/// A report for people.
pub(super) fn blocks(report: &Report) -> Vec<Block> {
    let mut blocks = Vec::new();
    for difference in &report.differences {
        blocks.push(Block::Bad(format!("{} {}: {}", difference.table, difference.id, difference.problem)));
        blocks.push(Block::Line(format!("  the log says  {}", difference.log)));
        blocks.push(Block::Line(format!("  the row says  {}", difference.stored)));
    }
    for table in report.cut_short() {
        let line = format!("there may be more than these {MAX_DIFFERENCES} differences of `{table}`");
        blocks.push(Block::Line(line));
    }
    if let Some(error) = &report.error {
        blocks.push(Block::Bad(format!("the log cannot be replayed: {error}")));
    }
    let line =
        format!("{} entries replayed in a separate process, {} rows compared", report.entries, report.rows);
    if report.is_sound() {
        blocks.push(Block::Good(format!("the state is what the log makes: {line}")));
    } else {
        blocks.push(Block::Bad(format!("the state is NOT what the log makes: {line}")));
        let hint = "rows are caches of the log: find out who changed them, keep a copy as evidence, then rebuild or restore them";
        blocks.push(Block::Hint(hint.to_owned()));
    }
    blocks
}
