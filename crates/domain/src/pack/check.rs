//! Every document against every other.

mod auto_approve;
mod change_rules;
mod checklist;
mod duties;
mod retention;
mod risk;

use std::collections::{BTreeMap, BTreeSet};

use assent_cel::{Diagnostic, Env, Program, Type};
use serde::Serialize;
use serde_json::Value;

use super::pack_index::{Reads, tier_env};
use super::risk::RiskDocuments;
use super::{
    CompiledPolicy, CompiledRule, CompiledStep, CompiledWorkflow, Document, OnRejected, Pack, Policy, Rule,
    Settings, Stage, Step, StepKind, TierRule, Workflow,
};
use crate::facts;
use crate::ids::Digest;
use crate::workflow::OWNER;

/// One thing that is wrong with a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// The file that it stands in.
    pub file: String,
    /// Kind and id of the document, as far as they can be read.
    pub document: String,
    /// Where in the document, for example `rules/0/condition`.
    pub place: String,
    /// What is wrong.
    pub message: String,
    /// Line of the condition, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Character of that line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// What might have been meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// The most documents of a pack, and the most rules or steps of one document.
const MAX_DOCUMENTS: usize = 2_000;
const MAX_PARTS: usize = 200;
/// The longest time for a review, and the most holidays.
const MAX_SLA_DAYS: u32 = 1_000;
const MAX_HOLIDAYS: usize = 2_000;

pub(super) fn compile(raw: Vec<(String, Value)>) -> Result<Pack, Vec<Problem>> {
    let mut check = Check { files: BTreeMap::new(), problems: Vec::new(), place: Place::default() };
    if raw.len() > MAX_DOCUMENTS {
        "pack".clone_into(&mut check.place.file);
        check.say("", format!("{} documents are more than {MAX_DOCUMENTS}", raw.len()));
        return Err(check.problems);
    }
    let documents = check.read(raw);
    let pack = check.assemble(documents);
    match pack {
        Some(pack) if check.problems.is_empty() => Ok(pack),
        _ => Err(check.problems),
    }
}

#[derive(Default)]
struct Place {
    file: String,
    document: String,
}

struct Check {
    /// File of each document, by kind and id.
    files: BTreeMap<(&'static str, String), String>,
    problems: Vec<Problem>,
    place: Place,
}

impl Check {
    fn say(&mut self, place: impl Into<String>, message: impl Into<String>) {
        self.problems.push(Problem {
            file: self.place.file.clone(),
            document: self.place.document.clone(),
            place: place.into(),
            message: message.into(),
            line: None,
            column: None,
            hint: None,
        });
    }

    fn at(&mut self, kind: &'static str, id: &str) {
        let file = self.files.get(&(kind, id.to_owned())).cloned().unwrap_or_default();
        self.place = Place { file, document: format!("{kind} {id}") };
    }

    fn read(&mut self, raw: Vec<(String, Value)>) -> Vec<Document> {
        let mut documents = Vec::with_capacity(raw.len());
        for (file, value) in raw {
            let field = |name| value.get(name).and_then(Value::as_str).unwrap_or("?").to_owned();
            self.place = Place { file: file.clone(), document: format!("{} {}", field("kind"), field("id")) };
            let document: Document = match serde_json::from_value(value) {
                Ok(document) => document,
                Err(error) => {
                    self.say("", error.to_string());
                    continue;
                }
            };
            let (kind, id) = document.key();
            if !is_id(id) {
                self.say("id", format!("the id `{id}` {NO_ID}"));
            }
            if let Some(other) = self.files.insert((kind, id.to_owned()), file) {
                self.say("id", format!("the same kind and id stand in `{other}` too"));
            }
            documents.push(document);
        }
        documents.sort_by(|a, b| a.key().cmp(&b.key()));
        documents
    }

    fn assemble(&mut self, documents: Vec<Document>) -> Option<Pack> {
        let (mut info, mut stages, mut settings) = (Vec::new(), Vec::<Stage>::new(), Vec::new());
        let (mut duties, mut change_rules) = (Vec::new(), Vec::new());
        let (mut roles, mut tiers) = (BTreeMap::new(), BTreeMap::new());
        let (mut suites, mut sets) = (BTreeMap::new(), BTreeMap::new());
        let (mut tier_rules, mut policies, mut workflows) = (Vec::new(), Vec::new(), Vec::new());
        for document in documents.clone() {
            match document {
                Document::Pack(document) => info.push(document),
                Document::Settings(document) => settings.push(document),
                Document::Duties(document) => duties.push(document),
                Document::ChangeRules(document) => change_rules.push(document),
                Document::Stage(document) => stages.push(document),
                Document::Role(document) => drop(roles.insert(document.id.clone(), document)),
                Document::Tier(document) => drop(tiers.insert(document.id.clone(), document)),
                Document::Suite(document) => drop(suites.insert(document.id.clone(), document)),
                Document::ThresholdSet(document) => drop(sets.insert(document.id.clone(), document)),
                Document::TierRule(document) => tier_rules.push(document),
                Document::Policy(document) => policies.push(document),
                Document::Workflow(document) => workflows.push(document),
                Document::RiskTemplate(_)
                | Document::RiskModel(_)
                | Document::TierCriterion(_)
                | Document::ChecklistItem(_)
                | Document::RetentionRule(_) => {}
            }
        }
        stages.sort_by_key(|stage| stage.order);
        let info = self.the_only("Pack", info);
        let settings = self.the_only("Settings", settings);
        let duties = self.at_most_one("Duties", duties);
        let change_rules = self.at_most_one("ChangeRules", change_rules);
        self.needed([("Role", roles.is_empty()), ("Tier", tiers.is_empty()), ("Stage", stages.is_empty())]);
        let mut pack = Pack {
            info: info?,
            documents,
            roles,
            tiers,
            tier_rules: Vec::new(),
            stages,
            suites,
            threshold_sets: sets,
            settings: settings?,
            duties,
            change_rules,
            policies: Vec::new(),
            workflows: Vec::new(),
            reads: Reads::default(),
            risk: RiskDocuments::default(),
            checklist: Vec::new(),
            retention: Vec::new(),
        };
        self.judge(&mut pack, tier_rules, policies, &workflows);
        Some(pack)
    }

    /// Judges every document by all others, and compiles what is evaluated.
    fn judge(
        &mut self,
        pack: &mut Pack,
        tier_rules: Vec<TierRule>,
        policies: Vec<Policy>,
        workflows: &[Workflow],
    ) {
        self.names(pack);
        self.duties(pack);
        pack.risk = self.risk(pack);
        self.change_rules(pack);
        pack.tier_rules = self.tier_rules(pack, tier_rules);
        pack.policies = policies.into_iter().map(|policy| self.policy(pack, policy)).collect();
        pack.workflows = workflows.iter().filter_map(|workflow| self.workflow(pack, workflow)).collect();
        pack.checklist = self.checklist(pack);
        pack.retention = self.retention(pack);
        self.one_way_each(pack);
        pack.reads = reads(pack);
    }

    fn needed(&mut self, kinds: [(&str, bool); 3]) {
        for (kind, _) in kinds.iter().filter(|(_, is_missing)| *is_missing) {
            self.place = Place { file: "pack".to_owned(), document: (*kind).to_owned() };
            self.say("", format!("the pack has no document of the kind `{kind}`"));
        }
    }

    fn the_only<T>(&mut self, kind: &str, mut documents: Vec<T>) -> Option<T> {
        if documents.len() != 1 {
            self.place = Place { file: "pack".to_owned(), document: kind.to_owned() };
            self.say("", format!("a pack has one document of the kind `{kind}`, not {}", documents.len()));
        }
        documents.pop()
    }

    fn at_most_one<T>(&mut self, kind: &str, documents: Vec<T>) -> Option<T> {
        if documents.is_empty() { None } else { self.the_only(kind, documents) }
    }

    fn names(&mut self, pack: &Pack) {
        for role in pack.roles.values() {
            self.at("Role", &role.id);
            if role.id == OWNER {
                self.say("id", "the id `owner` stands for the owner of a model who attests; choose another");
            }
            self.known("escalation", "role", &role.escalation, |id| pack.roles.contains_key(id));
        }
        let mut ranks = BTreeSet::new();
        for tier in pack.tiers.values() {
            self.at("Tier", &tier.id);
            if !ranks.insert(tier.rank) {
                self.say("rank", format!("another tier has the rank {} too", tier.rank));
            }
            self.known("openUpTo", "stage", &tier.open_up_to, |id| pack.stage(id).is_some());
        }
        let mut orders = BTreeSet::new();
        for stage in &pack.stages {
            self.at("Stage", &stage.id);
            if !orders.insert(stage.order) {
                self.say("order", format!("another stage has the order {} too", stage.order));
            }
            self.known("supersededTo", "stage", &stage.superseded_to, |id| pack.stage(id).is_some());
        }
        for set in pack.threshold_sets.values() {
            self.at("ThresholdSet", &set.id);
            if set.thresholds.len() > MAX_PARTS {
                self.say("thresholds", format!("more than {MAX_PARTS} thresholds"));
            }
            for (i, threshold) in set.thresholds.iter().enumerate() {
                let place = format!("thresholds/{i}");
                self.known(&format!("{place}/suite"), "suite", [&threshold.suite], |id| {
                    pack.suites.contains_key(id)
                });
                let tiers = threshold.tiers.iter().flatten();
                self.known(&format!("{place}/tiers"), "tier", tiers, |id| pack.tiers.contains_key(id));
                if !threshold.bound.is_finite() {
                    self.say(format!("{place}/bound"), "the bound is not finite");
                }
            }
        }
        self.at("Settings", &pack.settings.id);
        let set = [&pack.settings.threshold_set];
        self.known("thresholdSet", "threshold set", set, |id| pack.threshold_sets.contains_key(id));
        self.emergencies(pack);
        let calendar = &pack.settings.calendar;
        if calendar.weekend.iter().any(|day| !(1..=7).contains(day))
            || (1..=7).all(|day| calendar.weekend.contains(&day))
        {
            self.say(
                "calendar/weekend",
                "the weekend is some of the days 1 (Monday) to 7 (Sunday), not all of them",
            );
        }
        self.review_sections(&pack.settings);
        if calendar.holidays.len() > MAX_HOLIDAYS {
            self.say("calendar/holidays", format!("more than {MAX_HOLIDAYS} holidays"));
        }
        if !(-14..=14).contains(&calendar.utc_offset_hours) {
            self.say("calendar/utcOffsetHours", "the offset lies between -14 and 14");
        }
    }

    fn review_sections(&mut self, settings: &Settings) {
        let sections = &settings.review_sections;
        self.distinct("reviewSections", sections.iter().map(String::as_str));
        if sections.len() > MAX_REVIEW_SECTIONS {
            self.say("reviewSections", format!("more than {MAX_REVIEW_SECTIONS} sections"));
        }
        for (i, section) in sections.iter().enumerate().filter(|(_, section)| !is_id(section)) {
            self.say(format!("reviewSections/{i}"), format!("`{section}` {NO_ID}"));
        }
    }

    fn emergencies(&mut self, pack: &Pack) {
        if pack.settings.emergency_follow_up > MAX_SLA_DAYS {
            self.say("emergencyFollowUp", format!("more than {MAX_SLA_DAYS} business days"));
        }
    }

    fn known<'a>(
        &mut self,
        place: &str,
        what: &str,
        ids: impl IntoIterator<Item = &'a String>,
        exists: impl Fn(&str) -> bool,
    ) {
        for id in ids {
            if !exists(id) {
                self.say(place, format!("the pack has no {what} `{id}`"));
            }
        }
    }

    fn tier_rules(&mut self, pack: &Pack, mut rules: Vec<TierRule>) -> Vec<(TierRule, Program)> {
        rules.sort_by(|a, b| (a.order, &a.id).cmp(&(b.order, &b.id)));
        let env = tier_env();
        let mut compiled = Vec::with_capacity(rules.len());
        for rule in rules {
            self.at("TierRule", &rule.id);
            self.known("tier", "tier", [&rule.tier], |id| pack.tiers.contains_key(id));
            if let Some(program) = self.program(&env, "condition", &rule.condition) {
                compiled.push((rule, program));
            }
        }
        compiled
    }

    fn policy(&mut self, pack: &Pack, policy: Policy) -> CompiledPolicy {
        self.at("Policy", &policy.id);
        let scope = &policy.scope;
        self.known("scope/tiers", "tier", scope.tiers.iter().flatten(), |id| pack.tiers.contains_key(id));
        self.known("scope/stages", "stage", scope.stages.iter().flatten(), |id| pack.stage(id).is_some());
        let lists = [&scope.tiers, &scope.stages, &scope.tags];
        let no_kinds = scope.kinds.as_ref().is_some_and(Vec::is_empty);
        if no_kinds || lists.iter().any(|list| list.as_ref().is_some_and(Vec::is_empty)) {
            self.say("scope", "an empty list applies to nothing; leave it out to apply to all");
        }
        self.known("requiredRoles", "role", &policy.required_roles, |id| pack.roles.contains_key(id));
        self.known("owner", "role", &policy.owner, |id| pack.roles.contains_key(id));
        if policy.rules.is_empty() && policy.required_roles.is_empty() {
            self.say("rules", "a policy without rules and required roles demands nothing");
        }
        if policy.expires_at.is_some_and(|end| policy.effective_from.is_some_and(|start| end <= start)) {
            self.say("expiresAt", "the policy would end before it begins to apply");
        }
        let mut rules = Vec::with_capacity(policy.rules.len());
        if self.distinct("rules", policy.rules.iter().map(|rule| rule.id.as_str())) {
            for (i, rule) in policy.rules.iter().enumerate() {
                rules.extend(self.rule(i, rule));
            }
        }
        CompiledPolicy { policy, rules }
    }

    fn rule(&mut self, i: usize, rule: &Rule) -> Option<CompiledRule> {
        let condition = self.program(facts::env(), &format!("rules/{i}/condition"), &rule.condition)?;
        let when = match &rule.when {
            Some(when) => Some(self.program(facts::env(), &format!("rules/{i}/when"), when)?),
            None => None,
        };
        let is_evidence =
            [Some(&condition), when.as_ref()].into_iter().flatten().all(facts::reads_evidence_only);
        Some(CompiledRule { rule: rule.clone(), condition, when, is_evidence })
    }

    fn workflow(&mut self, pack: &Pack, workflow: &Workflow) -> Option<CompiledWorkflow> {
        self.at("Workflow", &workflow.id);
        let stages = [&workflow.target].into_iter().chain(&workflow.from);
        self.known("target", "stage", stages, |id| pack.stage(id).is_some());
        self.known("tiers", "tier", workflow.tiers.iter().flatten(), |id| pack.tiers.contains_key(id));
        if workflow.from.is_empty() {
            self.say("from", "name the stages that the workflow starts from");
        }
        self.on_rejected(pack, workflow);
        if !self.distinct("steps", workflow.steps.iter().map(|step| step.id.as_str())) {
            return None;
        }
        if !workflow.steps.iter().any(|step| matches!(step.kind, StepKind::Automated {})) {
            self.say("steps", "a workflow needs an `automated` step: without it no policy is looked at");
        }
        let before = self.problems.len();
        for (i, step) in workflow.steps.iter().enumerate() {
            self.step(pack, workflow, i, step);
        }
        if self.problems.len() > before {
            return None;
        }
        match compile_workflow(workflow) {
            Ok(compiled) => Some(compiled),
            Err((place, message)) => {
                self.say(place, message);
                None
            }
        }
    }

    /// A no sends a version back, never forth and never out of service.
    fn on_rejected(&mut self, pack: &Pack, workflow: &Workflow) {
        let Some(OnRejected { return_to }) = &workflow.on_rejected else { return };
        let place = "onRejected/returnTo";
        self.known(place, "stage", [return_to], |id| pack.stage(id).is_some());
        let (Some(back), Some(target)) = (pack.stage(return_to), pack.stage(&workflow.target)) else {
            return;
        };
        if back.retired || back.order >= target.order {
            let message = format!("a version returns to a stage before `{}` that is not retired", target.id);
            self.say(place, message);
        }
    }

    /// Two workflows that lead the same models to the same stage: nobody could say which one counts.
    fn one_way_each(&mut self, pack: &Pack) {
        let mut ways: BTreeMap<(&str, &str), &str> = BTreeMap::new();
        for compiled in &pack.workflows {
            let workflow = &compiled.workflow;
            let fits = |tier: &&String| workflow.tiers.as_ref().is_none_or(|tiers| tiers.contains(*tier));
            for tier in pack.tiers.keys().filter(fits) {
                if let Some(other) = ways.insert((&workflow.target, tier), &workflow.id) {
                    self.at("Workflow", &workflow.id);
                    let target = &workflow.target;
                    self.say(
                        "target",
                        format!("the workflow `{other}` leads models of the tier `{tier}` to `{target}` too"),
                    );
                }
            }
        }
    }

    fn step(&mut self, pack: &Pack, workflow: &Workflow, i: usize, step: &Step) {
        if let Some(when) = &step.when {
            self.program(facts::env(), &format!("steps/{i}/when"), when);
        }
        match &step.kind {
            StepKind::Review {
                roles,
                people,
                decisions,
                escalation,
                sla_business_days,
                auto_approve,
                ..
            } => {
                if let Some(rule) = auto_approve {
                    self.auto_approve(pack, workflow, i, rule);
                }
                if sla_business_days.is_some_and(|days| days > MAX_SLA_DAYS) {
                    self.say(
                        format!("steps/{i}/slaBusinessDays"),
                        format!("more than {MAX_SLA_DAYS} business days"),
                    );
                }
                let place = format!("steps/{i}/roles");
                self.known(&place, "role", roles, |id| pack.roles.contains_key(id));
                self.known(&format!("steps/{i}/escalation"), "role", escalation, |id| {
                    pack.roles.contains_key(id)
                });
                self.distinct(&place, roles.iter().map(String::as_str));
                if roles.is_empty() || *people == 0 || *people > 20 || decisions.is_empty() {
                    self.say(format!("steps/{i}"), "a review needs roles, decisions, and 1 to 20 people");
                }
                let unable = |id: &&String| {
                    pack.role(id)
                        .is_some_and(|role| !role.permissions.contains(&crate::identity::Permission::Review))
                };
                if let Some(role) = roles.iter().find(unable) {
                    self.say(place, format!("the role `{role}` lacks the permission `REVIEW`"));
                }
            }
            StepKind::Deployment { stage } => {
                self.known(&format!("steps/{i}/stage"), "stage", [stage], |id| pack.stage(id).is_some());
            }
            StepKind::Change {} => self.change_step(pack, workflow, i),
            StepKind::Automated {} | StepKind::Attestation { .. } => {}
        }
    }

    /// A change names an environment of the pack: where the stage is none of them, nobody could ever ask for the change.
    fn change_step(&mut self, pack: &Pack, workflow: &Workflow, i: usize) {
        let environments = pack.change_rules.as_ref().map(|rules| &rules.environments);
        if environments.is_none_or(|known| !known.contains_key(&workflow.target)) {
            let message = format!(
                "no change is made in `{}`: name it among the `environments` of the `ChangeRules`",
                workflow.target
            );
            self.say(format!("steps/{i}"), message);
        }
    }

    /// Whether ids within a document are well formed, distinct, and not too many.
    fn distinct<'a>(&mut self, place: &str, ids: impl ExactSizeIterator<Item = &'a str>) -> bool {
        let before = self.problems.len();
        if ids.len() > MAX_PARTS {
            self.say(place, format!("{} are more than {MAX_PARTS}", ids.len()));
            return false;
        }
        let mut seen = BTreeSet::new();
        for id in ids {
            if !is_id(id) {
                self.say(place, format!("the id `{id}` {NO_ID}"));
            }
            if !seen.insert(id) {
                self.say(place, format!("`{id}` stands there twice"));
            }
        }
        self.problems.len() == before
    }

    fn program(&mut self, env: &Env, place: &str, source: &str) -> Option<Program> {
        match Program::compile(env, source, Some(&Type::Bool)) {
            Ok(program) => Some(program),
            Err(diagnostics) => {
                for diagnostic in diagnostics {
                    self.diagnostic(place, diagnostic);
                }
                None
            }
        }
    }

    fn diagnostic(&mut self, place: &str, diagnostic: Diagnostic) {
        self.say(place, diagnostic.message);
        if let Some(problem) = self.problems.last_mut() {
            problem.line = Some(diagnostic.line);
            problem.column = Some(diagnostic.column);
            problem.hint = diagnostic.hint;
        }
    }
}

/// The most sections of a periodic review.
const MAX_REVIEW_SECTIONS: usize = 20;

/// What the conditions of policies and steps read.
fn reads(pack: &Pack) -> Reads {
    let rules = pack.policies.iter().flat_map(|policy| &policy.rules);
    let rules = rules.flat_map(|rule| [Some(&rule.condition), rule.when.as_ref()]);
    let steps = pack
        .workflows
        .iter()
        .flat_map(|workflow| &workflow.steps)
        .flat_map(|step| [step.when.as_ref(), step.auto_approve.as_ref().map(|rule| &rule.when)]);
    let conditions: Vec<&Program> = rules.chain(steps).flatten().collect();
    let any = |reads: fn(&Program) -> bool| conditions.iter().any(|condition| reads(condition));
    Reads {
        now: any(facts::reads_now),
        review: any(facts::reads_review),
        accountability: any(facts::reads_accountability),
    }
}

pub(crate) fn is_id(id: &str) -> bool {
    (1..=100).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:".contains(c))
}

/// What is wrong with an id.
const NO_ID: &str = "is not 1 to 100 letters, digits, `-`, `_`, `.` or `:`";

/// Compiles a workflow by itself: what a promotion pinned is compiled again from its text.
pub(crate) fn compile_workflow(workflow: &Workflow) -> Result<CompiledWorkflow, (String, String)> {
    let mut steps = Vec::with_capacity(workflow.steps.len());
    for (i, step) in workflow.steps.iter().enumerate() {
        let names: Vec<&str> = match &step.after {
            Some(after) => after.iter().map(String::as_str).collect(),
            None => i
                .checked_sub(1)
                .and_then(|before| workflow.steps.get(before))
                .map(|s| s.id.as_str())
                .into_iter()
                .collect(),
        };
        let mut after = Vec::with_capacity(names.len());
        for name in names {
            // A step waits only for steps written before it: that is what keeps cycles out.
            let before = workflow.steps.iter().take(i).position(|other| other.id == name);
            let place =
                || (format!("steps/{i}/after"), format!("`{name}` is no step written before `{}`", step.id));
            after.push(before.ok_or_else(place)?);
        }
        let when = step
            .when
            .as_ref()
            .map(|when| Program::compile(facts::env(), when, Some(&Type::Bool)))
            .transpose();
        let when =
            when.map_err(|_| (format!("steps/{i}/when"), "the condition does not compile".to_owned()))?;
        let auto_approve = auto_approve::compile(i, step)?;
        steps.push(CompiledStep { step: step.clone(), when, after, auto_approve });
    }
    let text = serde_json::to_value(workflow).and_then(|value| serde_json::to_vec(&value));
    let text = text.map_err(|error| (String::new(), error.to_string()))?;
    Ok(CompiledWorkflow { workflow: workflow.clone(), digest: Digest::of(&text), steps })
}
