//! `assent delegation revoke`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;

/// Options of `assent delegation revoke`.
#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// Id of the delegation
    delegation: uuid::Uuid,
    /// Why
    #[arg(long, value_name = "TEXT")]
    comment: Option<String>,
}

impl Revoke {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let mut body = json!({});
        pairs::put(&mut body, "comment", self.comment.as_ref());
        let path = format!("/api/v1/delegations/{}/revoke", self.delegation);
        Ok(super::written(context.client()?.post(&path, &body)?))
    }
}
