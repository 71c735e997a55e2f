//! `assent check`: what every policy says of a version.

use clap::Args;
use serde_json::Value;

use super::Context;
use super::target::Target;
use crate::client::with_query;
use crate::names;
use crate::output::{Answer, Block};
use crate::problem::{Exit, Problem};
use crate::table::{Table, text};

/// Options of `assent check`.
#[derive(Debug, Args)]
#[command(after_help = "Exits 0 where no blocking rule fails, 1 where one does, 2 where it could not ask.")]
pub(crate) struct Check {
    /// The version: its id, or `model:number`
    version: String,
    #[command(flatten)]
    target: Target,
}

impl Check {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let version = names::version_id(&client, &self.version)?;
        let path = with_query(&format!("/api/v1/versions/{version}/check"), &self.target.query());
        Ok(shown(client.get(&path)?))
    }
}

fn shown(answer: Value) -> Answer {
    let findings = answer.get("findings").and_then(Value::as_array).cloned().unwrap_or_default();
    let table = self::findings(&findings);
    let shut =
        findings.iter().any(|finding| is_failure(finding) && text(finding, "/enforcement") == "BLOCKING");
    let excepted = match text(&answer, "/compliance/checksExcepted").as_str() {
        "0" => String::new(),
        count => format!("; policies that pass only by an exception: {count}"),
    };
    let line = format!(
        "compliance {} (score {}){excepted}",
        text(&answer, "/compliance/status"),
        text(&answer, "/compliance/score")
    );
    let answer = Answer::new(answer).table(table);
    if shut { answer.with(Block::Bad(line)).exit(Exit::No) } else { answer.with(Block::Good(line)) }
}

/// Findings as a table.
pub(super) fn findings(findings: &[Value]) -> Table {
    let columns = [
        ("status", "/status"),
        ("policy", "/policy"),
        ("rule", "/rule"),
        ("enforcement", "/enforcement"),
        ("demand", "/message"),
        ("detail", "/detail"),
    ];
    Table::of(findings, &columns)
}

fn is_failure(finding: &Value) -> bool {
    ["FAILED", "ERROR"].contains(&text(finding, "/status").as_str())
}
