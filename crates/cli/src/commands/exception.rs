//! `assent exception`: waivers of policies for a while.

mod list;
mod remediate;
mod request;
mod revoke;
mod show;
mod sign;
mod submit;
mod withdraw;

use clap::Subcommand;
use serde_json::Value;

use super::Context;
use crate::output::{Answer, Block};
use crate::problem::Problem;
use crate::table::{Table, text};

/// Commands on exceptions.
#[derive(Debug, Subcommand)]
pub(crate) enum Exception {
    /// Ask for an exception from a policy, for a model or one of its versions
    Request(Box<request::Request>),
    /// Submit an exception that was asked for as a draft
    Submit(submit::Submit),
    /// List exceptions
    List(list::List),
    /// Show an exception: what it is for, who signed, and until when it holds
    Show(show::Show),
    /// Say yes or no to an exception, in a role
    Sign(sign::Sign),
    /// End an exception at once
    Revoke(revoke::Revoke),
    /// Say that what an exception excused is mended
    Remediate(remediate::Remediate),
    /// Take an exception back before it is decided
    Withdraw(withdraw::Withdraw),
}

impl Exception {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match self {
            Self::Request(command) => command.run(context),
            Self::Submit(command) => command.run(context),
            Self::List(command) => command.run(context),
            Self::Show(command) => command.run(context),
            Self::Sign(command) => command.run(context),
            Self::Revoke(command) => command.run(context),
            Self::Remediate(command) => command.run(context),
            Self::Withdraw(command) => command.run(context),
        }
    }
}

/// What is shown of an exception.
const FACTS: [(&str, &str); 15] = [
    ("id", "/id"),
    ("policy", "/policy"),
    ("model", "/model/name"),
    ("version", "/version/number"),
    ("state", "/state"),
    ("until", "/approval/endsAt"),
    ("for", "/duration"),
    ("requested by", "/requested/by/name"),
    ("justification", "/justification/text"),
    ("risk", "/riskAssessment/text"),
    ("mitigation", "/mitigation/text"),
    ("plan", "/remediationPlan/text"),
    ("missing roles", "/missingRoles"),
    ("ended by", "/ended/by/name"),
    ("because", "/reason/text"),
];

/// What is shown of a signature.
const SIGNATURES: [(&str, &str); 5] = [
    ("role", "/role"),
    ("verdict", "/verdict"),
    ("by", "/recorded/by/name"),
    ("at", "/recorded/at"),
    ("comment", "/comment/text"),
];

/// The answer to a write on an exception.
fn written(answer: Value) -> Answer {
    let object = answer.get("object").cloned().unwrap_or_default();
    let blocks = blocks(&object);
    Answer { blocks, ..Answer::new(answer) }
}

/// An exception with its signatures and what is watched.
fn blocks(exception: &Value) -> Vec<Block> {
    let mut blocks = vec![Block::Table(Table::facts(exception, &FACTS))];
    let mut list = |title: &str, at, columns: &[(&str, &str)]| {
        let items = exception.get(at).and_then(Value::as_array);
        if let Some(items) = items.filter(|items| !items.is_empty()) {
            blocks.push(Block::Title(title.to_owned()));
            blocks.push(Block::Table(Table::of(items, columns)));
        }
    };
    list("Signatures", "signatures", &SIGNATURES);
    list("Watched", "monitoring", &[("what", "/what/text"), ("every", "/every")]);
    let uses = text(exception, "/uses");
    if uses != "0" {
        blocks.push(Block::Line(format!("gates opened by it: {uses}")));
    }
    blocks
}

/// What gates were asked about and would have failed without an exception.
pub(super) fn used(gate: &Value) -> Vec<Block> {
    let used = gate.get("exceptionsUsed").and_then(Value::as_array).into_iter().flatten();
    used.map(|used| {
        Block::Line(format!(
            "by the exception {} from {}, until {}",
            text(used, "/exception"),
            text(used, "/policy"),
            text(used, "/endsAt")
        ))
    })
    .collect()
}
