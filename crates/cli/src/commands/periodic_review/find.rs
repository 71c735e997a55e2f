//! `assent periodic-review find`

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::client::Client;
use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent periodic-review find`.
#[derive(Debug, Args)]
pub(crate) struct Find {
    /// Id of the review
    review: uuid::Uuid,
    /// Which section, for example `PERFORMANCE`
    #[arg(long)]
    section: String,
    /// What it comes to
    #[arg(long, value_enum)]
    outcome: Outcome,
    /// What was found, in words
    #[arg(long, value_name = "TEXT")]
    finding: String,
    /// What has to be done, by whom and until when: `OWNER=TIME=TEXT`, the owner by id or name, the time as RFC 3339; once
    /// for each
    #[arg(long, value_name = "OWNER=TIME=TEXT")]
    action: Vec<String>,
}

/// What a section comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Outcome {
    Ok,
    ActionNeeded,
}

impl Find {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let outcome = match self.outcome {
            Outcome::Ok => "OK",
            Outcome::ActionNeeded => "ACTION_NEEDED",
        };
        let actions: Vec<Value> =
            self.action.iter().map(|action| body(&client, action)).collect::<Result<_, _>>()?;
        let body =
            json!({"section": self.section, "outcome": outcome, "finding": self.finding, "actions": actions});
        super::post(context, self.review, "findings", &body)
    }
}

/// One action as the server takes it.
fn body(client: &Client, action: &str) -> Result<Value, Problem> {
    let mut parts = action.splitn(3, '=');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(owner), Some(due), Some(text)) => {
            Ok(json!({"owner": names::principal_id(client, owner)?, "dueAt": due, "text": text}))
        }
        _ => Err(Problem::new(format!("`{action}` is no action"))
            .hint("write it as `OWNER=TIME=TEXT`, for example `Rita=2027-01-31T00:00:00Z=train it again`")),
    }
}
