//! Who answers for a model, and when it is reviewed again.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::similar_names,
    missing_docs,
    reason = "a test that fails panics"
)]

mod accountability;
mod desk;
mod facts;
mod reviews;

use std::collections::BTreeMap;
use std::sync::Arc;

use assent_domain::accountability::{Accountability, Coverage, NewPost};
use assent_domain::aggregate::{Aggregate, AggregateId, evolve};
use assent_domain::event::Change;
use assent_domain::identity::event::PrincipalRegistered;
use assent_domain::identity::{Grant, Principal, PrincipalKind, Status};
use assent_domain::ids::{AccountabilityId, GrantId, ModelId, PrincipalId};
use assent_domain::pack::Pack;
use assent_domain::registry::Model;
use assent_domain::registry::event::{ModelRegistered, TierSource};
use assent_domain::{Code, Event, Refusal, Sealed, Stamp, Time};
use serde_json::{Value, json};
use uuid::Uuid;

const OWNER: u128 = 1;
const STEWARD: u128 = 2;
const SECURITY: u128 = 3;
const RISK: u128 = 4;
const SERVICE: u128 = 5;
const STRANGER: u128 = 6;
const SUCCESSOR: u128 = 7;

fn time(text: &str) -> Time {
    text.parse().unwrap()
}

fn id(number: u128) -> PrincipalId {
    PrincipalId(Uuid::from_u128(number))
}

fn sealed() -> Sealed {
    Sealed { subject: Uuid::nil(), data: "why".to_owned() }
}

/// A pack with two tiers: models of `HIGH` are reviewed every 30 days, and demand three roles.
fn pack(rule: &str) -> Pack {
    let role = |id: &str, permissions: Value| json!({"kind": "Role", "id": id, "title": id, "permissions": permissions});
    let all = |roles: Value| json!({"HIGH": roles, "LOW": roles});
    let documents = vec![
        json!({"kind": "Pack", "id": "p", "title": "p"}),
        role("builder", json!(["READ"])),
        role("steward", json!(["READ"])),
        role("security", json!(["READ", "REVIEW"])),
        role("risk", json!(["READ", "REVIEW"])),
        json!({"kind": "Tier", "id": "HIGH", "title": "H", "rank": 2, "riskLevel": "HIGH", "reviewEvery": "30d"}),
        json!({"kind": "Tier", "id": "LOW", "title": "L", "rank": 1, "riskLevel": "LOW"}),
        json!({"kind": "Stage", "id": "S", "title": "S", "order": 1}),
        json!({"kind": "ThresholdSet", "id": "t", "title": "t", "thresholds": []}),
        json!({"kind": "Settings", "id": "s", "thresholdSet": "t", "primaryMetric": "f1", "complianceLevel": "BASIC",
            "reviewSections": ["FIGURES", "INCIDENTS"]}),
        json!({"kind": "Duties", "id": "d", "assessmentApprover": ["risk"], "tierLoweringApprover": ["risk"],
            "tierChangeApprovers": all(json!(["risk"])), "exceptionApprovers": all(json!(["risk"])),
            "accountability": {"HIGH": ["owner", "steward", "security"], "LOW": ["owner"]},
            "emergencyPair": ["risk", "security"], "configurationApprover": ["risk"], "dataSteward": ["steward"],
            "periodicReviewer": ["owner", "risk"],
            "changeReviewers": {"LOW": ["owner"], "MEDIUM": ["risk"], "HIGH": ["risk"], "CRITICAL": ["risk"]}}),
        json!({"kind": "Policy", "id": "P", "name": "P", "version": "1", "category": "OPERATIONAL", "severity": "LOW",
            "enforcement": "BLOCKING", "rules": [{"id": "r", "condition": rule, "message": "m"}]}),
    ];
    Pack::compile(documents.into_iter().map(|document| ("f".to_owned(), document)).collect())
        .unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// A model of the tier HIGH, people with one role each, and what was decided so far.
struct World {
    pack: Pack,
    people: BTreeMap<PrincipalId, Arc<Principal>>,
    state: BTreeMap<AggregateId, Aggregate>,
    now: Time,
}

impl World {
    fn new() -> Self {
        let now = time("2026-05-01T09:00:00Z");
        let stamp = Stamp { at: now, actor: id(OWNER) };
        let registered = ModelRegistered {
            name: "m".to_owned(),
            purpose: "p".to_owned(),
            use_cases: Vec::new(),
            tags: BTreeMap::new(),
            tier: "HIGH".to_owned(),
            tier_source: TierSource::Given,
            owner: id(OWNER),
            criteria: BTreeMap::new(),
        };
        let model = ModelId(Uuid::from_u128(9));
        let state = BTreeMap::from([(model.into(), Model::new(model, &registered, &stamp).into())]);
        let mut world = Self { pack: pack("true"), people: BTreeMap::new(), state, now };
        for (number, role) in [
            (OWNER, "builder"),
            (STEWARD, "steward"),
            (SECURITY, "security"),
            (RISK, "risk"),
            (SERVICE, "security"),
            (SUCCESSOR, "security"),
        ] {
            world.person(number, Some(role));
        }
        world.person(STRANGER, None);
        world.alter(SERVICE, |service| service.kind = PrincipalKind::Service);
        world
    }

    fn person(&mut self, number: u128, role: Option<&str>) {
        let event =
            PrincipalRegistered { kind: PrincipalKind::User, name: sealed(), email: None, responsible: None };
        let mut principal = Principal::new(id(number), &event, &Stamp { at: self.now, actor: id(number) });
        principal.grants = role.into_iter().map(|role| Grant::of(GrantId(Uuid::nil()), role)).collect();
        self.people.insert(id(number), Arc::new(principal));
    }

    fn alter(&mut self, number: u128, how: impl FnOnce(&mut Principal)) {
        how(Arc::make_mut(self.people.get_mut(&id(number)).unwrap()));
    }

    fn model(&self) -> Arc<Model> {
        match self.state.get(&ModelId(Uuid::from_u128(9)).into()) {
            Some(Aggregate::Model(model)) => Arc::clone(model),
            other => panic!("{other:?}"),
        }
    }

    fn held(&self) -> Option<Arc<Accountability>> {
        match self.state.get(&AccountabilityId(Uuid::from_u128(9)).into()) {
            Some(Aggregate::Accountability(held)) => Some(Arc::clone(held)),
            _ => None,
        }
    }

    /// Evolves what was decided, as it comes back from its bytes.
    fn apply(&mut self, decided: Result<Vec<Change>, Refusal>, actor: u128) -> Result<usize, Code> {
        let changes = decided.map_err(|refusal| refusal.code)?;
        for change in &changes {
            let bytes = serde_json::to_vec(&change.event).unwrap();
            let event: Event = serde_json::from_slice(&bytes).unwrap();
            let stamp = Stamp { at: self.now, actor: id(actor) };
            let state =
                evolve(self.state.remove(&change.subject), change.subject.id, &event, &stamp).unwrap();
            let json = state.to_json().unwrap();
            let read = Aggregate::from_json(change.subject.kind, &json).unwrap().unwrap();
            assert_eq!(read, state);
            self.state.insert(change.subject, read);
        }
        Ok(changes.len())
    }

    fn assign(&mut self, role: &str, principal: u128, until: Option<&str>) -> Result<usize, Code> {
        let new = NewPost {
            role: role.to_owned(),
            principal: id(principal),
            until: until.map(time),
            reason: sealed(),
        };
        let (model, held) = (self.model(), self.held());
        let candidate = Arc::clone(&self.people[&id(principal)]);
        let decided = assent_domain::accountability::assign(
            &model,
            held.as_deref(),
            &candidate,
            new,
            &self.pack,
            self.now,
        );
        self.apply(decided, OWNER)
    }

    fn end(&mut self, role: &str) -> Result<usize, Code> {
        let decided =
            assent_domain::accountability::end(&self.model(), self.held().as_deref(), role, sealed());
        self.apply(decided, OWNER)
    }

    fn coverage(&self) -> Coverage {
        let (model, held) = (self.model(), self.held());
        assent_domain::accountability::coverage(&model, held.as_deref(), &self.people, &self.pack, self.now)
            .unwrap()
    }

    /// Missing roles with their reasons.
    fn gaps(&self) -> Vec<(String, &'static str)> {
        let missing = self.coverage().missing;
        missing.into_iter().map(|(role, gap)| (role, gap.reason.name())).collect()
    }

    fn disable(&mut self, number: u128) {
        self.alter(number, |person| person.status = Status::Disabled);
    }
}
