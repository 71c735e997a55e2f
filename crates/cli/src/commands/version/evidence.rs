//! `assent version evidence`: reports of other tools about a version.

mod add;
mod download;
mod list;
mod show;

use clap::Subcommand;
use serde_json::Value;

use crate::commands::Context;
use crate::output::{Answer, Block};
use crate::problem::Problem;
use crate::table::{Table, text};

/// Commands on reports of other tools: SARIF, modelscan, Trivy, garak, figures. A report is named by its SHA-256.
#[derive(Debug, Subcommand)]
pub(crate) enum Evidence {
    /// Take in the report of another tool as evidence
    Add(add::Add),
    /// List the reports that are evidence of a version
    List(list::List),
    /// Show what a report says
    Show(show::Show),
    /// Write a report to a file, as the tool wrote it
    Download(download::Download),
}

impl Evidence {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match self {
            Self::Add(command) => command.run(context),
            Self::List(command) => command.run(context),
            Self::Show(command) => command.run(context),
            Self::Download(command) => command.run(context),
        }
    }
}

/// What is shown of one report.
const FACTS: [(&str, &str); 7] = [
    ("tool", "/tool"),
    ("version", "/toolVersion"),
    ("format", "/format"),
    ("subject", "/subject"),
    ("provenance", "/provenance"),
    ("sha256", "/sha256"),
    ("by", "/recorded/by/name"),
];

/// Adds the tables of what a report says.
fn shown(answer: Answer, report: &Value) -> Answer {
    let items = |name: &str| report.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut findings = Table::new(["severity", "id", "title", "location"]);
    for found in items("findings") {
        findings.row(["/severity", "/id", "/title", "/location"].map(|pointer| text(&found, pointer)));
    }
    let mut metrics = Table::new(["metric", ">value", ">n", ">lower", ">upper"]);
    for (path, figure) in report.get("metrics").and_then(Value::as_object).into_iter().flatten() {
        let at = |pointer| text(figure, pointer);
        metrics.row([path.clone(), at("/value"), at("/n"), at("/lower"), at("/upper")]);
    }
    let mut answer = answer.table(Table::facts(report, &FACTS));
    for (title, table) in [("Findings", findings), ("Figures", metrics)] {
        if !table.is_empty() {
            answer = answer.with(Block::Title(title.to_owned())).table(table);
        }
    }
    if let Some(omitted) = report.get("findingsOmitted").and_then(Value::as_u64) {
        answer = answer.line(format!("{omitted} findings more stand in the report"));
    }
    for warning in items("warnings") {
        answer = answer.hint(warning.as_str().unwrap_or_default().to_owned());
    }
    answer
}
