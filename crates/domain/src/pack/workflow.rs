//! Workflows as they are written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Period;
use crate::workflow::Decision;

/// The way of a promotion to one stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Workflow {
    /// Its id.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// The stage that it leads to.
    pub target: String,
    /// The stages that it starts from.
    pub from: Vec<String>,
    /// Only for models of these tiers; for all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tiers: Option<Vec<String>>,
    /// What follows a no, besides the end of the promotion; nothing if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_rejected: Option<OnRejected>,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// What follows the decision REJECTED.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OnRejected {
    /// The stage that the version returns to, if it stands in a later one.
    pub return_to: String,
}

/// A step of a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("unevaluatedProperties" = false))]
pub struct Step {
    /// Its id within the workflow.
    pub id: String,
    /// Title for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The steps that must have passed before this one; if absent, the step written before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Vec<String>>,
    /// Where the step applies: CEL over the facts that returns bool; always if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// What it asks for.
    #[serde(flatten)]
    pub kind: StepKind,
}

/// How many roles a review needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum QuorumMode {
    /// An approval in each of the roles.
    #[default]
    AllRoles,
    /// Approvals in any of them.
    AnyRoles,
}

/// Where a review passes without a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AutoApprove {
    /// For models of these tiers.
    pub tiers: Vec<String>,
    /// When this holds: CEL over the facts, without approvals, that returns bool.
    pub when: String,
}

/// What a step asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum StepKind {
    /// No policy that applies to the target may have failed.
    Automated {},
    /// Decisions of people.
    Review {
        /// Roles that decide.
        roles: Vec<String>,
        /// Whether all of them, or any.
        #[serde(default)]
        mode: QuorumMode,
        /// How many distinct people; at least one for each role that has to decide.
        #[serde(default = "one")]
        people: u32,
        /// What they may decide.
        #[serde(default = "every_decision")]
        decisions: Vec<Decision>,
        /// Business days until it is overdue.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sla_business_days: Option<u32>,
        /// Roles to turn to when it is overdue, nearest first.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        escalation: Vec<String>,
        /// How long an approval holds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_after: Option<Period>,
        /// Where it passes without a person; nowhere if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        auto_approve: Option<AutoApprove>,
    },
    /// The owner of the model signs for their own work; never an independent review.
    Attestation {
        /// How long it holds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_after: Option<Period>,
    },
    /// The version has reached that stage.
    Deployment {
        /// Which.
        stage: String,
    },
    /// The reviewers of a change that puts the version into the target stage have approved it. It is asked for and signed as a
    /// change, and not in the promotion.
    Change {},
}

fn one() -> u32 {
    1
}

fn every_decision() -> Vec<Decision> {
    vec![Decision::Approved, Decision::Conditional, Decision::ChangesRequested, Decision::Rejected]
}
