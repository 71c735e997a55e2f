//! `assent model tier-change`: requests for another tier.

mod list;
mod show;
mod sign;
mod withdraw;

use clap::Subcommand;
use serde_json::Value;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Commands on requests for another tier.
#[derive(Debug, Subcommand)]
pub(crate) enum TierChange {
    /// List requests
    List(list::List),
    /// Show a request, and who signs it
    Show(show::Show),
    /// Sign a request, or reject it
    Sign(sign::Sign),
    /// Take a request back
    Withdraw(withdraw::Withdraw),
}

impl TierChange {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match self {
            Self::List(command) => command.run(context),
            Self::Show(command) => command.run(context),
            Self::Sign(command) => command.run(context),
            Self::Withdraw(command) => command.run(context),
        }
    }
}

/// What is shown of a request.
const FACTS: [(&str, &str); 10] = [
    ("id", "/id"),
    ("model", "/model/name"),
    ("from", "/from"),
    ("to", "/to"),
    ("state", "/state"),
    ("requested by", "/requested/by/name"),
    ("justification", "/justification/text"),
    ("impact", "/impact/text"),
    ("signed by", "/signoff/roles"),
    ("missing", "/signoff/missing"),
];

/// What a list shows of a request.
const COLUMNS: [(&str, &str); 6] = [
    ("model", "/model/name"),
    ("from", "/from"),
    ("to", "/to"),
    ("state", "/state"),
    ("missing", "/signoff/missing"),
    ("id", "/id"),
];

/// The answer to a write on a request.
pub(super) fn written(answer: Value) -> Answer {
    let object = answer.get("object").cloned().unwrap_or_default();
    Answer::new(answer).table(Table::facts(&object, &FACTS))
}
