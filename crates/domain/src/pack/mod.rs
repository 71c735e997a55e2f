//! Packs: governance as data. A pack is a set of YAML documents, each with `kind` and `id`; roles, tiers, stages,
//! workflows, policies, suites, thresholds, duties, templates and models of risk, criteria, rules of changes,
//! checklists, rules of retention and settings are its words, and the engine knows none of them.
//!
//! [`compile`](Pack::compile) checks every document against every other and compiles every condition; what it returns
//! can be trusted: a name that a document uses exists. A pack is applied as one event that carries the documents, so
//! that a past moment can be judged by the pack of that moment.
//!
//! Invariants: a compiled pack has at least one stage and one role; ids are unique within a kind; every condition has
//! the type that its place asks for; no workflow has a cycle.

mod applied;
mod change_rules;
mod check;
mod checklist;
pub(crate) use check::{compile_workflow, is_id};
mod compile;
mod diff;
mod document;
mod duties;
mod extend;
mod import;
mod pack_index;
mod period;
mod policy;
mod retention;
mod risk;
mod schema;
mod weaker;
mod workflow;

pub use applied::{
    Applied, MAX_CONTENT_BYTES, PackApplied, TwoPersonsRequired, apply, content, for_two_persons,
    require_two_persons,
};
pub use change_rules::{Blackout, ChangeRules};
pub use check::Problem;
pub use checklist::{ChecklistItem, CompiledItem};
pub use compile::{CompiledAutoApprove, CompiledPolicy, CompiledRule, CompiledStep, CompiledWorkflow};
pub use diff::{DocumentChange, diff};
pub use document::{
    Applying, Calendar, ComplianceLevel, Document, HealthPenalties, Operator, PackInfo, Role, SecondPerson,
    Settings, Stage, Suite, Threshold, ThresholdSet, Tier, TierRule,
};
pub use duties::{Duties, Duty};
pub use extend::extended;
pub use import::imported_policy;
pub use pack_index::{Pack, TierHit};
pub use period::Period;
pub use policy::{Category, Enforcement, ExceptionRules, Policy, PolicyScope, Rule, Severity};
pub use retention::{RetentionClass, RetentionRule};
pub use risk::{
    Above, Advice, AtLeast, AtMost, Bands, ChangeScores, CoverageScores, DeploymentClass, DeploymentModel,
    Factor, ReplicaScore, RiskClass, RiskModel, RiskTemplate, RollbackScores, STEPS, ScaleStep, ScopeScores,
    SensitivityScores, SizeScores, StageScore, TierAnswer, TierCriterion, Unanswered, UnknownSize, Weights,
};
pub use schema::json_schemas;
pub use weaker::weaker;
pub use workflow::{AutoApprove, OnRejected, QuorumMode, Step, StepKind, Workflow};
