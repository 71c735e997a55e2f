//! `assent delegation`: who decides in whose place.

mod give;
mod list;
mod revoke;

use clap::Subcommand;
use serde_json::Value;

use super::Context;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Commands on delegations.
#[derive(Debug, Subcommand)]
pub(crate) enum Delegation {
    /// Let another reviewer decide in your place for a time
    Give(give::Give),
    /// List the delegations that you gave or got
    List(list::List),
    /// End a delegation before its time
    Revoke(revoke::Revoke),
}

impl Delegation {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match self {
            Self::Give(command) => command.run(context),
            Self::List(command) => command.run(context),
            Self::Revoke(command) => command.run(context),
        }
    }
}

/// What is shown of a delegation.
const FACTS: [(&str, &str); 8] = [
    ("id", "/id"),
    ("in place of", "/delegator/name"),
    ("decides", "/delegate/name"),
    ("roles", "/roles"),
    ("from", "/from"),
    ("until", "/until"),
    ("state", "/state"),
    ("because", "/reason/text"),
];

/// The answer to a write on a delegation.
fn written(answer: Value) -> Answer {
    let object = answer.get("object").cloned().unwrap_or_default();
    Answer::new(answer).table(Table::facts(&object, &FACTS))
}
