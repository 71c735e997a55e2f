//! What a scan says.

use serde::{Deserialize, Serialize};

use super::{Code, Format};
use crate::Severity;

/// What a scan found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scan {
    /// The name of the file as the caller gave it.
    pub name: String,
    /// What the content is.
    pub format: Format,
    /// What to make of it.
    pub verdict: Verdict,
    /// The worst severity of all findings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst: Option<Severity>,
    /// Whether everything was looked at.
    pub complete: bool,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
    /// Findings beyond the limit, which are only counted; the verdict knows them.
    pub findings_omitted: u64,
    /// What was looked at: the file, and what is inside of it.
    pub items: Vec<Item>,
    /// Bytes of all items.
    pub bytes: u64,
    /// The engine and its version.
    pub engine: String,
}

impl Scan {
    /// Findings of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

/// What to make of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verdict {
    /// Nothing worse than a low finding.
    Clean,
    /// A medium finding: somebody has to look, or it could not be looked into.
    Suspicious,
    /// A high or critical finding.
    Dangerous,
}

impl Verdict {
    /// The verdict on the worst finding.
    pub(super) fn of(worst: Option<Severity>) -> Self {
        match worst {
            None | Some(Severity::Info | Severity::Low) => Self::Clean,
            Some(Severity::Unrated | Severity::Medium) => Self::Suspicious,
            Some(Severity::High | Severity::Critical) => Self::Dangerous,
        }
    }

    /// The name as it is written in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clean => "CLEAN",
            Self::Suspicious => "SUSPICIOUS",
            Self::Dangerous => "DANGEROUS",
        }
    }
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// Its stable name.
    pub code: Code,
    /// The file, or the path of the item inside of it.
    pub path: String,
    /// Where in the item, in bytes from its start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// What was found, a sentence without a full stop.
    pub message: String,
    /// The module of an import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// The name that is imported from the module.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// The file, or the path inside of it.
    pub path: String,
    /// What its content is.
    pub format: Format,
    /// Its size, unpacked.
    pub bytes: u64,
}
