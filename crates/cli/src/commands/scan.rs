//! `assent scan`: what files would do when they are loaded, told without loading them and without a server.

mod files;

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use assent_scan::Severity;
use assent_scan::artifact::{Code, Limits, Scan as Scanned, sarif, scan};
use clap::{Args, ValueEnum};
use serde_json::json;

use crate::output::{Answer, Block};
use crate::problem::{Exit, Problem};
use crate::table::Table;

const EXIT_CODES: &str = "\
Exit codes:
  0  every file was looked at, and nothing is as bad as --fail-on
  1  something is as bad as --fail-on, or could not be looked into
  2  the command is wrong, or a file cannot be read";

/// Options of `assent scan`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Scan {
    /// Files, and folders of which every file is looked at
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The least severity that is a no: low, medium, high or critical
    #[arg(long, value_enum, default_value_t, value_name = "SEVERITY", hide_possible_values = true)]
    fail_on: Bound,
    /// Write the findings to a file as well, as SARIF 2.1.0
    #[arg(long, value_name = "FILE")]
    sarif: Option<PathBuf>,
}

/// The least severity that is a no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Bound {
    Low,
    #[default]
    Medium,
    High,
    Critical,
}

impl Bound {
    fn severity(self) -> Severity {
        match self {
            Self::Low => Severity::Low,
            Self::Medium => Severity::Medium,
            Self::High => Severity::High,
            Self::Critical => Severity::Critical,
        }
    }
}

impl Scan {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<Answer, Problem> {
        let files = files::below(&self.files)?;
        let scans = files.iter().map(|path| look_at(path)).collect::<Result<Vec<_>, _>>()?;
        if let Some(path) = &self.sarif {
            let text = serde_json::to_vec_pretty(&sarif(&scans)).map_err(Problem::new)?;
            fs::write(path, text).map_err(|error| Problem::path("written", path, error))?;
        }
        let bound = self.fail_on.severity();
        let is_no = scans.iter().any(|scan| !scan.complete || scan.worst >= Some(bound));
        Ok(answer(&scans, is_no)?.exit(if is_no { Exit::No } else { Exit::Done }))
    }
}

fn look_at(path: &Path) -> Result<Scanned, Problem> {
    let file = File::open(path)
        .map_err(|error| Problem::path("read", path, error).hint("name files that you may read"))?;
    Ok(scan(&path.to_string_lossy(), file, &Limits::default()))
}

fn answer(scans: &[Scanned], is_no: bool) -> Result<Answer, Problem> {
    let mut table = Table::new(["FILE", "FORMAT", "VERDICT"]);
    let mut findings = Table::new(["SEVERITY", "CODE", "PATH", "WHAT"]);
    let mut codes: Vec<Code> = Vec::new();
    for scan in scans {
        table.row([&scan.name, scan.format.as_str(), scan.verdict.as_str()]);
        for found in &scan.findings {
            findings.row([found.severity.as_str(), found.code.as_str(), &found.path, &found.message]);
            if !codes.contains(&found.code) {
                codes.push(found.code);
            }
        }
    }
    let omitted: u64 = scans.iter().map(|scan| scan.findings_omitted).sum();
    let mut answer =
        Answer::new(json!({"scans": serde_json::to_value(scans).map_err(Problem::new)?})).table(table);
    if !findings.is_empty() {
        answer = answer.with(Block::Title("Findings".to_owned())).table(findings);
    }
    if omitted > 0 {
        answer = answer.line(format!("{omitted} findings more are counted and not shown"));
    }
    let words = if is_no { "do not load what is named above" } else { "nothing stands against loading" };
    answer = answer.with(if is_no { Block::Bad(words.to_owned()) } else { Block::Good(words.to_owned()) });
    for code in codes {
        answer = answer.hint(format!("{}: {}", code.as_str(), code.remedy()));
    }
    Ok(answer)
}
