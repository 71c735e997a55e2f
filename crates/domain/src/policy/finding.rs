//! Findings.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::ExceptionId;
use crate::pack::{Category, Enforcement, Severity};

/// What a rule says of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FindingStatus {
    /// The condition holds.
    Passed,
    /// It does not, or a fact that it reads is missing.
    Failed,
    /// It does not, and an active exception waives the policy.
    Excepted,
    /// The rule does not apply to this version.
    NotApplicable,
    /// It could not be evaluated: a defect of the policy.
    Error,
}

impl FindingStatus {
    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "PASSED",
            Self::Failed => "FAILED",
            Self::Excepted => "EXCEPTED",
            Self::NotApplicable => "NOT_APPLICABLE",
            Self::Error => "ERROR",
        }
    }

    /// Whether it speaks against the version.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::Error)
    }
}

/// A fact that a condition read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReadFact {
    /// Its path.
    pub path: String,
    /// Its value; absent if it was missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

/// The result of one rule on one version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Id of the policy.
    pub policy: String,
    /// Version of the policy.
    pub policy_version: String,
    /// Name of the policy.
    pub policy_name: String,
    /// Id of the rule.
    pub rule: String,
    /// What it says.
    pub status: FindingStatus,
    /// What the policy is about.
    pub category: Category,
    /// How bad a violation is.
    pub severity: Severity,
    /// What a violation does.
    pub enforcement: Enforcement,
    /// What is demanded.
    pub message: String,
    /// Why it failed where the condition alone does not say: a missing fact, an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The condition.
    pub condition: String,
    /// The exception that waives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<ExceptionId>,
    /// The facts that the condition read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<ReadFact>,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remediation: Option<String>,
    /// Requirements that the policy implements.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub controls: Vec<String>,
    /// Whether it reads nothing volatile.
    #[serde(skip)]
    pub is_evidence: bool,
    /// Whether it depends on approvals, and so cannot be judged before the reviews.
    #[serde(skip)]
    pub needs_approvals: bool,
}

impl Finding {
    /// Whether it shuts the gate.
    pub fn blocks(&self) -> bool {
        self.status.is_failure() && self.enforcement == Enforcement::Blocking
    }
}
