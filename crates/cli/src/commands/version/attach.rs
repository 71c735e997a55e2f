//! `assent version attach`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent version attach`.
#[derive(Debug, Args)]
pub(crate) struct Attach {
    /// Its id, or `model:number`
    version: String,
    /// What the document is, for example `MODEL_CARD`
    #[arg(long)]
    kind: String,
    /// The document
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// Its name; that of the file if absent
    #[arg(long)]
    name: Option<String>,
}

impl Attach {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let version = names::version_id(&client, &self.version)?;
        let name =
            self.name.or_else(|| self.file.file_name().map(|name| name.to_string_lossy().into_owned()));
        let blob = client.upload(&self.file)?;
        let body = json!({"kind": self.kind, "name": name, "sha256": blob.get("sha256")});
        Ok(super::written(client.post(&format!("/api/v1/versions/{version}/documents"), &body)?))
    }
}
