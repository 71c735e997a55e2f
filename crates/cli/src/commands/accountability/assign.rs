//! `assent accountability assign`

use clap::Args;
use serde_json::json;

use crate::client::escaped;
use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;
use crate::{names, pairs};

/// Options of `assent accountability assign`.
#[derive(Debug, Args)]
pub(crate) struct Assign {
    /// The model: its name or id
    model: String,
    /// A role that the tier demands; `owner` hands the model over
    #[arg(long)]
    role: String,
    /// Who is to answer: id or name
    #[arg(long, value_name = "PRINCIPAL")]
    person: String,
    /// Until when, as RFC 3339; without end if absent
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Why they
    #[arg(long)]
    reason: String,
}

impl Assign {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let principal = names::principal_id(&client, &self.person)?;
        let mut body = json!({"role": self.role, "principal": principal, "reason": self.reason});
        pairs::put(&mut body, "until", self.until.as_ref());
        let path = format!("/api/v1/models/{}/accountability", escaped(&self.model));
        Ok(super::written(client.post(&path, &body)?))
    }
}
