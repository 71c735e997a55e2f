//! What happens to exceptions.

use serde::{Deserialize, Serialize};

use crate::ids::{ExceptionId, ModelId, PromotionId, VersionId};
use crate::pack::Period;
use crate::{Sealed, Time};

/// What is watched more closely as long as an exception is active.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// What.
    pub what: Sealed,
    /// How often.
    pub every: Period,
}

/// What is asked for, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Terms {
    /// Why the policy cannot be followed now.
    pub justification: Sealed,
    /// What can come of it.
    pub risk_assessment: Sealed,
    /// What is done against that meanwhile.
    pub mitigation: Sealed,
    /// How the policy will be followed in the end.
    pub remediation_plan: Sealed,
    /// How long it is to be active, from its approval on.
    pub duration: Period,
    /// What is watched besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub monitoring: Vec<Watch>,
}

/// Somebody asked for an exception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExceptionRequested {
    /// From which policy.
    pub policy: String,
    /// The version of the policy that was in force.
    pub policy_version: String,
    /// For which model.
    pub model: ModelId,
    /// For which of its versions; for all of them if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<VersionId>,
    /// The exception that it is to follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<ExceptionId>,
    /// What is asked for.
    pub terms: Terms,
}

/// It was submitted: people decide from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExceptionSubmitted {
    /// The tier that the model had.
    pub tier: String,
    /// The roles that have to sign, for that tier.
    pub roles: Vec<String>,
}

/// It was approved, and is active from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExceptionApproved {
    /// Until when (not included).
    pub ends_at: Time,
    /// Whether nobody was asked, because the policy wants no approval.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_approval: bool,
}

/// One of those who were asked said no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionRejected {}

/// It was taken back before it was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionWithdrawn {
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Sealed>,
}

/// It was ended before its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionRevoked {
    /// Why.
    pub reason: Sealed,
}

/// What it excused was mended before its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionRemediated {
    /// How.
    pub how: Sealed,
}

/// It was noted that it had ended. This only notifies: from its time on it had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionExpired {}

/// A gate opened because of it, and a version moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionUsed {
    /// The promotion that was completed.
    pub promotion: PromotionId,
    /// Its version.
    pub version: VersionId,
    /// The stage that it reached.
    pub stage: String,
}
