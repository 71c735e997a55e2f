//! Evidence from elsewhere: the reports of other tools, read into one form.
//!
//! [`parse`] tells the format by the content: SARIF 2.1.0, modelscan, Trivy, garak, or plain metrics. What a report says is
//! taken as what the tool says: evidence of this kind is REPORTED, with the tool's name and version beside it, and never
//! mixed with what was computed here. What a report leaves out on purpose (suppressed results, skipped files, a run that did
//! not end) becomes a warning, so that silence is not read as good news.

mod error;
mod garak;
pub mod limits;
mod metrics;
mod modelscan;
mod read;
mod sarif;
mod trivy;

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

pub use error::{EvidenceError, Problem};

use crate::Severity;
use limits::{MAX_BYTES, MAX_FINDINGS, MAX_METRICS, MAX_WARNINGS};

/// The format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Format {
    /// SARIF 2.1.0, of any tool.
    Sarif,
    /// The JSON of modelscan.
    Modelscan,
    /// The JSON of Trivy.
    Trivy,
    /// The lines of a garak report.
    Garak,
    /// An object of figures.
    Metrics,
}

/// What a report says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// The format of the report.
    pub format: Format,
    /// The tool that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// The version of the tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_version: Option<String>,
    /// What the tool looked at, in its own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What it found.
    pub findings: Vec<Finding>,
    /// The figures it gives, by path.
    pub metrics: BTreeMap<String, Metric>,
    /// What a reader must know before believing the rest.
    pub warnings: Vec<String>,
}

/// One thing that a tool found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// How bad it is, in the tool's own judgement.
    pub severity: Severity,
    /// The tool's name for it, for example the number of a vulnerability.
    pub id: String,
    /// What it is.
    pub title: String,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The package that it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<Package>,
}

/// A package with a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Package {
    /// Its name.
    pub name: String,
    /// The version that is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The version in which it is mended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_version: Option<String>,
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Metric {
    /// The figure.
    pub value: f64,
    /// Of how many it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// Where the true figure lies, as far as the tool can tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
}

/// A confidence interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Interval {
    /// The lower end.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
    /// The level of confidence, for example 0.95.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<f64>,
}

impl Interval {
    /// The interval of the opposite share: of what passes, where this one is of what fails.
    #[must_use]
    pub fn of_opposite_share(self) -> Self {
        Self { lower: 1.0 - self.upper, upper: 1.0 - self.lower, level: self.level }
    }
}

impl Evidence {
    /// Findings of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    fn new(format: Format) -> Self {
        Self {
            format,
            tool: None,
            tool_version: None,
            subject: None,
            findings: Vec::new(),
            metrics: BTreeMap::new(),
            warnings: Vec::new(),
        }
    }

    fn find(&mut self, finding: Finding) -> Result<(), EvidenceError> {
        if self.findings.len() >= MAX_FINDINGS {
            return Err(Problem::TooManyFindings.into());
        }
        self.findings.push(finding);
        Ok(())
    }

    fn measure(&mut self, path: String, metric: Metric) -> Result<(), EvidenceError> {
        if self.metrics.len() >= MAX_METRICS {
            return Err(Problem::TooManyMetrics.into());
        }
        self.metrics.insert(path, metric);
        Ok(())
    }

    fn warn(&mut self, warning: impl Into<String>) {
        let warning = warning.into();
        if self.warnings.len() < MAX_WARNINGS && !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}

/// The members by which formats are told apart.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Marks {
    entry_type: Option<IgnoredAny>,
    runs: Option<IgnoredAny>,
    summary: Option<IgnoredAny>,
    issues: Option<IgnoredAny>,
    #[serde(rename = "SchemaVersion")]
    trivy: Option<IgnoredAny>,
}

/// Reads a report.
pub fn parse(bytes: &[u8]) -> Result<Evidence, EvidenceError> {
    if bytes.len() > MAX_BYTES {
        return Err(Problem::TooLarge { bytes: bytes.len() }.into());
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let Some(first) = bytes.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty()) else {
        return Err(Problem::Empty.into());
    };
    if serde_json::from_slice::<Marks>(first).is_ok_and(|marks| marks.entry_type.is_some()) {
        return garak::parse(bytes);
    }
    let marks: Marks = read::json(bytes, 0)?;
    let evidence = if marks.trivy.is_some() {
        trivy::parse(bytes)
    } else if marks.runs.is_some() {
        sarif::parse(bytes)
    } else if marks.summary.is_some() && marks.issues.is_some() {
        modelscan::parse(bytes)
    } else {
        metrics::parse(bytes)
    };
    evidence.map(unnamed_is_said)
}

fn unnamed_is_said(mut evidence: Evidence) -> Evidence {
    match (&evidence.tool, &evidence.tool_version) {
        (None, _) => evidence.warn("the report does not say which tool made it"),
        (Some(_), None) => evidence.warn("the report does not say which version of the tool made it"),
        (Some(_), Some(_)) => {}
    }
    evidence
}
