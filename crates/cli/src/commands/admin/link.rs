//! `assent admin link` and `unlink`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent admin link`.
#[derive(Debug, Args)]
pub(crate) struct Link {
    /// The account: id or name
    principal: String,
    /// The other account of the same person: id or name
    person: String,
}

/// Options of `assent admin unlink`.
#[derive(Debug, Args)]
pub(crate) struct Unlink {
    /// The account that belongs to nobody else after all: id or name
    principal: String,
}

impl Link {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let id = names::principal_id(&client, &self.principal)?;
        let person = names::principal_id(&client, &self.person)?;
        let answer = client.post(&format!("/api/v1/principals/{id}/link"), &json!({"person": person}))?;
        Ok(super::written(answer))
    }
}

impl Unlink {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let id = names::principal_id(&client, &self.principal)?;
        Ok(super::written(client.post(&format!("/api/v1/principals/{id}/unlink"), &json!({}))?))
    }
}
