//! Reports of other tools.

use std::collections::BTreeMap;

use assent_domain::registry::{EvidenceRecord, ReportedFigure};
use assent_domain::values::{Decimal, Provenance};
use assent_scan::evidence::{Evidence as Said, Finding};
use serde::Serialize;
use utoipa::ToSchema;

use super::schemas::{EvidenceFormatWords, ProvenanceWords};
use super::{RecordedView, recorded};
use crate::desk::Desk;
use crate::problem::Problem;

/// Findings that are shown; all of them stand in the report.
const MAX_SHOWN: usize = 500;

/// What another tool says about a version.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Evidence)]
pub(crate) struct EvidenceView {
    /// SHA-256 of the report, which is its name.
    sha256: String,
    size_bytes: u64,
    #[schema(value_type = EvidenceFormatWords)]
    format: String,
    /// Who says it.
    tool: String,
    /// In which version.
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_version: Option<String>,
    #[schema(value_type = ProvenanceWords)]
    provenance: Provenance,
    /// How many findings, for each severity.
    counts: BTreeMap<String, u64>,
    /// The figures by path.
    metrics: BTreeMap<String, FigureView>,
    /// How many warnings there are.
    warning_count: u64,
    recorded: RecordedView,
    /// What the tool looked at, in its own words; in lists this and what follows is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// What it found, the worst first, 500 at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    findings: Option<Vec<Finding>>,
    /// How many findings more there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    findings_omitted: Option<u64>,
    /// What a reader must know before believing the rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    warnings: Option<Vec<String>>,
}

/// One figure of a report.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportedFigure)]
struct FigureView {
    value: f64,
    /// Of how many it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<u64>,
    /// Where the true figure lies at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    lower: Option<f64>,
    /// Where it lies at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    upper: Option<f64>,
}

impl From<&ReportedFigure> for FigureView {
    fn from(figure: &ReportedFigure) -> Self {
        Self {
            value: figure.value.get(),
            n: figure.n,
            lower: figure.lower.map(Decimal::get),
            upper: figure.upper.map(Decimal::get),
        }
    }
}

impl EvidenceView {
    /// What the log keeps of it.
    pub(crate) fn new(desk: &Desk<'_>, record: &EvidenceRecord) -> Result<Self, Problem> {
        let evidence = &record.evidence;
        Ok(Self {
            sha256: evidence.report.sha256.to_string(),
            size_bytes: evidence.report.size_bytes,
            format: evidence.format.clone(),
            tool: evidence.tool.clone(),
            tool_version: evidence.tool_version.clone(),
            provenance: Provenance::Reported,
            counts: evidence.findings.clone(),
            metrics: evidence.metrics.iter().map(|(path, figure)| (path.clone(), figure.into())).collect(),
            warning_count: evidence.warnings,
            recorded: recorded(desk, record.recorded)?,
            subject: None,
            findings: None,
            findings_omitted: None,
            warnings: None,
        })
    }

    /// The same with what the report itself says.
    pub(crate) fn with_what_it_says(mut self, mut said: Said) -> Self {
        said.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let omitted = said.findings.len().saturating_sub(MAX_SHOWN);
        said.findings.truncate(MAX_SHOWN);
        self.subject = said.subject;
        self.findings = Some(said.findings);
        self.findings_omitted = (omitted > 0).then_some(omitted as u64);
        self.warnings = Some(said.warnings);
        self
    }
}
