//! `assent version`: versions of a model, and the evidence about them.

mod attach;
mod checklist;
mod evidence;
pub(crate) mod layout;
mod list;
mod move_to;
pub(super) mod register;
mod scan;
mod show;

use clap::Subcommand;

use super::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Commands on versions. A version is named by its id or as `model:number`.
#[derive(Debug, Subcommand)]
pub(crate) enum Version {
    /// Register a version of a model, with its files
    Register(register::Register),
    /// List the versions of a model
    List(list::List),
    /// Show a version and the evidence about it
    Show(show::Show),
    /// Attach a document to a version
    Attach(attach::Attach),
    /// Have a version's files scanned by the server, or record what another scanner found
    Scan(scan::Scan),
    /// Reports of other tools as evidence
    #[command(subcommand)]
    Evidence(evidence::Evidence),
    /// Go through what has to be in place before a stage: facts tell what is done
    Checklist(checklist::Checklist),
    /// Move a version down, or out of service
    Move(move_to::Move),
}

impl Version {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match self {
            Self::Register(command) => command.run(context),
            Self::List(command) => command.run(context),
            Self::Show(command) => command.run(context),
            Self::Attach(command) => command.run(context),
            Self::Scan(command) => command.run(context),
            Self::Evidence(command) => command.run(context),
            Self::Checklist(command) => command.run(context),
            Self::Move(command) => command.run(context),
        }
    }
}

/// What a list shows of a version.
pub(super) const COLUMNS: [(&str, &str); 6] = [
    ("model", "/model/name"),
    (">number", "/number"),
    ("kind", "/kind"),
    ("stage", "/stage"),
    ("registered by", "/registered/by/name"),
    ("id", "/id"),
];

/// What is shown of one version.
const FACTS: [(&str, &str); 11] = [
    ("id", "/id"),
    ("model", "/model/name"),
    ("number", "/number"),
    ("tier", "/model/tier"),
    ("kind", "/kind"),
    ("stage", "/stage"),
    ("since", "/stageSince"),
    ("status", "/status/name"),
    ("because", "/status/because"),
    ("registered", "/registered/at"),
    ("by", "/registered/by/name"),
];

/// The answer to a write on a version.
fn written(answer: serde_json::Value) -> Answer {
    let object = answer.get("object").cloned().unwrap_or_default();
    Answer::new(answer).table(crate::table::Table::facts(&object, &FACTS))
}
