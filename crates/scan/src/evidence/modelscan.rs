//! The JSON of modelscan: issues, and what it could not or would not look at.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::error::{EvidenceError, Problem};
use super::read::{cut, json};
use super::{Evidence, Finding, Format};
use crate::Severity;

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Report {
    summary: Summary,
    issues: Vec<Issue>,
    errors: Vec<Remark>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Summary {
    total_issues: u64,
    total_issues_by_severity: BTreeMap<String, u64>,
    input_path: Option<String>,
    modelscan_version: Option<String>,
    scanned: Scanned,
    skipped: Option<Skipped>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Scanned {
    total_scanned: u64,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Skipped {
    #[serde(default)]
    skipped_files: Vec<Remark>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Issue {
    description: String,
    operator: Option<String>,
    module: Option<String>,
    source: Option<String>,
    scanner: Option<String>,
    severity: Rating,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Remark {
    category: Option<String>,
    description: Option<String>,
    source: Option<String>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "UPPERCASE")]
enum Rating {
    Low,
    Medium,
    High,
    Critical,
}

impl From<Rating> for Severity {
    fn from(rating: Rating) -> Self {
        match rating {
            Rating::Low => Self::Low,
            Rating::Medium => Self::Medium,
            Rating::High => Self::High,
            Rating::Critical => Self::Critical,
        }
    }
}

/// Reads a report.
pub(super) fn parse(bytes: &[u8]) -> Result<Evidence, EvidenceError> {
    let Report { summary, issues, errors } = json(bytes, 0)?;
    let mut evidence = Evidence::new(Format::Modelscan);
    evidence.tool = Some("modelscan".to_owned());
    for issue in issues {
        evidence.find(issue.finding())?;
    }
    check_counts(&summary, &evidence)?;
    for remark in &errors {
        evidence.warn(format!("modelscan failed: {}", remark.text()));
    }
    for remark in summary.skipped.iter().flat_map(|skipped| &skipped.skipped_files) {
        evidence.warn(format!("modelscan skipped a file: {}", remark.text()));
    }
    if summary.scanned.total_scanned == 0 {
        evidence.warn("modelscan has looked at no file");
    }
    evidence.tool_version = summary.modelscan_version.as_deref().map(cut);
    evidence.subject = summary.input_path.as_deref().map(cut);
    Ok(evidence)
}

/// The summary must say what the list holds.
fn check_counts(summary: &Summary, evidence: &Evidence) -> Result<(), EvidenceError> {
    let contradiction = |field: String, said: u64, listed: usize| {
        let detail = format!("{said} issues are counted, and {listed} are listed");
        Err(EvidenceError::from(Problem::Impossible { detail }).in_field(field))
    };
    if summary.total_issues != evidence.findings.len() as u64 {
        return contradiction(
            "summary.total_issues".to_owned(),
            summary.total_issues,
            evidence.findings.len(),
        );
    }
    for severity in [Severity::Low, Severity::Medium, Severity::High, Severity::Critical] {
        let said = summary.total_issues_by_severity.get(severity.as_str()).copied().unwrap_or(0);
        if said != evidence.count(severity) as u64 {
            let field = format!("summary.total_issues_by_severity.{severity}");
            return contradiction(field, said, evidence.count(severity));
        }
    }
    Ok(())
}

impl Issue {
    fn finding(self) -> Finding {
        let named = self.module.as_deref().zip(self.operator.as_deref());
        let id = named.map(|(module, operator)| format!("{module}.{operator}")).or(self.scanner);
        Finding {
            severity: self.severity.into(),
            id: cut(id.as_deref().unwrap_or("modelscan")),
            title: cut(&self.description),
            location: self.source.as_deref().map(cut),
            package: None,
        }
    }
}

impl Remark {
    fn text(&self) -> String {
        let parts = [&self.category, &self.source, &self.description];
        cut(&parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(": "))
    }
}
