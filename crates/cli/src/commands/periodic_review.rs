//! `assent periodic-review`: models in service looked at again.

mod act;
mod due;
mod find;
mod list;
mod open;
mod show;
mod sign;
mod submit;
mod withdraw;

use clap::Subcommand;
use serde_json::Value;

use super::Context;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Commands on periodic reviews.
#[derive(Debug, Subcommand)]
pub(crate) enum PeriodicReview {
    /// List the models whose review is overdue or due soon
    Due(due::Due),
    /// Open a review of a model
    Open(open::Open),
    /// Write down what was found in a section
    Find(find::Find),
    /// Submit a review in which every section has a finding
    Submit(submit::Submit),
    /// Sign a review, or reject it
    Sign(sign::Sign),
    /// Say that an action is done
    Act(act::Act),
    /// Take a review back
    Withdraw(withdraw::Withdraw),
    /// Show a review
    Show(show::Show),
    /// List reviews
    List(list::List),
}

impl PeriodicReview {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match self {
            Self::Due(command) => command.run(context),
            Self::Open(command) => command.run(context),
            Self::Find(command) => command.run(context),
            Self::Submit(command) => command.run(context),
            Self::Sign(command) => command.run(context),
            Self::Act(command) => command.run(context),
            Self::Withdraw(command) => command.run(context),
            Self::Show(command) => command.run(context),
            Self::List(command) => command.run(context),
        }
    }
}

/// What is shown of a review.
const FACTS: [(&str, &str); 7] = [
    ("id", "/id"),
    ("model", "/model/name"),
    ("state", "/state"),
    ("opened by", "/opened/by/name"),
    ("signed by", "/signoff/roles"),
    ("missing", "/signoff/missing"),
    ("comment", "/comment/text"),
];

/// What is shown of a section.
const SECTION: [(&str, &str); 4] = [
    ("section", "/section"),
    ("outcome", "/outcome"),
    ("finding", "/finding/text"),
    ("by", "/recorded/by/name"),
];

/// What is shown of an action.
const ACTION: [(&str, &str); 5] = [
    ("action", "/id"),
    ("what", "/text/text"),
    ("owner", "/owner/name"),
    ("due", "/dueAt"),
    ("done", "/done/at"),
];

/// What a list shows of a review.
const COLUMNS: [(&str, &str); 5] = [
    ("model", "/model/name"),
    ("state", "/state"),
    ("opened", "/opened/at"),
    ("missing", "/signoff/missing"),
    ("id", "/id"),
];

/// A review as tables: its facts, its sections, its actions.
fn shown(answer: Value, review: &Value) -> Answer {
    let sections = review.get("sections").and_then(Value::as_array).cloned().unwrap_or_default();
    let of = |section: &Value| section.get("actions").and_then(Value::as_array).cloned().unwrap_or_default();
    let actions: Vec<Value> = sections.iter().flat_map(of).collect();
    let facts = Table::facts(review, &FACTS);
    let answer = Answer::new(answer).table(facts).line("").table(Table::of(&sections, &SECTION));
    if actions.is_empty() { answer } else { answer.line("").table(Table::of(&actions, &ACTION)) }
}

/// Posts to a review, and shows it.
fn post(context: &Context, id: uuid::Uuid, what: &str, body: &Value) -> Result<Answer, Problem> {
    Ok(written(context.client()?.post(&format!("/api/v1/periodic-reviews/{id}/{what}"), body)?))
}

/// The answer to a write.
fn written(answer: Value) -> Answer {
    let review = answer.get("object").cloned().unwrap_or_default();
    shown(answer, &review)
}
