//! Change requests: what is legal where, what a risk follows from, who signs, and what becomes of it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::similar_names,
    missing_docs,
    reason = "a test that fails panics"
)]

mod metrics;
mod moves;
mod review;
mod risk;
mod roll_back;

use std::collections::BTreeMap;
use std::sync::Arc;

use assent_domain::change_request::{
    self, AffectedSystem, ChangeRequest, ChangeType, Content, Hearing, Impact, NewRollback, Plan, Reach,
    StateName, Window,
};
use assent_domain::identity::event::PrincipalRegistered;
use assent_domain::identity::{Grant, Principal, PrincipalKind};
use assent_domain::ids::{ChangeId, GrantId, ModelId, PrincipalId, VersionId};
use assent_domain::pack::Pack;
use assent_domain::registry::event::{ModelRegistered, TierSource, VersionRegistered};
use assent_domain::registry::{Model, Version};
use assent_domain::signoff::{NewSignature, SignatureRecord, Verdict};
use assent_domain::{Aggregate, Change, Code, Refusal, Sealed, Stamp, Time, aggregate};
use serde_json::{Value, json};
use uuid::Uuid;

const OWNER: u128 = 1;
const REQUESTER: u128 = 2;
const TECH: u128 = 3;
const SECURITY: u128 = 4;
const RISK: u128 = 5;
const CHIEF: u128 = 6;

fn id_of(number: u128) -> PrincipalId {
    PrincipalId(Uuid::from_u128(number))
}

fn change_id(number: u128) -> ChangeId {
    ChangeId(Uuid::from_u128(number))
}

fn version_id(number: u128) -> VersionId {
    VersionId(Uuid::from_u128(100 + number))
}

fn time(text: &str) -> Time {
    text.parse().unwrap()
}

fn sealed() -> Sealed {
    Sealed { subject: Uuid::nil(), data: "c2VjcmV0".to_owned() }
}

/// Rules as those of the default pack, changed.
fn rules(change: impl FnOnce(&mut Value)) -> Value {
    let mut rules = json!({
        "kind": "ChangeRules", "id": "changes",
        "fixed": {"EMERGENCY": "CRITICAL", "ROLLBACK": "MEDIUM"},
        "byType": {"MODEL_UPDATE": "HIGH", "CONFIG_CHANGE": "MEDIUM", "PROMPT_UPDATE": "MEDIUM", "INFRASTRUCTURE": "HIGH"},
        "internalOnly": {"CONFIG_CHANGE": "LOW", "PROMPT_UPDATE": "LOW"},
        "byReach": {"ALL_USERS": "MEDIUM"},
        "downtime": "HIGH",
        "environments": {"STAGING": "LOW", "PRODUCTION": "HIGH"},
        "systemTags": {"production": "HIGH"},
        "blackouts": [{"from": "2026-12-24", "until": "2026-12-26", "reason": "holidays"}],
    });
    change(&mut rules);
    rules
}

fn compile(rules: Value) -> Result<Pack, Vec<assent_domain::pack::Problem>> {
    Pack::compile(documents(rules))
}

fn documents(rules: Value) -> Vec<(String, Value)> {
    let role = |id: &str| json!({"kind": "Role", "id": id, "title": id, "permissions": ["READ", "REVIEW"]});
    let mut documents = vec![
        json!({"kind": "Pack", "id": "p", "title": "p"}),
        json!({"kind": "Tier", "id": "T", "title": "T", "rank": 1, "riskLevel": "LOW"}),
        json!({"kind": "Stage", "id": "S", "title": "S", "order": 1}),
        json!({"kind": "ThresholdSet", "id": "t", "title": "t", "thresholds": []}),
        json!({"kind": "Settings", "id": "s", "thresholdSet": "t", "primaryMetric": "f1", "complianceLevel": "BASIC",
            "calendar": {"utcOffsetHours": 1, "weekend": [6, 7]}}),
        json!({"kind": "Duties", "id": "d", "assessmentApprover": ["risk"], "tierChangeApprovers": {"T": ["risk"]},
            "tierLoweringApprover": ["risk"], "exceptionApprovers": {"T": ["risk"]}, "accountability": {"T": ["risk"]},
            "emergencyPair": ["risk", "chief"], "configurationApprover": ["risk"], "dataSteward": ["risk"],
            "periodicReviewer": ["risk"],
            "changeReviewers": {"LOW": ["owner"], "MEDIUM": ["owner", "tech"], "HIGH": ["owner", "tech", "security"],
                "CRITICAL": ["owner", "tech", "security", "risk"]}}),
        rules,
    ];
    documents.extend(["tech", "security", "risk", "chief"].map(role));
    documents.into_iter().map(|document| ("f".to_owned(), document)).collect()
}

/// A model with two versions, people, and changes as they came about.
struct World {
    pack: Pack,
    model: Model,
    versions: [Version; 2],
    people: BTreeMap<PrincipalId, Arc<Principal>>,
    changes: BTreeMap<ChangeId, ChangeRequest>,
    now: Time,
}

impl World {
    fn new() -> Self {
        let now = time("2026-12-01T09:00:00Z");
        let stamp = Stamp { at: now, actor: id_of(OWNER) };
        let registered = ModelRegistered {
            name: "m".to_owned(),
            purpose: "p".to_owned(),
            use_cases: Vec::new(),
            tags: BTreeMap::new(),
            tier: "T".to_owned(),
            tier_source: TierSource::Given,
            owner: id_of(OWNER),
            criteria: BTreeMap::new(),
        };
        let model = Model::new(ModelId(Uuid::from_u128(9)), &registered, &stamp);
        let version = |number: u64| {
            let event: VersionRegistered = serde_json::from_value(
                json!({"model": model.id, "number": number, "kind": "CLASSICAL", "stage": "S"}),
            )
            .unwrap();
            let mut version = Version::new(version_id(u128::from(number)), &event, &stamp);
            version.stood_in.insert("PRODUCTION".to_owned());
            version
        };
        let versions = [version(1), version(2)];
        let mut world = Self {
            pack: compile(rules(|_| {})).unwrap(),
            model,
            versions,
            people: BTreeMap::new(),
            changes: BTreeMap::new(),
            now,
        };
        let roles: [(u128, &[&str]); 6] = [
            (OWNER, &["tech"]),
            (REQUESTER, &["tech", "security", "risk", "chief"]),
            (TECH, &["tech"]),
            (SECURITY, &["security"]),
            (RISK, &["risk"]),
            (CHIEF, &["chief"]),
        ];
        for (number, roles) in roles {
            world.person(number, roles);
        }
        world
    }

    fn person(&mut self, number: u128, roles: &[&str]) {
        let event =
            PrincipalRegistered { kind: PrincipalKind::User, name: sealed(), email: None, responsible: None };
        let mut principal =
            Principal::new(id_of(number), &event, &Stamp { at: self.now, actor: id_of(number) });
        principal.grants = roles.iter().map(|role| Grant::of(GrantId(Uuid::nil()), *role)).collect();
        self.people.insert(id_of(number), Arc::new(principal));
    }

    fn hearing(&self, id: ChangeId) -> Hearing<'_> {
        Hearing::new(&self.changes[&id], &self.model, &self.people, &self.pack, self.now)
    }

    /// What was decided comes about.
    fn happen(&mut self, by: u128, decided: Result<Vec<Change>, Refusal>) -> Result<(), Refusal> {
        let stamp = Stamp { at: self.now, actor: id_of(by) };
        for change in decided? {
            let key = ChangeId(change.subject.id);
            let before = self.changes.remove(&key).map(Aggregate::from);
            // What is stored is read back as it was.
            let event = serde_json::from_value(serde_json::to_value(&change.event).unwrap()).unwrap();
            let after = aggregate::evolve(before, key.0, &event, &stamp).unwrap();
            let read = Aggregate::from_json(after.kind(), &after.to_json().unwrap()).unwrap().unwrap();
            assert_eq!(read, after);
            let Aggregate::Change(after) = after else { panic!("{after:?}") };
            self.changes.insert(key, Arc::unwrap_or_clone(after));
        }
        Ok(())
    }

    fn request(&mut self, number: u128, content: Content) -> Result<ChangeId, Refusal> {
        let versions = (content.current_version.is_some().then_some(&self.versions[0]), &self.versions[1]);
        let decided = change_request::request(
            change_id(number),
            Box::new(content),
            &self.model,
            versions,
            &self.pack,
            0,
        );
        self.happen(REQUESTER, decided).map(|()| change_id(number))
    }

    fn submit(&mut self, id: ChangeId, approvals: &[SignatureRecord]) -> Result<(), Refusal> {
        let decided = change_request::submit(&self.hearing(id), Plan::default(), approvals, id_of(REQUESTER));
        self.happen(REQUESTER, decided)
    }

    fn sign(&mut self, id: ChangeId, by: u128, verdict: Verdict) -> Result<(), Refusal> {
        let comment = (verdict == Verdict::Rejected).then(sealed);
        let new = NewSignature { role: None, verdict, comment };
        let signer = Arc::clone(&self.people[&id_of(by)]);
        let decided = change_request::sign(&self.hearing(id), &signer, new);
        self.happen(by, decided)
    }

    fn approve(&mut self, id: ChangeId, by: &[u128]) {
        for by in by {
            self.sign(id, *by, Verdict::Approved).unwrap();
        }
    }

    fn schedule(&mut self, id: ChangeId, at: &str) -> Result<(), Refusal> {
        let decided = change_request::schedule(&self.hearing(id), time(at));
        self.happen(REQUESTER, decided)
    }

    fn start(&mut self, id: ChangeId) -> Result<(), Refusal> {
        let decided = change_request::start(&self.hearing(id));
        self.happen(REQUESTER, decided)
    }

    fn complete(&mut self, id: ChangeId, success: bool) -> Result<(), Refusal> {
        let change = &self.changes[&id];
        let original = change.rollback_of.map(|original| &self.changes[&original]);
        let decided = change_request::complete(
            change,
            original,
            &self.model,
            &self.pack,
            (success, Some(sealed())),
            self.now,
        );
        self.happen(REQUESTER, decided)
    }

    fn withdraw(&mut self, id: ChangeId, by: u128) -> Result<(), Refusal> {
        let decided = change_request::withdraw(&self.changes[&id], &self.model, Some(sealed()), id_of(by));
        self.happen(by, decided)
    }

    fn roll_back(&mut self, id: ChangeId, rollback: u128) -> Result<ChangeId, Refusal> {
        let original = &self.changes[&id];
        let before = original.rolled_back_by.and_then(|id| self.changes.get(&id));
        let target = original.content.current_version.map(|_| &self.versions[0]);
        let new =
            NewRollback { title: sealed(), description: sealed(), justification: sealed(), plan: sealed() };
        let rollback = change_id(rollback);
        let decided =
            change_request::roll_back(rollback, &self.hearing(id), before, target, new, id_of(REQUESTER));
        self.happen(REQUESTER, decided).map(|()| rollback)
    }

    fn state(&self, id: ChangeId) -> StateName {
        self.changes[&id].state
    }
}

/// A change of the version in production, with everything that a submission needs.
fn content(kind: ChangeType) -> Content {
    Content {
        kind,
        title: sealed(),
        description: sealed(),
        justification: sealed(),
        environment: "PRODUCTION".to_owned(),
        current_version: Some(version_id(1)),
        target_version: version_id(2),
        department: None,
        plan: Plan {
            impact: Some(impact(Reach::AllUsers)),
            rollback_plan: Some(sealed()),
            ..Plan::default()
        },
        preferred_window: None,
        blackouts: vec![Window { from: time("2026-12-10T00:00:00Z"), until: time("2026-12-11T00:00:00Z") }],
        promotion: None,
    }
}

fn impact(reach: Reach) -> Impact {
    Impact {
        affected_systems: vec![AffectedSystem { name: "desk".to_owned(), tags: Vec::new() }],
        affected_users: reach,
        estimated_downtime: "None".to_owned(),
        rollback_time: "5 minutes".to_owned(),
        testing_required: Vec::new(),
        dependencies: Vec::new(),
    }
}

/// A change for people inside the house, which its owner attests and nobody else reviews.
fn small() -> Content {
    let mut content = content(ChangeType::ConfigChange);
    "STAGING".clone_into(&mut content.environment);
    content.plan.impact = Some(impact(Reach::InternalOnly));
    content
}

#[track_caller]
fn refused<T: std::fmt::Debug>(answer: Result<T, Refusal>, code: Code, words: &str) {
    let refusal = answer.unwrap_err();
    assert_eq!(refusal.code, code, "{}", refusal.message);
    assert!(refusal.message.contains(words), "{}", refusal.message);
}
