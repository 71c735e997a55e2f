//! A model with two versions, policies that can be waived and others, and people who ask and sign.

use std::collections::BTreeMap;
use std::sync::Arc;

use assent_domain::aggregate;
use assent_domain::exception::{self, Exception, NewException, Situation, Terms, Watch};
use assent_domain::identity::event::PrincipalRegistered;
use assent_domain::identity::{Grant, Principal, PrincipalKind};
use assent_domain::ids::{ExceptionId, GrantId, ModelId, PrincipalId, VersionId};
use assent_domain::pack::Pack;
use assent_domain::registry::event::{ModelRegistered, TierSource, VersionRegistered};
use assent_domain::registry::{Model, Version, VersionKind};
use assent_domain::signoff::{Case, NewSignature, Verdict};
use assent_domain::{Aggregate, Change, Refusal, Sealed, Stamp, Time};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) const OWNER: u128 = 1;
pub(crate) const REQUESTER: u128 = 2;
pub(crate) const ANNE: u128 = 3;
pub(crate) const BEN: u128 = 4;
pub(crate) const CLEO: u128 = 5;

pub(crate) fn noon() -> Time {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

pub(crate) fn sealed() -> Sealed {
    Sealed { subject: Uuid::nil(), data: String::new() }
}

pub(crate) fn person(number: u128) -> PrincipalId {
    PrincipalId(Uuid::from_u128(number))
}

pub(crate) fn exception_id(number: u128) -> ExceptionId {
    ExceptionId(Uuid::from_u128(100 + number))
}

/// Policies by what they say of exceptions; `card` reads a fact that is missing, `broken` cannot be evaluated.
fn policies(version: &str) -> Vec<Value> {
    let week = json!({"allowExceptions": true, "maxDuration": "7d"});
    let free = json!({"allowExceptions": true, "requireApproval": false, "maxDuration": "1d"});
    [
        ("card", "hasDocument('MODEL_CARD')", week.clone()),
        ("free", "hasDocument('DATASHEET')", free),
        ("endless", "true", json!({"allowExceptions": true})),
        ("strict", "true", json!({"allowExceptions": false})),
        ("silent", "true", Value::Null),
        ("low-only", "true", week.clone()),
        ("broken", "version.number / (version.number - version.number) > 0", week),
    ]
    .into_iter()
    .map(|(id, condition, exceptions)| {
        let mut policy = json!({"kind": "Policy", "id": id, "name": id, "version": version, "category": "QUALITY",
            "severity": "HIGH", "enforcement": "BLOCKING",
            "rules": [{"id": "r", "condition": condition, "message": "m"}]});
        if !exceptions.is_null() {
            policy["exceptions"] = exceptions;
        }
        if id == "low-only" {
            policy["scope"] = json!({"tiers": ["LOW"]});
        }
        policy
    })
    .collect()
}

pub(crate) fn pack() -> Pack {
    with_policies_of("2")
}

/// The pack with another version of each policy.
pub(crate) fn with_policies_of(version: &str) -> Pack {
    let by_tier = |roles: Value| json!({"HIGH": roles, "LOW": roles});
    let mut documents = vec![
        json!({"kind": "Pack", "id": "test", "title": "Test"}),
        json!({"kind": "Settings", "id": "s", "thresholdSet": "t", "primaryMetric": "f1", "complianceLevel": "MODERATE"}),
        json!({"kind": "ThresholdSet", "id": "t", "title": "T", "thresholds": []}),
        json!({"kind": "Role", "id": "a", "title": "A", "permissions": ["READ", "REVIEW"]}),
        json!({"kind": "Role", "id": "b", "title": "B", "permissions": ["READ", "REVIEW"]}),
        json!({"kind": "Role", "id": "admin", "title": "Admin", "permissions": ["MANAGE_GRANTS"]}),
        json!({"kind": "Tier", "id": "HIGH", "title": "High", "rank": 2, "riskLevel": "HIGH"}),
        json!({"kind": "Tier", "id": "LOW", "title": "Low", "rank": 1, "riskLevel": "LOW"}),
        json!({"kind": "Stage", "id": "DEV", "title": "D", "order": 1}),
        json!({"kind": "Stage", "id": "PROD", "title": "P", "order": 2}),
        json!({"kind": "Duties", "id": "duties", "assessmentApprover": ["a"], "tierLoweringApprover": ["a"],
               "emergencyPair": ["a", "b"], "configurationApprover": ["admin"], "dataSteward": ["a"], "periodicReviewer": ["a"],
               "tierChangeApprovers": by_tier(json!(["a"])), "accountability": by_tier(json!(["a"])),
               "exceptionApprovers": {"HIGH": ["a", "b"], "LOW": ["a"]},
               "changeReviewers": {"LOW": ["a"], "MEDIUM": ["a"], "HIGH": ["a"], "CRITICAL": ["a"]}}),
    ];
    documents.extend(policies(version));
    let documents = documents.into_iter().map(|document| ("test.yaml".to_owned(), document)).collect();
    Pack::compile(documents).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

pub(crate) fn new(policy: &str, duration: &str) -> NewException {
    let terms = Terms {
        justification: sealed(),
        risk_assessment: sealed(),
        mitigation: sealed(),
        remediation_plan: sealed(),
        duration: duration.parse().unwrap(),
        monitoring: vec![Watch { what: sealed(), every: "1h".parse().unwrap() }],
    };
    let model = ModelId(Uuid::from_u128(10));
    NewException { policy: policy.to_owned(), model, version: None, extends: None, terms }
}

/// Everything that decisions about exceptions need, and the exceptions so far.
pub(crate) struct World {
    pub(crate) pack: Pack,
    pub(crate) model: Model,
    pub(crate) versions: [Version; 2],
    pub(crate) people: BTreeMap<PrincipalId, Arc<Principal>>,
    pub(crate) exceptions: Vec<Arc<Exception>>,
    pub(crate) now: Time,
}

impl World {
    pub(crate) fn new() -> Self {
        let stamp = Stamp { at: noon(), actor: person(OWNER) };
        let registered = ModelRegistered {
            name: "scoring".to_owned(),
            purpose: "score".to_owned(),
            use_cases: vec![],
            tags: BTreeMap::new(),
            tier: "LOW".to_owned(),
            tier_source: TierSource::Given,
            owner: person(OWNER),
            criteria: std::collections::BTreeMap::new(),
        };
        let model = Model::new(ModelId(Uuid::from_u128(10)), &registered, &stamp);
        let version = |number: u64| {
            let event = VersionRegistered {
                model: model.id,
                number,
                kind: VersionKind::Classical,
                stage: "DEV".to_owned(),
                artifacts: vec![],
                params: BTreeMap::new(),
                reported_metrics: BTreeMap::new(),
                datasets: vec![],
                source_run: None,
            };
            Version::new(VersionId(Uuid::from_u128(10 + u128::from(number))), &event, &stamp)
        };
        let versions = [version(1), version(2)];
        let roles: [(u128, &[&str]); 5] =
            [(OWNER, &["a"]), (REQUESTER, &["a", "b"]), (ANNE, &["a"]), (BEN, &["b"]), (CLEO, &[])];
        let people = roles.map(|(number, roles)| (person(number), Arc::new(principal(number, roles))));
        let (people, exceptions) = (people.into(), Vec::new());
        Self { pack: pack(), model, versions, people, exceptions, now: noon() }
    }

    pub(crate) fn situation(&self) -> Situation<'_> {
        Situation { model: &self.model, version: None, pack: &self.pack, now: self.now }
    }

    /// The exception of that number.
    pub(crate) fn get(&self, number: u128) -> &Exception {
        self.exceptions.iter().find(|held| held.id == exception_id(number)).unwrap()
    }

    /// Lets the changes happen.
    pub(crate) fn happen(&mut self, changes: &[Change], actor: u128) {
        for change in changes {
            let at = self.exceptions.iter().position(|held| change.subject == held.id.into());
            let before = at.map(|at| Aggregate::Exception(self.exceptions.remove(at)));
            let stamp = Stamp { at: self.now, actor: person(actor) };
            let after = aggregate::evolve(before, change.subject.id, &change.event, &stamp);
            let Some(Aggregate::Exception(after)) = after else { panic!("{change:?}") };
            self.exceptions.push(after);
        }
    }

    pub(crate) fn request(&mut self, number: u128, new: &NewException) -> Result<Vec<Change>, Refusal> {
        let same =
            |held: &&Arc<Exception>| held.is_about(new.model, new.version) && held.policy() == new.policy;
        let open = self.exceptions.iter().find(|held| same(held) && held.state().is_open());
        let version = new.version.and_then(|id| self.versions.iter().find(|version| version.id == id));
        let situation = Situation { version, ..self.situation() };
        let changes = exception::request(
            exception_id(number),
            new.clone(),
            &situation,
            open.map(AsRef::as_ref),
            &self.exceptions,
        )?;
        self.happen(&changes, REQUESTER);
        Ok(changes)
    }

    pub(crate) fn submit(&mut self, number: u128) -> Result<Vec<Change>, Refusal> {
        let changes = exception::submit(self.get(number), &self.situation(), person(REQUESTER))?;
        self.happen(&changes, REQUESTER);
        Ok(changes)
    }

    pub(crate) fn with_case<T>(&self, number: u128, ask: impl FnOnce(&Case<'_>) -> T) -> T {
        let exception = self.get(number);
        ask(&Case {
            roles: exception.roles(&self.model, &self.pack).unwrap(),
            signatures: &exception.signatures,
            requester: exception.requester(),
            makers: &[person(OWNER)],
            model: &self.model,
            people: &self.people,
            pack: &self.pack,
            now: self.now,
        })
    }

    pub(crate) fn sign(
        &mut self,
        number: u128,
        signer: u128,
        verdict: Verdict,
    ) -> Result<Vec<Change>, Refusal> {
        let new = NewSignature { role: None, verdict, comment: Some(sealed()) };
        let by = self.people[&person(signer)].clone();
        let changes = self
            .with_case(number, |case| exception::sign(self.get(number), &self.situation(), case, &by, new))?;
        self.happen(&changes, signer);
        Ok(changes)
    }

    /// An exception that is approved now, for the model of the tier LOW.
    pub(crate) fn approved(&mut self, number: u128, new: &NewException) {
        self.request(number, new).unwrap();
        self.submit(number).unwrap();
        self.sign(number, ANNE, Verdict::Approved).unwrap();
    }
}

fn principal(number: u128, roles: &[&str]) -> Principal {
    let event =
        PrincipalRegistered { kind: PrincipalKind::User, name: sealed(), email: None, responsible: None };
    let mut principal = Principal::new(person(number), &event, &Stamp { at: noon(), actor: person(number) });
    principal.grants = roles.iter().map(|role| Grant::of(GrantId(Uuid::nil()), *role)).collect();
    principal
}

pub(crate) fn kinds(changes: &[Change]) -> Vec<&'static str> {
    changes.iter().map(|change| change.event.type_name()).collect()
}
