//! `assent version scan`

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;

/// Options of `assent version scan`.
#[derive(Debug, Args)]
pub(crate) struct Scan {
    /// Its id, or `model:number`
    version: String,
    /// The scanner
    #[arg(long)]
    tool: String,
    /// The version of the scanner
    #[arg(long)]
    tool_version: String,
    /// The verdict: PASSED or FAILED
    #[arg(long)]
    status: String,
    /// How many findings of a severity, for example `HIGH=0`
    #[arg(long = "finding", value_name = "SEVERITY=COUNT", value_parser = pairs::parse_count)]
    findings: Vec<(String, u64)>,
    /// The scanner's own report
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

impl Scan {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let version = names::version_id(&client, &self.version)?;
        let mut body = json!({
            "tool": self.tool,
            "toolVersion": self.tool_version,
            "status": self.status,
            "findings": self.findings.into_iter().collect::<BTreeMap<_, _>>(),
        });
        let report = self.report.map(|file| client.upload(&file)).transpose()?;
        pairs::put(&mut body, "report", report.as_ref().and_then(|blob| blob.get("sha256")));
        Ok(super::written(client.post(&format!("/api/v1/versions/{version}/scans"), &body)?))
    }
}
