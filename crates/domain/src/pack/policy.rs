//! Policies as they are written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Period;
use crate::Time;
use crate::registry::VersionKind;

/// What a policy is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Category {
    /// Security.
    Security,
    /// Law and rules.
    Compliance,
    /// How good the model is.
    Quality,
    /// How it is run.
    Operational,
}

/// How bad a violation is; its weight in the compliance score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Severity {
    /// Weight 1.
    Low,
    /// Weight 2.
    Medium,
    /// Weight 3.
    High,
    /// Weight 5.
    Critical,
}

impl Severity {
    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
            Self::Critical => "CRITICAL",
        }
    }

    /// Its weight in the compliance score.
    pub fn weight(self) -> u32 {
        match self {
            Self::Low => 1,
            Self::Medium => 2,
            Self::High => 3,
            Self::Critical => 5,
        }
    }
}

/// What a violation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Enforcement {
    /// It shuts the gate.
    Blocking,
    /// It is shown.
    Advisory,
}

/// To what a policy applies. Absent lists do not restrict; present ones all have to match.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyScope {
    /// Models of these tiers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tiers: Option<Vec<String>>,
    /// On the way to, or in, these stages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stages: Option<Vec<String>>,
    /// Models with one of these tags (`key` or `key=value`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Versions of these kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kinds: Option<Vec<VersionKind>>,
}

/// One condition of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// Its id within the policy.
    pub id: String,
    /// CEL over the facts that returns bool.
    pub condition: String,
    /// Where the rule applies at all: CEL over the facts that returns bool; everywhere if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// What is demanded, in words.
    pub message: String,
    /// What to do where it does not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remediation: Option<String>,
    /// Kinds of evidence that satisfy it, for the reader.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
}

/// Whether and how long a policy can be waived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExceptionRules {
    /// Whether it can be waived at all.
    pub allow_exceptions: bool,
    /// Whether a waiver needs an approval.
    #[serde(default = "yes")]
    pub require_approval: bool,
    /// For how long at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_duration: Option<Period>,
}

fn yes() -> bool {
    true
}

/// Rules with a scope, a severity and an enforcement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Policy {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its version; a new text is a new version.
    pub version: String,
    /// What it is about.
    pub category: Category,
    /// How bad a violation is.
    pub severity: Severity,
    /// What a violation does.
    pub enforcement: Enforcement,
    /// To what it applies.
    #[serde(default)]
    pub scope: PolicyScope,
    /// Its rules; it passes when all of them pass.
    pub rules: Vec<Rule>,
    /// Roles without whose approval it is not satisfied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required_roles: Vec<String>,
    /// Requirements of laws and standards that it implements, as `framework:control`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub controls: Vec<String>,
    /// Whether it can be waived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exceptions: Option<ExceptionRules>,
    /// From when on it applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "super::schema::time")]
    pub effective_from: Option<Time>,
    /// Until when it applies (not included).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "super::schema::time")]
    pub expires_at: Option<Time>,
    /// The role that looks after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}
