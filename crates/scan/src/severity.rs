//! How bad a finding is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How bad a finding is, from the least to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Severity {
    /// A remark.
    Info,
    /// Unusual, and harmless by itself.
    Low,
    /// The tool that reported it did not say. It counts for more than a low one until somebody has looked.
    Unrated,
    /// May hide something, or could not be looked into.
    Medium,
    /// Does harm under conditions that are easily met.
    High,
    /// Runs code or commands when the file is loaded.
    Critical,
}

impl Severity {
    /// All, from the worst to the least.
    pub const ALL: [Self; 6] =
        [Self::Critical, Self::High, Self::Medium, Self::Unrated, Self::Low, Self::Info];

    /// The name as it is written in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Low => "LOW",
            Self::Unrated => "UNRATED",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
            Self::Critical => "CRITICAL",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
