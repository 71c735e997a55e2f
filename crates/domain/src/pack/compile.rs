//! Compiled documents: what rules and workflows become once every condition is checked.

use assent_cel::Program;

use super::{Policy, Rule, Step, Workflow};
use crate::ids::Digest;

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
