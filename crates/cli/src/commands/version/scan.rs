//! `assent version scan`

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::commands::{Context, evaluate};
use crate::names;
use crate::output::{Answer, Block};
use crate::pairs;
use crate::problem::{Exit, Problem};
use crate::table::{Table, text};

const EXIT_CODES: &str = "\
Exit codes:
  0  the server looked at every file, and nothing in them is worse than a low finding; or a result was recorded
  1  something is worse, or could not be looked into
  2  the command is wrong, or the server cannot be reached";

/// Options of `assent version scan`. With --tool, what that scanner found is recorded instead, as REPORTED.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Scan {
    /// Its id, or `model:number`
    version: String,
    /// Another scanner, whose result is recorded
    #[arg(long, requires_all = ["tool_version", "status"])]
    tool: Option<String>,
    /// The version of that scanner
    #[arg(long, requires = "tool")]
    tool_version: Option<String>,
    /// Its verdict: PASSED or FAILED
    #[arg(long, requires = "tool")]
    status: Option<String>,
    /// How many findings of a severity it has, for example `HIGH=0`
    #[arg(long = "finding", value_name = "SEVERITY=COUNT", value_parser = pairs::parse_count, requires = "tool")]
    findings: Vec<(String, u64)>,
    /// Its own report
    #[arg(long, value_name = "FILE", requires = "tool")]
    report: Option<PathBuf>,
}

impl Scan {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let version = names::version_id(&client, &self.version)?;
        if self.tool.is_none() {
            let path = format!("/api/v1/versions/{version}/artifact-scans?wait={}", evaluate::WAIT);
            let mut answer = client.post(&path, &json!({}))?;
            let scan = evaluate::ended(&client, answer.get("object").cloned().unwrap_or_default())?;
            pairs::put(&mut answer, "object", Some(&scan));
            return Ok(shown(answer, &scan));
        }
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

/// What the scanner of the server says.
fn shown(answer: Value, scan: &Value) -> Answer {
    let items = |value: &Value, pointer: &str| {
        value.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default()
    };
    let (mut files, mut findings) =
        (Table::new(["file", "format", "verdict"]), Table::new(["severity", "code", "path", "what"]));
    for file in items(scan, "/report/artifacts") {
        files.row(["/name", "/format", "/verdict"].map(|pointer| text(&file, pointer)));
        for found in items(&file, "/findings") {
            findings.row(["/severity", "/code", "/path", "/message"].map(|pointer| text(&found, pointer)));
        }
    }
    let passed = text(scan, "/report/status") == "PASSED";
    let mut shown = Answer::new(answer).table(files);
    if !findings.is_empty() {
        shown = shown.with(Block::Title("Findings".to_owned())).table(findings);
    }
    let words = format!("{} by {}", text(scan, "/report/status"), text(scan, "/report/engine"));
    shown = shown.with(if passed { Block::Good(words) } else { Block::Bad(words) });
    shown.exit(if passed { Exit::Done } else { Exit::No })
}
