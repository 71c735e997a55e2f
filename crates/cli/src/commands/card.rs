//! `assent card`: model cards and datasheets.

pub(super) mod attach;
mod check;
mod convert;
mod draft;
mod export;
pub(super) mod file;
mod show;

use clap::Subcommand;
use serde_json::Value;

use super::Context;
use crate::output::{Answer, Block};
use crate::problem::Problem;
use crate::table::{Table, text};

/// Commands on model cards and datasheets. Files are JSON, Markdown, or the README of a model hub.
#[derive(Debug, Subcommand)]
pub(crate) enum Card {
    /// Draft the model card of a version from what is known of it
    Draft(draft::Draft),
    /// Check a file and tell how much of it is filled in, without a server
    Check(check::Check),
    /// Attach a model card to a version
    Attach(attach::Attach),
    /// Show how much of the newest model card of a version is filled in
    Show(show::Show),
    /// Write the newest model card of a version to a file
    Export(export::Export),
    /// Write a file in another form, without a server
    Convert(convert::Convert),
}

impl Card {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match self {
            Self::Draft(command) => command.run(context),
            Self::Check(command) => command.run(),
            Self::Attach(command) => command.run(context),
            Self::Show(command) => command.run(context),
            Self::Export(command) => command.run(context),
            Self::Convert(command) => command.run(),
        }
    }
}

/// Shows how much of a record is filled in: what the server says, or what was counted here.
fn shown(answer: Answer, card: &Value) -> Answer {
    let mut table = Table::new(["section", ">answered", ">asked", "missing"]);
    for section in card.get("sections").and_then(Value::as_array).into_iter().flatten() {
        table.row(["/section", "/answered", "/asked", "/missing"].map(|pointer| text(section, pointer)));
    }
    let share = card.get("completeness").and_then(Value::as_f64).unwrap_or_default();
    answer.table(table).with(Block::Line(format!(
        "{:.1} % of {} is filled in",
        share * 100.0,
        text(card, "/form")
    )))
}
