//! `assent comment`: what people say about an object.

mod add;
mod list;
mod mentions;
mod retract;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::Context;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Commands on comments.
#[derive(Debug, Subcommand)]
pub(crate) enum Comment {
    /// Comment on an object
    Add(add::Add),
    /// List the comments on an object, newest first
    List(list::List),
    /// List the comments that mention you
    Mentions(mentions::Mentions),
    /// Take a comment of yours back; that it was made stays on the record
    Retract(retract::Retract),
}

impl Comment {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match self {
            Self::Add(command) => command.run(context),
            Self::List(command) => command.run(context),
            Self::Mentions(command) => command.run(context),
            Self::Retract(command) => command.run(context),
        }
    }
}

/// What an object is.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Collection {
    Models,
    Versions,
    Evaluations,
    Promotions,
    Systems,
    Exceptions,
    Assessments,
    TierChanges,
    Changes,
}

/// The object of a thread.
#[derive(Debug, Args)]
struct Thread {
    /// What the object is
    collection: Collection,
    /// Its id
    id: uuid::Uuid,
}

impl Thread {
    fn path(&self) -> String {
        let collection = self.collection.to_possible_value().map(|value| value.get_name().to_owned());
        format!("/api/v1/threads/{}/{}", collection.unwrap_or_default(), self.id)
    }
}

/// A list of comments.
fn listed(comments: &[Value]) -> Answer {
    let columns = [
        ("made", "/made/at"),
        ("by", "/made/by/name"),
        ("state", "/state"),
        ("text", "/text/text"),
        ("on", "/subject/kind"),
        ("answers", "/answers"),
        ("id", "/id"),
    ];
    let table = Table::of(comments, &columns);
    let answer = Answer::new(json!({"items": comments}));
    if table.is_empty() { answer.line("nobody has said anything") } else { answer.table(table) }
}

/// The answer to a write on a comment.
fn written(answer: Value) -> Answer {
    let object = answer.get("object").cloned().unwrap_or_default();
    let facts = [
        ("id", "/id"),
        ("on", "/subject/kind"),
        ("state", "/state"),
        ("by", "/made/by/name"),
        ("made", "/made/at"),
        ("text", "/text/text"),
    ];
    Answer::new(answer).table(Table::facts(&object, &facts))
}
