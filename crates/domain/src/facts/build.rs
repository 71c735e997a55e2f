//! From state to facts.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Oversight, oversight, reports, risk, suites};
use crate::Time;
use crate::change_request::ChangeFacts;
use crate::exception::{Exception, Waivers};
use crate::identity::Principal;
use crate::ids::PrincipalId;
use crate::pack::{Pack, RetentionClass};
use crate::registry::card::CardRecord;
use crate::registry::{Artifact, Dataset, Document, Model, ScanRecord, ScanStatus, Version};
use crate::risk::Assessment;
use crate::workflow::Approval;

/// The kind of documents that are model cards.
const MODEL_CARD: &str = "MODEL_CARD";

/// Where a version is to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Target {
    /// The stage.
    pub stage: String,
    /// The environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// How it is rolled out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Strategy>,
    /// In how many copies it runs there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicas: Option<u32>,
}

/// How a version takes the place of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Strategy {
    /// Instance by instance.
    Rolling,
    /// Both stand, then traffic switches.
    BlueGreen,
    /// A growing share of the traffic.
    Canary,
    /// A copy of the traffic, whose answers nobody sees.
    Shadow,
}

/// What facts are built from.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The model.
    pub model: &'a Model,
    /// The version.
    pub version: &'a Version,
    /// Data sets that it was made with.
    pub datasets: &'a [Arc<Dataset>],
    /// The version that stands in the target stage now.
    pub champion: Option<&'a Version>,
    /// Where it is to go.
    pub target: Option<&'a Target>,
    /// Exceptions for the model and the version, whether they hold or not.
    pub exceptions: &'a [Arc<Exception>],
    /// The risk assessment that counts for the version.
    pub assessment: Option<&'a Assessment>,
    /// Whether no other version of the model stands in the target stage.
    pub is_first: bool,
    /// The newest change to the version that was submitted and is neither rejected nor withdrawn.
    pub change: Option<&'a ChangeFacts>,
    /// Who answers for the model, and when it was reviewed; absent where nothing asks.
    pub oversight: Option<&'a Oversight>,
    /// The principals that the case names, as they are today: who decided, who asked, who made the version and who evaluated it,
    /// the owner.
    pub people: &'a BTreeMap<PrincipalId, Arc<Principal>>,
    /// The pack in force: its thresholds judge the figures.
    pub pack: &'a Pack,
    /// The time of the question.
    pub now: Time,
}

impl Inputs<'_> {
    /// The person behind a principal: who keeps apart who made something and who judges it, keeps people apart and not
    /// accounts.
    pub fn person(&self, id: PrincipalId) -> PrincipalId {
        self.people.get(&id).map_or(id, |principal| principal.person())
    }
}

/// The facts, with no approvals in them; see [`with_approvals`].
pub fn build(inputs: &Inputs<'_>) -> Value {
    let Inputs { version, datasets, champion, target, exceptions, change, pack, now, .. } = *inputs;
    let mut facts = Map::new();
    put(&mut facts, "model", Some(model_facts(inputs)));
    put(&mut facts, "version", Some(version_facts(version)));
    put(&mut facts, "artifact", Some(main_artifact(version, now)));
    put(&mut facts, "artifacts", Some(version.artifacts.iter().map(artifact).collect::<Vec<_>>()));
    put(&mut facts, "documents", Some(documents(version)));
    put(&mut facts, "datasets", Some(datasets.iter().map(|set| dataset(set)).collect::<Vec<_>>()));
    put(&mut facts, "evaluation", suites::evaluation(version, inputs));
    put(&mut facts, "evidence", reports::evidence(version, now));
    put(&mut facts, "exceptions", Some(waived(&Waivers::of(exceptions, version, now))));
    put(&mut facts, "risk", Some(risk::risk(inputs)));
    put(&mut facts, "target", target);
    put(&mut facts, "champion", champion.map(|champion| champion_facts(champion, inputs)));
    put(&mut facts, "approvals", Some(json!({"roles": [], "list": []})));
    put(&mut facts, "change", change);
    put(&mut facts, "card", Some(card(version)));
    put(&mut facts, "review", inputs.oversight.map(|held| oversight::review(held, inputs)));
    put(&mut facts, "retention", Some(retention(pack)));
    put(&mut facts, "now", Some(now.to_string()));
    Value::Object(facts)
}

/// What the pack settles of how long records are kept.
fn retention(pack: &Pack) -> Value {
    let (covered, missing): (Vec<_>, Vec<_>) =
        RetentionClass::ALL.into_iter().partition(|class| pack.retention_of(*class).is_some());
    let names =
        |classes: Vec<RetentionClass>| classes.into_iter().map(RetentionClass::name).collect::<Vec<_>>();
    json!({"complete": missing.is_empty(), "covered": names(covered), "missing": names(missing)})
}

/// The facts with these valid approvals.
pub fn with_approvals(mut facts: Value, approvals: &[Approval]) -> Value {
    let mut roles: Vec<&str> = approvals.iter().map(|approval| approval.role.as_str()).collect();
    roles.sort_unstable();
    roles.dedup();
    let list: Vec<Value> = approvals
        .iter()
        .map(|approval| {
            json!({
                "step": approval.step,
                "role": approval.role,
                "reviewer": approval.reviewer.to_string(),
                "decision": approval.decision,
                "at": approval.at.to_string(),
            })
        })
        .collect();
    if let Some(facts) = facts.as_object_mut() {
        facts.insert("approvals".to_owned(), json!({"roles": roles, "list": list}));
    }
    facts
}

fn waived(waivers: &Waivers) -> Value {
    let policies: Vec<&str> = waivers.iter().map(|waiver| waiver.policy.as_str()).collect();
    let list: Vec<Value> = waivers
        .iter()
        .map(|waiver| {
            json!({
                "policy": waiver.policy,
                "exception": waiver.exception.to_string(),
                "endsAt": waiver.ends_at.to_string(),
            })
        })
        .collect();
    json!({"policies": policies, "list": list})
}

/// Whole days between two times; 0 if `then` lies in the future.
pub(super) fn age_days(then: Time, now: Time) -> i64 {
    (now.duration_since(then).as_hours() / 24).max(0)
}

/// Puts a value under a key, unless there is none.
pub(super) fn put(facts: &mut Map<String, Value>, key: &str, value: Option<impl Serialize>) {
    if let Some(value) = value {
        facts.insert(key.to_owned(), serde_json::to_value(value).unwrap_or_default());
    }
}

fn model_facts(inputs: &Inputs<'_>) -> Value {
    let model = inputs.model;
    let mut facts = json!({
        "id": model.id.to_string(),
        "name": model.name,
        "tier": model.tier,
        "purpose": model.purpose,
        "useCases": model.use_cases,
        "tags": model.tags,
        "owner": model.owner.to_string(),
    });
    if let Some(facts) = facts.as_object_mut() {
        put(
            facts,
            "accountability",
            inputs.oversight.and_then(|held| oversight::accountability(held, inputs)),
        );
    }
    facts
}

fn version_facts(version: &Version) -> Value {
    let reported = version.reported_metrics.iter().map(|(name, value)| (name.clone(), json!(value.get())));
    let mut facts = Map::new();
    put(&mut facts, "id", Some(version.id));
    put(&mut facts, "number", Some(version.number));
    put(&mut facts, "kind", Some(version.kind.name()));
    put(&mut facts, "stage", Some(&version.stage));
    put(&mut facts, "createdBy", Some(version.registered.by));
    put(&mut facts, "createdAt", Some(version.registered.at.to_string()));
    put(&mut facts, "sourceRun", version.source_run.as_ref());
    put(&mut facts, "params", Some(&version.params));
    put(&mut facts, "reportedMetrics", Some(reported.collect::<Map<_, _>>()));
    Value::Object(facts)
}

fn artifact(artifact: &Artifact) -> Value {
    let mut facts = Map::new();
    put(&mut facts, "name", Some(&artifact.name));
    put(&mut facts, "sha256", Some(artifact.blob.sha256));
    put(&mut facts, "sizeBytes", Some(artifact.blob.size_bytes));
    put(&mut facts, "format", artifact.format.as_ref());
    put(&mut facts, "licence", artifact.licence.as_ref());
    Value::Object(facts)
}

fn main_artifact(version: &Version, now: Time) -> Value {
    let mut facts = version.artifacts.first().map_or_else(|| json!({}), artifact);
    if let Some(facts) = facts.as_object_mut() {
        let counting = version.counting_scan();
        let missing = || json!({"status": "MISSING"});
        put(facts, "securityScan", Some(counting.map_or_else(missing, |record| scan(record, now))));
        let reported = version.scan.as_ref().filter(|_| version.measured_scan.is_some());
        put(facts, "reportedScan", reported.map(|record| scan(record, now)));
    }
    facts
}

fn scan(record: &ScanRecord, now: Time) -> Value {
    let ScanRecord { scan, recorded } = record;
    json!({
        "status": match scan.status {
            ScanStatus::Passed => "PASSED",
            ScanStatus::Failed => "FAILED",
        },
        "tool": scan.tool,
        "toolVersion": scan.tool_version,
        "provenance": scan.provenance.name(),
        "findings": scan.findings,
        "scannedAt": recorded.at.to_string(),
        "ageDays": age_days(recorded.at, now),
    })
}

fn documents(version: &Version) -> Value {
    let mut by_kind = Map::new();
    for record in &version.documents {
        let document = &record.document;
        let facts = json!({
            "name": document.name,
            "sha256": document.blob.sha256,
            "sizeBytes": document.blob.size_bytes,
            "attachedBy": record.recorded.by,
            "attachedAt": record.recorded.at.to_string(),
        });
        by_kind.insert(document.kind.clone(), with_completeness(facts, document.card.as_ref()));
    }
    let mut kinds: Vec<String> = by_kind.keys().cloned().collect();
    kinds.sort_unstable();
    json!({"kinds": kinds, "byKind": by_kind})
}

/// The newest document of the kind `MODEL_CARD`.
fn card(version: &Version) -> Value {
    let is_card = |document: &&Document| document.kind == MODEL_CARD;
    let newest = version.documents.iter().rev().map(|record| &record.document).find(is_card);
    let record = newest.and_then(|document| document.card.as_ref());
    let mut facts = with_completeness(json!({"present": newest.is_some()}), record);
    if let Some((facts, record)) = facts.as_object_mut().zip(record) {
        put(facts, "upToDate", Some(record.is_up_to_date(version)));
    }
    facts
}

/// The facts, and how much of the record is filled in, if it is one.
fn with_completeness(mut facts: Value, record: Option<&CardRecord>) -> Value {
    if let Some((facts, record)) = facts.as_object_mut().zip(record) {
        let sections: Map<String, Value> = record
            .sections
            .iter()
            .map(|section| (section.section.clone(), json!(section.completeness())))
            .collect();
        put(facts, "form", Some(&record.form));
        put(facts, "completeness", Some(record.completeness()));
        put(facts, "sections", Some(sections));
        put(facts, "missing", Some(record.missing().collect::<Vec<_>>()));
        put(facts, "missingFields", Some(record.missing_fields().collect::<Vec<_>>()));
    }
    facts
}

fn dataset(dataset: &Dataset) -> Value {
    let datasheet = json!({"present": dataset.facts.datasheet.is_some()});
    json!({
        "id": dataset.id,
        "name": dataset.facts.name,
        "number": dataset.facts.number,
        "sha256": dataset.facts.blob.sha256,
        "classification": dataset.facts.classification.name(),
        "steward": dataset.steward,
        "hasDatasheet": dataset.facts.datasheet.is_some(),
        "datasheet": with_completeness(datasheet, dataset.facts.datasheet_card.as_ref()),
        "sensitiveAttributes": dataset.facts.sensitive_attributes,
    })
}

fn champion_facts(champion: &Version, inputs: &Inputs<'_>) -> Value {
    let mut facts = Map::new();
    put(&mut facts, "version", Some(version_facts(champion)));
    put(&mut facts, "evaluation", suites::evaluation(champion, inputs));
    Value::Object(facts)
}
