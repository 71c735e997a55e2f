//! What happens to assessments.

use serde::{Deserialize, Serialize};

use crate::ids::{AssessmentId, ModelId, VersionId};
use crate::pack::RiskTemplate;
use crate::risk::Exact;
use crate::risk::score::AssessmentResult;
use crate::{Sealed, Time};

/// Somebody began to assess the risks of a model, or of one of its versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AssessmentStarted {
    /// The model.
    pub model: ModelId,
    /// The version; absent where it is about the model as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<VersionId>,
    /// The templates that apply, as they were then.
    pub templates: Vec<RiskTemplate>,
}

/// How somebody rates a risk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// From 1 to 5.
    pub likelihood: u8,
    /// From 1 to 5.
    pub impact: u8,
    /// How much of it the controls take away, from 0 to 1.
    pub effectiveness: Exact,
    /// What is done about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub controls: Vec<Sealed>,
    /// Why it is rated so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Sealed>,
}

/// What a risk is that no template names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Custom {
    /// A category of the risk model.
    pub category: String,
    /// What could happen.
    pub title: Sealed,
}

/// A risk was rated, the first time or again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RiskAnswered {
    /// Its id: that of a template, or a new one.
    pub risk: String,
    /// What it is, where no template names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom: Option<Custom>,
    /// The rating.
    pub answer: Answer,
}

/// The answers were submitted and scored: from now on they stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AssessmentSubmitted {
    /// The result.
    pub result: AssessmentResult,
    /// The roles that sign it.
    pub roles: Vec<String>,
}

/// Everybody signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AssessmentApproved {
    /// When it is looked at again; never if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_review_at: Option<Time>,
}

/// Somebody who signs said no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessmentRejected {}

/// The assessor took it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessmentWithdrawn {
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Sealed>,
}

/// A newer assessment was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessmentSuperseded {
    /// Which.
    pub by: AssessmentId,
}

/// Somebody accepted a risk for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RiskAccepted {
    /// The risk.
    pub risk: String,
    /// Why.
    pub rationale: Sealed,
    /// Until when (not included).
    pub expires_at: Time,
}
