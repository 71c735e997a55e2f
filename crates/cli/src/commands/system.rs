//! `assent system`: what models are used for.

mod export;
mod import;
mod inventory;
mod list;
mod register;
mod retire;
mod show;

use clap::Subcommand;

use super::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Commands on systems: AI systems, and uses of them.
#[derive(Debug, Subcommand)]
pub(crate) enum System {
    /// Register a system
    Register(Box<register::Register>),
    /// List systems
    List(list::List),
    /// Show a system
    Show(show::Show),
    /// Take a system out of use for good
    Retire(retire::Retire),
    /// Write the inventory of all systems as CSV
    Export(export::Export),
    /// Register systems, and describe those that are there anew, from an inventory as CSV
    Import(import::Import),
}

impl System {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match self {
            Self::Register(command) => command.run(context),
            Self::List(command) => command.run(context),
            Self::Show(command) => command.run(context),
            Self::Retire(command) => command.run(context),
            Self::Export(command) => command.run(context),
            Self::Import(command) => command.run(context),
        }
    }
}

/// How many systems an inventory holds.
const MAX_SYSTEMS: usize = 100_000;

/// What is shown of a system.
const FACTS: [(&str, &str); 12] = [
    ("id", "/id"),
    ("name", "/name"),
    ("purpose", "/purpose"),
    ("role", "/role"),
    ("category", "/category"),
    ("owner", "/owner/name"),
    ("restrictions", "/restrictions"),
    ("business justification", "/businessJustification"),
    ("success criteria", "/successCriteria"),
    ("described", "/described/at"),
    ("retired", "/retired/recorded/at"),
    ("because", "/retired/reason/text"),
];
