//! `assent risk start`

use clap::Args;
use serde_json::json;

use crate::client::escaped;
use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;

/// Options of `assent risk start`.
#[derive(Debug, Args)]
pub(crate) struct Start {
    /// The model: its name or id
    model: String,
    /// One of its versions, if it is about that alone: its id, or `model:number`
    #[arg(long)]
    version: Option<String>,
}

impl Start {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let model = client.get(&format!("/api/v1/models/{}", escaped(&self.model)))?;
        let mut body = json!({"model": names::id("a model", &model)?});
        let version = self.version.map(|version| names::version_id(&client, &version)).transpose()?;
        pairs::put(&mut body, "version", version.as_ref());
        Ok(super::written(client.post("/api/v1/assessments", &body)?))
    }
}
