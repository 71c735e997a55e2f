//! Compiled documents: what rules and workflows become once every condition is checked.

use assent_cel::Program;

use serde_json::Value;

use super::{AutoApprove, Policy, Rule, Step, Workflow};
use crate::facts;
use crate::ids::Digest;
use crate::workflow::event::FactRead;

/// A rule with its programs.
#[derive(Debug, Clone)]
pub struct CompiledRule {
    /// As written.
    pub rule: Rule,
    /// Its condition.
    pub condition: Program,
    /// Where it applies at all.
    pub when: Option<Program>,
    /// Whether it reads nothing that approvals, exceptions, monitoring or the clock change: its finding is part of what a
    /// review binds to.
    pub is_evidence: bool,
}

/// A policy with its programs.
#[derive(Debug, Clone)]
pub struct CompiledPolicy {
    /// As written.
    pub policy: Policy,
    /// Its rules.
    pub rules: Vec<CompiledRule>,
}

/// A step with its program.
#[derive(Debug, Clone)]
pub struct CompiledStep {
    /// As written.
    pub step: Step,
    /// Where it applies; always if absent.
    pub when: Option<Program>,
    /// The steps that must have passed before this one, by position.
    pub after: Vec<usize>,
    /// Where it passes without a person.
    pub auto_approve: Option<CompiledAutoApprove>,
}

/// Where a review passes without a person, with its program.
#[derive(Debug, Clone)]
pub struct CompiledAutoApprove {
    /// As written.
    pub rule: AutoApprove,
    /// Its condition.
    pub when: Program,
}

/// How much of one fact is told of a step that passed without a person, in bytes of JSON, and of how many: the entry of the
/// log has room for no more.
const MAX_FACT_BYTES: usize = 512;
const MAX_FACTS: usize = 40;

impl CompiledAutoApprove {
    /// Whether it holds for a model of that tier. An error is no.
    pub fn holds(&self, tier: &str, facts: &Value) -> bool {
        self.rule.tiers.iter().any(|allowed| allowed == tier) && facts::holds(&self.when, facts)
    }

    /// The facts that it read, if it holds.
    pub fn passes(&self, tier: &str, facts: &Value) -> Option<Vec<FactRead>> {
        if !self.holds(tier, facts) {
            return None;
        }
        let reads = self.when.explain(facts, &facts::budget()).reads;
        let told = reads.into_iter().take(MAX_FACTS).map(|read| FactRead {
            path: read.path.to_string(),
            value: read.excerpt(MAX_FACT_BYTES).map(|value| value.to_string()),
        });
        Some(told.collect())
    }
}

/// A workflow with its programs.
#[derive(Debug, Clone)]
pub struct CompiledWorkflow {
    /// As written.
    pub workflow: Workflow,
    /// SHA-256 of its canonical text: what a promotion pins.
    pub digest: Digest,
    /// Its steps, in an order in which each comes after those that it waits for.
    pub steps: Vec<CompiledStep>,
}

impl CompiledWorkflow {
    /// The step of that id.
    pub fn step(&self, id: &str) -> Option<&CompiledStep> {
        self.steps.iter().find(|step| step.step.id == id)
    }
}
