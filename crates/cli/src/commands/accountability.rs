//! `assent accountability`: who answers for models.

mod assign;
mod end;
mod gaps;
mod of;
mod roles;
mod show;

use clap::Subcommand;
use serde_json::{Value, json};

use super::Context;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Commands on who answers for models.
#[derive(Debug, Subcommand)]
pub(crate) enum Accountability {
    /// Show who answers for a model, and where nobody does
    Show(show::Show),
    /// Put somebody into a role for a model
    Assign(assign::Assign),
    /// Take somebody out of a role for a model
    End(end::End),
    /// List the models with a role in which nobody answers
    Gaps(gaps::Gaps),
    /// List what a person answers for
    Of(of::Of),
    /// Print the roles of the pack: what they are for, and who holds them
    Roles(roles::Roles),
}

impl Accountability {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match self {
            Self::Show(command) => command.run(context),
            Self::Assign(command) => command.run(context),
            Self::End(command) => command.run(context),
            Self::Gaps(command) => command.run(context),
            Self::Of(command) => command.run(context),
            Self::Roles(command) => command.run(context),
        }
    }
}

/// What is shown of a role for a model.
const COLUMNS: [(&str, &str); 6] = [
    ("role", "/role"),
    ("person", "/person/name"),
    ("gap", "/gap"),
    ("since", "/since/at"),
    ("until", "/until"),
    ("reason", "/reason/text"),
];

/// What is shown of a role of a model among others.
const OF_MODELS: [(&str, &str); 5] = [
    ("model", "/model"),
    ("role", "/role"),
    ("person", "/person/name"),
    ("gap", "/gap"),
    ("since", "/since/at"),
];

/// Who answers for a model.
fn shown(object: &Value) -> Table {
    let roles = object.get("roles").and_then(Value::as_array).cloned().unwrap_or_default();
    Table::of(&roles, &COLUMNS)
}

/// The answer to a write.
fn written(answer: Value) -> Answer {
    let table = shown(answer.get("object").unwrap_or(&Value::Null));
    Answer::new(answer).table(table)
}

/// Roles of several models, one a line.
fn of_models(found: &[Value], nothing: &str) -> Answer {
    let mut rows = Vec::new();
    for item in found {
        let name = item.pointer("/model/name").cloned().unwrap_or_default();
        for role in item.get("roles").and_then(Value::as_array).into_iter().flatten() {
            let mut row = role.clone();
            if let Some(row) = row.as_object_mut() {
                row.insert("model".to_owned(), name.clone());
            }
            rows.push(row);
        }
    }
    let table = Table::of(&rows, &OF_MODELS);
    let answer = Answer::new(json!({"items": found}));
    if table.is_empty() { answer.line(nothing) } else { answer.table(table) }
}
