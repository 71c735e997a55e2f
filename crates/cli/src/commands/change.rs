//! `assent change`: what is done to what people rely on.

mod calendar;
mod complete;
mod list;
mod metrics;
mod plan;
mod request;
mod roll_back;
mod schedule;
mod show;
mod sign;
mod start;
mod submit;
mod withdraw;

use clap::Subcommand;
use serde_json::Value;
use uuid::Uuid;

use super::Context;
use crate::output::{Answer, Block};
use crate::problem::Problem;
use crate::table::{Table, text};

/// Commands on changes.
#[derive(Debug, Subcommand)]
pub(crate) enum Change {
    /// Ask for a change
    Request(Box<request::Request>),
    /// Submit a change for review, with what its draft lacks
    Submit(submit::Submit),
    /// Say yes or no to a change, in one of the roles that it waits for
    Sign(sign::Sign),
    /// Give an approved change its time
    Schedule(schedule::Schedule),
    /// Begin an approved change, or an emergency that the emergency pair has signed
    Start(start::Start),
    /// Say how a change ended
    Complete(complete::Complete),
    /// Ask that a completed or failed change be taken back
    RollBack(roll_back::RollBack),
    /// Take a request back, before anything was done
    Withdraw(withdraw::Withdraw),
    /// Show a change: what it is, who is missing, what it clashes with
    Show(show::Show),
    /// List changes
    List(list::List),
    /// Show the changes of a month, and when none are made
    Calendar(calendar::Calendar),
    /// Count changes: open, deployed, rolled back, failed, and how long they took
    Metrics(metrics::Metrics),
}

impl Change {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match self {
            Self::Request(command) => command.run(context),
            Self::Submit(command) => command.run(context),
            Self::Sign(command) => command.run(context),
            Self::Schedule(command) => command.run(context),
            Self::Start(command) => command.run(context),
            Self::Complete(command) => command.run(context),
            Self::RollBack(command) => command.run(context),
            Self::Withdraw(command) => command.run(context),
            Self::Show(command) => command.run(context),
            Self::List(command) => command.run(context),
            Self::Calendar(command) => command.run(context),
            Self::Metrics(command) => command.run(context),
        }
    }
}

/// What is shown of a change.
const FACTS: [(&str, &str); 18] = [
    ("id", "/id"),
    ("title", "/title/text"),
    ("type", "/type"),
    ("model", "/model/name"),
    ("from version", "/currentVersion/number"),
    ("to version", "/targetVersion/number"),
    ("environment", "/environment"),
    ("state", "/state"),
    ("risk", "/risk"),
    ("because of", "/reasons"),
    ("requested by", "/requested/by/name"),
    ("justification", "/justification/text"),
    ("rollback plan", "/rollbackPlan/text"),
    ("reviewers", "/reviewers"),
    ("scheduled for", "/scheduled/at"),
    ("takes back", "/rollbackOf"),
    ("taken back by", "/rolledBackBy"),
    ("can be", "/now/canBe"),
];

/// What a list shows of a change.
const COLUMNS: [(&str, &str); 8] = [
    ("model", "/model/name"),
    (">to version", "/targetVersion/number"),
    ("type", "/type"),
    ("environment", "/environment"),
    ("state", "/state"),
    ("risk", "/risk"),
    ("title", "/title/text"),
    ("id", "/id"),
];

/// What a calendar and a list of clashes show of a change.
const BRIEF: [(&str, &str); 7] = [
    ("at", "/at"),
    ("model", "/model/name"),
    ("environment", "/environment"),
    ("type", "/type"),
    ("state", "/state"),
    ("title", "/title/text"),
    ("id", "/id"),
];

/// Sends what is to be done with a change, and shows it.
fn post(context: &Context, change: Uuid, what: &str, body: &Value) -> Result<Answer, Problem> {
    Ok(written(context.client()?.post(&format!("/api/v1/changes/{change}/{what}"), body)?))
}

/// The answer to a write on a change.
fn written(answer: Value) -> Answer {
    let object = answer.get("object").cloned().unwrap_or_default();
    let blocks = blocks(&object);
    Answer { blocks, ..Answer::new(answer) }
}

/// A change with its review, its clashes and its remarks.
fn blocks(change: &Value) -> Vec<Block> {
    let mut blocks = vec![Block::Table(Table::facts(change, &FACTS))];
    let mut list = |title: &str, at: &str, columns: &[(&str, &str)]| {
        let items = change.pointer(at).and_then(Value::as_array).filter(|items| !items.is_empty());
        if let Some(items) = items {
            blocks.push(Block::Title(title.to_owned()));
            blocks.push(Block::Table(Table::of(items, columns)));
        }
    };
    let said = [
        ("role", "/role"),
        ("verdict", "/verdict"),
        ("by", "/recorded/by/name"),
        ("at", "/recorded/at"),
        ("comment", "/comment/text"),
    ];
    list("Signatures", "/signatures", &said);
    list(
        "Signatures that do not count any more",
        "/now/lapsed",
        &[("role", "/role"), ("by", "/by/name"), ("why", "/reason")],
    );
    list("Clashes", "/now/clashes", &BRIEF);
    let missing = text(change, "/now/missing");
    if missing != "-" {
        blocks.push(Block::Line(format!("waits for {missing}")));
    }
    if change.pointer("/now/outsidePreferredWindow").and_then(Value::as_bool) == Some(true) {
        blocks.push(Block::Line("its time lies outside the window that it asked for".to_owned()));
    }
    blocks
}
