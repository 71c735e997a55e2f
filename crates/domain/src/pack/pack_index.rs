//! A compiled pack and its look-ups.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use assent_cel::{Budget, Env, ObjectType, Program, Type};
use serde_json::{Value, json};

use super::check::{self, Problem};
use super::risk::RiskDocuments;
use super::{
    ChangeRules, CompiledItem, CompiledPolicy, CompiledWorkflow, ComplianceLevel, Document, Duties, Duty,
    PackInfo, RetentionRule, RiskTemplate, Role, Settings, Stage, Suite, ThresholdSet, Tier, TierRule,
};
use crate::identity::Permission;
use crate::registry::{Model, Version};
use crate::{Code, Refusal};

/// What one tier rule may cost: enough to search some twenty thousand characters for a hundred words.
const TIER_BUDGET: Budget = Budget { steps: 5_000_000, bytes: 4 * 1024 * 1024, depth: 64 };

/// A pack in force: every name resolved, every condition compiled.
#[derive(Debug, Clone)]
pub struct Pack {
    pub(super) info: PackInfo,
    pub(super) documents: Vec<Document>,
    pub(super) roles: BTreeMap<String, Role>,
    pub(super) tiers: BTreeMap<String, Tier>,
    pub(super) tier_rules: Vec<(TierRule, Program)>,
    pub(super) stages: Vec<Stage>,
    pub(super) suites: BTreeMap<String, Suite>,
    pub(super) threshold_sets: BTreeMap<String, ThresholdSet>,
    pub(super) settings: Settings,
    /// Absent in packs that were applied before there were duties.
    pub(super) duties: Option<Duties>,
    /// Absent in packs that manage no changes.
    pub(super) change_rules: Option<ChangeRules>,
    pub(super) policies: Vec<CompiledPolicy>,
    pub(super) workflows: Vec<CompiledWorkflow>,
    pub(super) reads: Reads,
    pub(super) risk: RiskDocuments,
    pub(super) checklist: Vec<CompiledItem>,
    /// Ordered by class, one of each at most.
    pub(super) retention: Vec<RetentionRule>,
}

/// What the conditions of a pack read that is not looked up for every case.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reads {
    /// The clock.
    pub(super) now: bool,
    /// When a model was reviewed.
    pub(super) review: bool,
    /// Who answers for a model.
    pub(super) accountability: bool,
}

/// What a periodic review looks at where the pack does not say.
const REVIEW_SECTIONS: [&str; 4] = ["PERFORMANCE", "DRIFT", "INCIDENTS", "COMPLIANCE"];

/// The tier that a rule gives, and the rule.
#[derive(Debug, Clone, Copy)]
pub struct TierHit<'a> {
    /// The tier.
    pub tier: &'a Tier,
    /// Id of the rule.
    pub rule: &'a str,
}

impl Pack {
    /// Checks every document against every other and compiles all conditions. Each document comes with the name of the
    /// file that it stands in, for messages. All problems are reported, not only the first.
    pub fn compile(documents: Vec<(String, Value)>) -> Result<Self, Vec<Problem>> {
        check::compile(documents)
    }

    /// What the pack is.
    pub fn info(&self) -> &PackInfo {
        &self.info
    }

    /// Its documents, ordered by kind and id.
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The role of that id.
    pub fn role(&self, id: &str) -> Option<&Role> {
        self.roles.get(id)
    }

    /// The roles, ordered by id.
    pub fn roles(&self) -> impl Iterator<Item = &Role> {
        self.roles.values()
    }

    /// Ids of the roles that carry the permission.
    pub fn roles_with(&self, permission: Permission) -> Vec<&str> {
        let roles = self.roles.values().filter(|role| role.permissions.contains(&permission));
        roles.map(|role| role.id.as_str()).collect()
    }

    /// Whether the role lets its holder approve something, or let others approve.
    pub fn approves(&self, role: &str) -> bool {
        self.confirms_packs(role)
            || self.role(role).is_some_and(|role| role.permissions.iter().any(|held| held.approves()))
    }

    /// The roles of which whoever confirms a pack holds one; none in packs that were applied before there were duties.
    pub fn configuration_approvers(&self) -> &[String] {
        self.duty(Duty::ConfigurationApprover).unwrap_or_default()
    }

    /// Whether the role is one of these.
    pub fn confirms_packs(&self, role: &str) -> bool {
        self.configuration_approvers().iter().any(|bound| bound == role)
    }

    /// Whether the role lets its holder manage grants, and so be the second person.
    pub fn manages(&self, role: &str) -> bool {
        self.role(role).is_some_and(|role| role.permissions.contains(&Permission::ManageGrants))
    }

    /// The tier of that id.
    pub fn tier(&self, id: &str) -> Option<&Tier> {
        self.tiers.get(id)
    }

    /// How strict the compliance score of models of that tier is read.
    pub fn compliance_level(&self, tier: &str) -> ComplianceLevel {
        self.tier(tier).and_then(|tier| tier.compliance_level).unwrap_or(self.settings.compliance_level)
    }

    /// The ids of all tiers.
    pub fn tier_ids(&self) -> impl Iterator<Item = &String> {
        self.tiers.keys()
    }

    /// The stage of that id.
    pub fn stage(&self, id: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.id == id)
    }

    /// The stages, in their order.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// Where versions begin.
    pub fn first_stage(&self) -> &Stage {
        static NONE: LazyLock<Stage> = LazyLock::new(|| Stage {
            id: String::new(),
            title: String::new(),
            order: 0,
            retired: false,
            superseded_to: None,
        });
        // INVARIANT: a compiled pack has a stage.
        self.stages.first().unwrap_or(&NONE)
    }

    /// The suite of that id.
    pub fn suite(&self, id: &str) -> Option<&Suite> {
        self.suites.get(id)
    }

    /// The set of thresholds in force.
    pub fn thresholds(&self) -> Option<&ThresholdSet> {
        self.threshold_sets.get(&self.settings.threshold_set)
    }

    /// The set of thresholds of that id, in force or not.
    pub fn threshold_set(&self, id: &str) -> Option<&ThresholdSet> {
        self.threshold_sets.get(id)
    }

    /// The ids of all sets of thresholds.
    pub fn threshold_set_ids(&self) -> impl Iterator<Item = &str> {
        self.threshold_sets.keys().map(String::as_str)
    }

    /// The policies, ordered by id.
    pub fn policies(&self) -> &[CompiledPolicy] {
        &self.policies
    }

    /// The items of its checklists, in their order.
    pub fn checklist(&self) -> &[CompiledItem] {
        &self.checklist
    }

    /// Whether a condition of a policy or step reads when a model was reviewed.
    pub fn reads_review(&self) -> bool {
        self.reads.review
    }

    /// Whether a condition of a policy or step reads who answers for a model.
    pub fn reads_accountability(&self) -> bool {
        self.reads.accountability
    }

    /// What a periodic review looks at.
    pub fn review_sections(&self) -> Vec<String> {
        if self.settings.review_sections.is_empty() {
            return REVIEW_SECTIONS.map(str::to_owned).to_vec();
        }
        self.settings.review_sections.clone()
    }

    /// Whether a condition of a policy or step reads the clock.
    pub fn reads_now(&self) -> bool {
        self.reads.now
    }

    /// The workflow that leads a model of that tier to that stage.
    pub fn workflow_to(&self, stage: &str, tier: &str) -> Option<&CompiledWorkflow> {
        let fits = |compiled: &&CompiledWorkflow| {
            let workflow = &compiled.workflow;
            workflow.target == stage
                && workflow.tiers.as_ref().is_none_or(|tiers| tiers.iter().any(|t| t == tier))
        };
        self.workflows.iter().find(fits)
    }

    /// The first tier rule that holds for a model described like this. A rule that cannot be evaluated (a description that
    /// costs more than its budget) is a refusal: skipping it could put a model into too low a tier.
    pub fn classify(
        &self,
        purpose: &str,
        use_cases: &[String],
        tags: &BTreeMap<String, String>,
    ) -> Result<Option<TierHit<'_>>, Refusal> {
        let facts = description(purpose, use_cases, tags);
        for (rule, program) in &self.tier_rules {
            let holds = program.evaluate(&facts, &TIER_BUDGET).map(|value| value.as_bool() == Some(true));
            let holds = holds.map_err(|error| {
                let message = format!("the tier rule `{}` cannot judge this description: {error}", rule.id);
                Refusal::new(Code::TierUndetermined, message).at("/purpose")
            })?;
            if holds {
                return Ok(self.tier(&rule.tier).map(|tier| TierHit { tier, rule: &rule.id }));
            }
        }
        Ok(None)
    }

    /// The risk templates that apply to a model, or to one of its versions. A condition that cannot be evaluated takes none
    /// away.
    pub(crate) fn risk_templates_for(&self, model: &Model, version: Option<&Version>) -> Vec<RiskTemplate> {
        let mut facts = description(&model.purpose, &model.use_cases, &model.tags);
        if let Some(facts) = facts.as_object_mut() {
            facts.insert("tier".to_owned(), json!(model.tier));
            facts.extend(version.map(|version| ("kind".to_owned(), json!(version.kind.name()))));
        }
        let is_false = |program: &Program| {
            program.evaluate(&facts, &TIER_BUDGET).is_ok_and(|value| value.as_bool() == Some(false))
        };
        let applies = self.risk.templates.iter().filter(|(_, when)| !when.as_ref().is_some_and(is_false));
        applies.map(|(template, _)| template.clone()).collect()
    }

    /// The refusal of a role that is not in the pack.
    pub fn unknown_role(&self, id: &str) -> Refusal {
        unknown(Code::UnknownRole, "role", id, self.roles.keys())
    }

    /// The refusal of a tier that is not in the pack.
    pub fn unknown_tier(&self, id: &str) -> Refusal {
        unknown(Code::UnknownTier, "tier", id, self.tiers.keys())
    }

    /// The refusal of a stage that is not in the pack.
    pub fn unknown_stage(&self, id: &str) -> Refusal {
        unknown(Code::UnknownStage, "stage", id, self.stages.iter().map(|stage| &stage.id))
    }

    /// The refusal of a suite that is not in the pack.
    pub fn unknown_suite(&self, id: &str) -> Refusal {
        unknown(Code::UnknownSuite, "suite", id, self.suites.keys())
    }
}

/// What a model is described by: what tier rules read.
fn description(purpose: &str, use_cases: &[String], tags: &BTreeMap<String, String>) -> Value {
    let text = use_cases.iter().fold(purpose.to_lowercase(), |text, case| text + "\n" + &case.to_lowercase());
    json!({"purpose": purpose, "useCases": use_cases, "tags": tags, "text": text})
}

/// What tier rules can read.
pub(super) fn tier_env() -> Env {
    Env::new(described().into())
}

/// What conditions of risk templates can read.
pub(super) fn template_env() -> Env {
    let root = described().field("tier", Type::String, "its risk class").field(
        "kind",
        Type::String,
        "CLASSICAL, DEEP, LLM, PROMPT, AGENT or VENDOR, where a version is assessed",
    );
    Env::new(root.into())
}

fn described() -> ObjectType {
    ObjectType::new("model")
        .field("purpose", Type::String, "what the model is for")
        .field("useCases", Type::list(Type::String), "what it is used for")
        .field("tags", Type::map(Type::String), "its tags")
        .field("text", Type::String, "purpose and use cases in lower case, one a line")
}

fn unknown<'a>(code: Code, what: &str, id: &str, known: impl Iterator<Item = &'a String>) -> Refusal {
    let known: Vec<&str> = known.map(String::as_str).collect();
    Refusal::new(code, format!("the pack has no {what} `{id}`; it has {}", known.join(", ")))
}
