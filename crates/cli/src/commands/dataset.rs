//! `assent dataset`: data sets.

pub(super) mod data_object;
mod list;
mod profile;
pub(super) mod register;
mod show;

use clap::Subcommand;

use super::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Commands on data sets. Who registers one is its steward.
#[derive(Debug, Subcommand)]
pub(crate) enum Dataset {
    /// Register a version of a data set
    Register(Box<register::Register>),
    /// List data sets
    List(list::List),
    /// Show a data set
    Show(show::Show),
    /// Count what files hold, for a datasheet, without a server
    Profile(profile::Profile),
}

impl Dataset {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match self {
            Self::Register(command) => command.run(context),
            Self::List(command) => command.run(context),
            Self::Show(command) => command.run(context),
            Self::Profile(command) => command.run(),
        }
    }
}

/// What is shown of a data set.
const FACTS: [(&str, &str); 12] = [
    ("id", "/id"),
    ("name", "/name"),
    ("number", "/number"),
    ("classification", "/classification"),
    ("steward", "/steward/name"),
    ("sha256", "/sha256"),
    ("bytes", "/sizeBytes"),
    ("columns", "/columns"),
    ("sensitive", "/sensitiveAttributes"),
    ("label column", "/labels/label"),
    ("designated for", "/designatedFor"),
    ("datasheet", "/datasheet"),
];
