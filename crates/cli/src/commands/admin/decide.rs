//! `assent admin confirm`, `decline` and `withdraw`

use clap::Args;
use serde_json::{Value, json};

use super::proposals;
use crate::commands::Context;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;

/// Options of `assent admin confirm`.
#[derive(Debug, Args)]
pub(crate) struct Confirm {
    /// Id of the proposal
    id: uuid::Uuid,
    /// Its digest: exactly what it names is confirmed
    #[arg(long)]
    digest: String,
}

/// Options of `assent admin decline`.
#[derive(Debug, Args)]
pub(crate) struct Decline {
    /// Id of the proposal
    id: uuid::Uuid,
    /// Why
    #[arg(long)]
    reason: String,
}

/// Options of `assent admin withdraw`.
#[derive(Debug, Args)]
pub(crate) struct Withdraw {
    /// Id of the proposal
    id: uuid::Uuid,
    /// Why
    #[arg(long)]
    comment: Option<String>,
}

impl Confirm {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        decided(context, self.id, "confirm", &json!({"digest": self.digest}))
    }
}

impl Decline {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        decided(context, self.id, "decline", &json!({"reason": self.reason}))
    }
}

impl Withdraw {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let mut body = json!({});
        pairs::put(&mut body, "comment", self.comment.as_ref());
        decided(context, self.id, "withdraw", &body)
    }
}

fn decided(context: &Context, id: uuid::Uuid, verb: &str, body: &Value) -> Result<Answer, Problem> {
    let answer = context.client()?.post(&format!("/api/v1/proposals/{id}/{verb}"), body)?;
    let shown = proposals::shown(answer.get("object").unwrap_or(&answer));
    Ok(Answer { json: answer, ..shown })
}
