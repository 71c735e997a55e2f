//! How long records are to be kept. The engine deletes nothing; it says what was settled, and until when the log is kept by that.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Pack, Period};

/// What is kept. Closed: the engine knows what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RetentionClass {
    /// The files of versions.
    ModelArtifacts,
    /// Reviews, signatures and what else people decided.
    Approvals,
    /// All other entries of the log.
    Log,
}

impl RetentionClass {
    /// Every class.
    pub const ALL: [Self; 3] = [Self::ModelArtifacts, Self::Approvals, Self::Log];

    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::ModelArtifacts => "MODEL_ARTIFACTS",
            Self::Approvals => "APPROVALS",
            Self::Log => "LOG",
        }
    }
}

/// How long one class is to be kept. A pack has at most one rule for each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RetentionRule {
    /// Its id.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// What is kept.
    pub class: RetentionClass,
    /// For how long, at least.
    pub keep: Period,
    /// Why so long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Pack {
    /// The rules of retention, ordered by class.
    pub fn retention(&self) -> &[RetentionRule] {
        &self.retention
    }

    /// The rule for a class.
    pub fn retention_of(&self, class: RetentionClass) -> Option<&RetentionRule> {
        self.retention.iter().find(|rule| rule.class == class)
    }

    /// For how long the log is kept: approvals and the digests of files stand in it, so the longest period of any class counts.
    /// `None` where no rule says anything.
    pub fn log_kept_for(&self) -> Option<Period> {
        self.retention.iter().map(|rule| rule.keep).max()
    }
}
