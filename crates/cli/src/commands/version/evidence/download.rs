//! `assent version evidence download`

use std::fs;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::client::escaped;
use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent version evidence download`.
#[derive(Debug, Args)]
pub(crate) struct Download {
    /// Its id, or `model:number`
    version: String,
    /// SHA-256 of the report
    sha256: String,
    /// Where to write it
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

impl Download {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let version = names::version_id(&client, &self.version)?;
        let path = format!("/api/v1/versions/{version}/evidence/{}/content", escaped(&self.sha256));
        let bytes = client.get_bytes(&path)?;
        fs::write(&self.to, &bytes).map_err(|error| {
            Problem::path("written", &self.to, error).hint("name a file in a folder that can be written")
        })?;
        let written = json!({"file": self.to.to_string_lossy(), "sizeBytes": bytes.len()});
        Ok(Answer::new(written).line(format!("{} bytes to `{}`", bytes.len(), self.to.display())))
    }
}
