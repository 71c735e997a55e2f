//! `assent admin principal add`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;

/// Options of `assent admin principal add`.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// The name
    name: String,
    /// The e-mail address
    #[arg(long)]
    email: Option<String>,
    /// It is a service account, and this person answers for it: id or name
    #[arg(long, value_name = "PRINCIPAL")]
    service_of: Option<String>,
}

impl Add {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let kind = if self.service_of.is_some() { "SERVICE" } else { "USER" };
        let mut body = json!({"kind": kind, "name": self.name});
        pairs::put(&mut body, "email", self.email.as_ref());
        let responsible = self.service_of.map(|name| names::principal_id(&client, &name)).transpose()?;
        pairs::put(&mut body, "responsible", responsible.as_ref());
        Ok(crate::commands::admin::written(client.post("/api/v1/principals", &body)?))
    }
}
