//! `assent version show`

use clap::Args;
use serde_json::Value;

use crate::commands::Context;
use crate::names;
use crate::output::{Answer, Block};
use crate::problem::Problem;
use crate::table::{Table, text};

/// Options of `assent version show`.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Its id, or `model:number`
    version: String,
}

impl Show {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let version = names::version(&context.client()?, &self.version)?;
        let items = |name: &str| version.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let (artifacts, documents) = (items("artifacts"), items("documents"));
        let mut answer = Answer::new(version.clone()).table(Table::facts(&version, &super::FACTS));
        let by = ("by", "/recorded/by/name");
        for (title, table) in [
            (
                "Files",
                Table::of(&artifacts, &[("name", "/name"), (">bytes", "/sizeBytes"), ("sha256", "/sha256")]),
            ),
            (
                "Documents",
                Table::of(&documents, &[("kind", "/kind"), ("name", "/name"), by, ("sha256", "/sha256")]),
            ),
            ("Evaluations", suites(&version)),
        ] {
            if !table.is_empty() {
                answer = answer.with(Block::Title(title.to_owned())).table(table);
            }
        }
        let scans = ["measuredScan", "scan"].map(|name| version.get(name));
        for scan in scans.into_iter().flatten().filter(|scan| scan.is_object()) {
            let line = format!(
                "Scan: {} {} by {} {}",
                text(scan, "/provenance"),
                text(scan, "/status"),
                text(scan, "/tool"),
                text(scan, "/toolVersion")
            );
            answer = answer.line("").line(line);
        }
        Ok(answer)
    }
}

fn suites(version: &Value) -> Table {
    let mut table = Table::new(["suite", "provenance", ">rows", ">attempts", "metric", ">value"]);
    for (name, suite) in version.get("suites").and_then(Value::as_object).into_iter().flatten() {
        for (metric, figure) in suite.get("metrics").and_then(Value::as_object).into_iter().flatten() {
            let at = |pointer| text(suite, pointer);
            let value = text(figure, "/value");
            table.row([name.clone(), at("/provenance"), at("/rows"), at("/attempts"), metric.clone(), value]);
        }
    }
    table
}
