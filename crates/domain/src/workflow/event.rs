//! What happens to promotions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::emergency::event::EmergencyUsed;
use crate::delegation::OnBehalf;
use crate::exception::Waiver;
use crate::facts::Target;
use crate::ids::{Digest, ModelId, PrincipalId, VersionId};
use crate::pack::Workflow;
use crate::policy::FindingStatus;
use crate::workflow::Notice;
use crate::{Sealed, Time};

/// What a reviewer decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Decision {
    /// Yes.
    Approved,
    /// Yes, under conditions.
    Conditional,
    /// Not like this: mend it and submit again.
    ChangesRequested,
    /// No, and this promotion is over.
    Rejected,
}

impl Decision {
    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Approved => "APPROVED",
            Self::Conditional => "CONDITIONAL",
            Self::ChangesRequested => "CHANGES_REQUESTED",
            Self::Rejected => "REJECTED",
        }
    }

    /// Whether it speaks for the promotion.
    pub fn is_approval(self) -> bool {
        matches!(self, Self::Approved | Self::Conditional)
    }
}

/// Somebody asked for a promotion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PromotionRequested {
    /// The model.
    pub model: ModelId,
    /// The version.
    pub version: VersionId,
    /// Where it is to go.
    pub target: Target,
    /// The workflow, as it was then.
    pub workflow: Workflow,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Sealed>,
    /// Until when it stays open (not included).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Time>,
}

/// A rule that failed when a promotion was submitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedRule {
    /// Id of the policy.
    pub policy: String,
    /// Version of the policy.
    pub policy_version: String,
    /// Id of the rule.
    pub rule: String,
    /// What it said.
    pub status: FindingStatus,
    /// What was demanded.
    pub message: String,
}

/// A round was opened: the automated steps were judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PromotionSubmitted {
    /// Number of the round, from 1.
    pub round: u32,
    /// Digest of the evidence as it was.
    pub evidence: Digest,
    /// Blocking rules that failed; with any, changes are required.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<FailedRule>,
    /// By step, when a decision is due.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub due: BTreeMap<String, Time>,
    /// When somebody is to be reminded, or turned to, if a step is still open then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
}

/// When a condition has to be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ConditionTime {
    /// The gate is shut until it is.
    BeforeDeployment,
    /// The gate shuts when it is overdue.
    AfterDeployment,
}

/// A condition of an approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewCondition {
    /// Its id within the promotion.
    pub id: String,
    /// What has to be done.
    pub text: Sealed,
    /// Who has to do it.
    pub owner: PrincipalId,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Time>,
    /// Before or after the deployment.
    pub when: ConditionTime,
}

/// A person decided a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Review {
    /// The round.
    pub round: u32,
    /// The step.
    pub step: String,
    /// The role in which it was decided; absent for the owner's attestation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// What was decided.
    pub decision: Decision,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Sealed>,
    /// Conditions of a conditional approval.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<NewCondition>,
    /// Digest of the evidence that it was decided on.
    pub evidence: Digest,
    /// Until when it holds (not included).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Time>,
    /// In whose place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<OnBehalf>,
}

/// A fact that a condition read when it let a step pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactRead {
    /// Its path.
    pub path: String,
    /// Its value then, as JSON; absent if it was missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// The conditions of the pack held, and a step passed without a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepPassed {
    /// The round.
    pub round: u32,
    /// The step.
    pub step: String,
    /// The condition that held.
    pub condition: String,
    /// The facts that it read.
    pub facts: Vec<FactRead>,
    /// The tier of the model.
    pub tier: String,
    /// Digest of the evidence that it was judged on.
    pub evidence: Digest,
}

/// A condition was met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionMet {
    /// Which.
    pub id: String,
    /// How.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Sealed>,
}

/// Every step of the promotion has passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionApproved {
    /// Digest of the evidence that all approvals bind to.
    pub evidence: Digest,
}

/// The requester took it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionWithdrawn {
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Sealed>,
}

/// It was noted that the promotion had expired. This only notifies: from its time on it was expired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionExpired {}

/// The gate was open, and the version moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PromotionCompleted {
    /// Digest of the evidence that the gate opened on.
    pub evidence: Digest,
    /// Policies that were judged.
    pub policies: Vec<String>,
    /// Approvals that counted, as `role by reviewer`.
    pub approvals: Vec<String>,
    /// Exceptions without which the gate would have been shut.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Waiver>,
    /// The emergency that stood for missing approvals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency: Option<EmergencyUsed>,
}

/// Half of the time for a step was over, and those who decide it were reminded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReviewReminded {
    /// The round.
    pub round: u32,
    /// The step.
    pub step: String,
    /// The roles whose decision was missing.
    pub roles: Vec<String>,
    /// When the decision is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Time>,
}

/// The time for a step was over, and the next role on its path was turned to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReviewEscalated {
    /// The round.
    pub round: u32,
    /// The step.
    pub step: String,
    /// Its place on the path, from 1.
    pub level: u32,
    /// The role that was turned to.
    pub role: String,
    /// When the decision was due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Time>,
}

/// A step was assigned to a person, or to nobody any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewAssigned {
    /// The step.
    pub step: String,
    /// To whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<PrincipalId>,
}
