//! `assent version evidence add`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::shown;
use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;

/// Options of `assent version evidence add`.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// Its id, or `model:number`
    version: String,
    /// The report as the tool wrote it
    file: PathBuf,
    /// The format that it has to be: SARIF, MODELSCAN, TRIVY, GARAK or METRICS; told by the content if absent
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// The tool, where the report does not say it
    #[arg(long)]
    tool: Option<String>,
    /// The version of the tool, where the report does not say it
    #[arg(long)]
    tool_version: Option<String>,
}

impl Add {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let version = names::version_id(&client, &self.version)?;
        let report = client.upload(&self.file)?;
        let mut body = json!({"sha256": report.get("sha256")});
        pairs::put(&mut body, "format", self.format.map(|format| format.to_uppercase()).as_ref());
        pairs::put(&mut body, "tool", self.tool.as_ref());
        pairs::put(&mut body, "toolVersion", self.tool_version.as_ref());
        let answer = client.post(&format!("/api/v1/versions/{version}/evidence"), &body)?;
        let object = answer.get("object").cloned().unwrap_or_default();
        Ok(shown(Answer::new(answer), &object))
    }
}
