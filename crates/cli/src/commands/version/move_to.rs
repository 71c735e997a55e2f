//! `assent version move`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;

/// Options of `assent version move`. Moving up is what `assent promote` is for.
#[derive(Debug, Args)]
pub(crate) struct Move {
    /// Its id, or `model:number`
    version: String,
    /// The stage
    #[arg(long, value_name = "STAGE")]
    to: String,
    /// Why
    #[arg(long)]
    comment: Option<String>,
}

impl Move {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let version = names::version_id(&client, &self.version)?;
        let mut body = json!({"to": self.to});
        pairs::put(&mut body, "comment", self.comment.as_ref());
        Ok(super::written(client.post(&format!("/api/v1/versions/{version}/move"), &body)?))
    }
}
