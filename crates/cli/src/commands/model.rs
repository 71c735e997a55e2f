//! `assent model`: models.

mod list;
mod register;
mod show;

use clap::Subcommand;

use super::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Commands on models.
#[derive(Debug, Subcommand)]
pub(crate) enum Model {
    /// Register a model
    Register(register::Register),
    /// List models
    List(list::List),
    /// Show a model and its versions
    Show(show::Show),
}

impl Model {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match self {
            Self::Register(command) => command.run(context),
            Self::List(command) => command.run(context),
            Self::Show(command) => command.run(context),
        }
    }
}

/// What is shown of a model.
const FACTS: [(&str, &str); 7] = [
    ("id", "/id"),
    ("name", "/name"),
    ("tier", "/tier"),
    ("tier rule", "/tierRule"),
    ("purpose", "/purpose"),
    ("use cases", "/useCases"),
    ("owner", "/owner/name"),
];
