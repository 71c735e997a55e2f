//! `assent emergency`: two persons let a version through that cannot wait for its reviews.

mod declare;
mod list;
mod sign;

use clap::Subcommand;
use serde_json::Value;

use super::{Context, promote};
use crate::client::Client;
use crate::output::{Answer, Block};
use crate::problem::Problem;
use crate::table::{Table, text};

/// Commands on emergencies.
#[derive(Debug, Subcommand)]
pub(crate) enum Emergency {
    /// Break the glass of a promotion under review, as the first of two persons
    Declare(declare::Declare),
    /// Say yes or no to an emergency, as the second person
    Sign(sign::Sign),
    /// List the emergencies that are not over
    List(list::List),
}

impl Emergency {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match self {
            Self::Declare(command) => command.run(context),
            Self::Sign(command) => command.run(context),
            Self::List(command) => command.run(context),
        }
    }
}

/// What is shown of an emergency.
const FACTS: [(&str, &str); 7] = [
    ("state", "/state"),
    ("because", "/justification/text"),
    ("declared by", "/declared/by/name"),
    ("roles", "/roles"),
    ("can be used until", "/expiresAt"),
    ("stood for", "/steps"),
    ("reviews due", "/followUpDueAt"),
];

/// The answer to a write on an emergency: the promotion, and its last emergency.
fn written(answer: Value) -> Answer {
    let last = answer.pointer("/object/emergencies").and_then(|all| all.as_array()?.last()).cloned();
    let mut answer = promote::written(answer);
    if let Some(last) = last {
        answer.blocks.push(Block::Title("Emergency".to_owned()));
        answer.blocks.push(Block::Table(Table::facts(&last, &FACTS)));
    }
    answer
}

/// The evidence that was looked at: as given, or what stands there now.
fn evidence(client: &Client, path: &str, seen: Option<String>) -> Result<Option<Value>, Problem> {
    match seen {
        Some(seen) => Ok(Some(Value::String(seen))),
        None => Ok(client.get(path)?.pointer("/now/evidence").cloned()),
    }
}

/// The emergency that a gate stands open by, or that is to be reviewed.
pub(super) fn used(gate: &Value) -> Option<Block> {
    let emergency = gate.get("emergency")?;
    let due = text(emergency, "/followUpDueAt");
    let due = if due == "-" { String::new() } else { format!(", reviews due {due}") };
    Some(Block::Line(format!("by an emergency: {}{due}", text(emergency, "/state"))))
}
