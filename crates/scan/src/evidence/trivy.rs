//! The JSON of Trivy, version 2 of its schema: vulnerabilities, misconfigurations, secrets, licences.

use serde::Deserialize;

use super::error::{EvidenceError, Problem};
use super::read::{cut, json};
use super::{Evidence, Finding, Format, Package};
use crate::Severity;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[serde(expecting = "an object")]
struct Report {
    schema_version: u64,
    trivy: Option<Tool>,
    artifact_name: Option<String>,
    results: Option<Vec<Target>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[serde(expecting = "an object")]
struct Tool {
    version: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[serde(expecting = "an object")]
struct Target {
    #[serde(rename = "Target")]
    name: String,
    vulnerabilities: Option<Vec<Vulnerability>>,
    misconfigurations: Option<Vec<Misconfiguration>>,
    secrets: Option<Vec<Secret>>,
    licenses: Option<Vec<License>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[serde(expecting = "an object")]
struct Vulnerability {
    #[serde(rename = "VulnerabilityID")]
    id: String,
    pkg_name: String,
    installed_version: Option<String>,
    fixed_version: Option<String>,
    title: Option<String>,
    severity: Rating,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[serde(expecting = "an object")]
struct Misconfiguration {
    #[serde(rename = "ID")]
    id: String,
    title: Option<String>,
    status: Option<String>,
    severity: Rating,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[serde(expecting = "an object")]
struct Secret {
    #[serde(rename = "RuleID")]
    rule_id: String,
    title: Option<String>,
    start_line: Option<u64>,
    severity: Rating,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[serde(expecting = "an object")]
struct License {
    name: String,
    pkg_name: Option<String>,
    file_path: Option<String>,
    severity: Rating,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "UPPERCASE")]
enum Rating {
    Unknown,
    Low,
    Medium,
    High,
    Critical,
}

impl From<Rating> for Severity {
    fn from(rating: Rating) -> Self {
        match rating {
            Rating::Unknown => Self::Unrated,
            Rating::Low => Self::Low,
            Rating::Medium => Self::Medium,
            Rating::High => Self::High,
            Rating::Critical => Self::Critical,
        }
    }
}

/// Reads a report.
pub(super) fn parse(bytes: &[u8]) -> Result<Evidence, EvidenceError> {
    let report: Report = json(bytes, 0)?;
    if report.schema_version != 2 {
        let version = report.schema_version.to_string();
        return Err(EvidenceError::from(Problem::UnknownVersion { format: "Trivy's schema", version })
            .in_field("SchemaVersion"));
    }
    let mut evidence = Evidence::new(Format::Trivy);
    evidence.tool = Some("trivy".to_owned());
    evidence.tool_version = report.trivy.and_then(|tool| tool.version).map(|version| cut(&version));
    evidence.subject = report.artifact_name.map(|name| cut(&name));
    let Some(results) = report.results else {
        evidence.warn("the report has no results: Trivy found nothing that it knows how to look at");
        return Ok(evidence);
    };
    for target in results {
        for finding in target.findings() {
            evidence.find(finding)?;
        }
    }
    Ok(evidence)
}

impl Target {
    fn findings(self) -> Vec<Finding> {
        let location = cut(&self.name);
        let mut findings = Vec::new();
        findings.extend(self.vulnerabilities.into_iter().flatten().map(|found| found.finding(&location)));
        let misconfigurations = self.misconfigurations.into_iter().flatten();
        // With passed checks shown, they stand beside those that failed.
        let failed = misconfigurations.filter(|found| found.status.as_deref() != Some("PASS"));
        findings.extend(failed.map(|found| found.finding(&location)));
        findings.extend(self.secrets.into_iter().flatten().map(|found| found.finding(&location)));
        findings.extend(self.licenses.into_iter().flatten().map(|found| found.finding(&location)));
        findings
    }
}

impl Vulnerability {
    fn finding(self, location: &str) -> Finding {
        Finding {
            severity: self.severity.into(),
            title: cut(self.title.as_deref().unwrap_or(&self.id)),
            id: cut(&self.id),
            location: Some(location.to_owned()),
            package: Some(Package {
                name: cut(&self.pkg_name),
                version: self.installed_version.as_deref().map(cut),
                fixed_version: self.fixed_version.as_deref().filter(|version| !version.is_empty()).map(cut),
            }),
        }
    }
}

impl Misconfiguration {
    fn finding(self, location: &str) -> Finding {
        Finding {
            severity: self.severity.into(),
            title: cut(self.title.as_deref().unwrap_or(&self.id)),
            id: cut(&self.id),
            location: Some(location.to_owned()),
            package: None,
        }
    }
}

impl Secret {
    /// The text that was found is left out: a secret does not belong into evidence.
    fn finding(self, location: &str) -> Finding {
        let line = self.start_line.map(|line| format!(":{line}")).unwrap_or_default();
        Finding {
            severity: self.severity.into(),
            title: cut(self.title.as_deref().unwrap_or(&self.rule_id)),
            id: cut(&self.rule_id),
            location: Some(format!("{location}{line}")),
            package: None,
        }
    }
}

impl License {
    fn finding(self, location: &str) -> Finding {
        let file = self.file_path.as_deref().filter(|path| !path.is_empty()).map(cut);
        let package = self.pkg_name.as_deref().filter(|name| !name.is_empty());
        Finding {
            severity: self.severity.into(),
            id: cut(&self.name),
            title: format!("licence {}", cut(&self.name)),
            location: Some(file.unwrap_or_else(|| location.to_owned())),
            package: package.map(|name| Package { name: cut(name), version: None, fixed_version: None }),
        }
    }
}
