//! A version on its way to production, the people who review it, and a clock that is set by hand.

use std::collections::BTreeMap;
use std::sync::Arc;

use assent_domain::change_request::ChangeFacts;
use assent_domain::delegation::{self, Acting, Delegation, NewDelegation};
use assent_domain::facts::{Inputs, Target};
use assent_domain::gate::{GateAnswer, gate};
use assent_domain::identity::event::PrincipalRegistered;
use assent_domain::identity::{Grant, Principal, PrincipalKind, Scope};
use assent_domain::ids::{DelegationId, Digest, GrantId, ModelId, PrincipalId, PromotionId, VersionId};
use assent_domain::pack::Pack;
use assent_domain::registry::event::{ModelRegistered, TierSource, VersionRegistered};
use assent_domain::registry::{Document, Model, Version, VersionKind};
use assent_domain::signoff::{NewSignature, Verdict};
use assent_domain::values::{BlobRef, Decimal};
use assent_domain::workflow::emergency::{self, NewEmergency};
use assent_domain::workflow::{self, Case, Decision, Judgement, NewReview, Promotion};
use assent_domain::{Aggregate, AggregateId, Change, Event, Refusal, Sealed, Stamp, Time, aggregate};
use jiff::SignedDuration;
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) const OWNER: u128 = 1;
pub(crate) const MAKER: u128 = 2;
pub(crate) const REQUESTER: u128 = 3;
/// Reviews compliance.
pub(crate) const ANNE: u128 = 4;
/// Reviews security.
pub(crate) const BEN: u128 = 5;
/// One half of the pair.
pub(crate) const RITA: u128 = 6;
/// The other half.
pub(crate) const CARL: u128 = 7;
/// Holds every role.
pub(crate) const MAX: u128 = 8;
/// Reviews, in a role that nothing asks for.
pub(crate) const DORA: u128 = 9;
/// Reviews nothing.
pub(crate) const NOBODY: u128 = 10;

pub(crate) type Outcome = Result<Vec<Change>, Refusal>;

/// A Monday.
pub(crate) fn noon() -> Time {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

pub(crate) fn sealed() -> Sealed {
    Sealed { subject: Uuid::nil(), data: String::new() }
}

pub(crate) fn id(number: u128) -> PrincipalId {
    PrincipalId(Uuid::from_u128(number))
}

/// Policies on facts and on approvals, and a way with two reviews and the attestation of the owner.
pub(crate) fn documents() -> Vec<Value> {
    let role = |id: &str| json!({"kind": "Role", "id": id, "title": id, "permissions": ["READ", "REVIEW"]});
    let policy = |id: &str, severity: &str, fields: Value| {
        let mut policy = json!({"kind": "Policy", "id": id, "name": id, "version": "1", "category": "QUALITY",
            "severity": severity, "enforcement": "BLOCKING"});
        policy.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        policy
    };
    let demand = |condition: &str| json!({"rules": [{"id": "r", "condition": condition, "message": "m"}]});
    vec![
        json!({"kind": "Pack", "id": "test", "title": "Test"}),
        json!({"kind": "Settings", "id": "s", "thresholdSet": "t", "primaryMetric": "f1", "complianceLevel": "BASIC"}),
        json!({"kind": "ThresholdSet", "id": "t", "title": "T", "thresholds": []}),
        role("compliance"),
        role("security"),
        role("risk"),
        role("chief"),
        role("other"),
        json!({"kind": "Role", "id": "reader", "title": "R", "permissions": ["READ"]}),
        json!({"kind": "Tier", "id": "HIGH", "title": "High", "rank": 2, "riskLevel": "HIGH"}),
        json!({"kind": "Tier", "id": "LOW", "title": "Low", "rank": 1, "riskLevel": "LOW"}),
        json!({"kind": "Stage", "id": "DEV", "title": "D", "order": 1}),
        json!({"kind": "Stage", "id": "PROD", "title": "P", "order": 2}),
        policy("figures", "LOW", demand("reported('f1') >= 0.5")),
        policy("approved", "CRITICAL", json!({"rules": [], "requiredRoles": ["security"]})),
        policy("attested", "HIGH", demand("approvedBy('owner')")),
        json!({"kind": "Workflow", "id": "to-prod", "title": "To production", "target": "PROD", "from": ["DEV"], "steps": [
            {"id": "check", "type": "automated"},
            {"id": "attest", "type": "attestation", "after": ["check"]},
            {"id": "compliance", "type": "review", "roles": ["compliance"], "after": ["check"], "slaBusinessDays": 1},
            {"id": "security", "type": "review", "roles": ["security"], "after": ["compliance"]}]}),
        json!({"kind": "Duties", "id": "duties", "assessmentApprover": ["risk"], "tierLoweringApprover": ["risk"],
               "emergencyPair": ["risk", "chief"], "configurationApprover": ["reader"], "dataSteward": ["reader"],
               "periodicReviewer": ["risk"],
               "tierChangeApprovers": {"HIGH": ["risk"], "LOW": ["risk"]},
               "accountability": {"HIGH": ["risk"], "LOW": ["risk"]},
               "exceptionApprovers": {"HIGH": ["risk"], "LOW": ["risk"]},
               "changeReviewers": {"LOW": ["risk"], "MEDIUM": ["risk"], "HIGH": ["risk"], "CRITICAL": ["risk"]}}),
    ]
}

pub(crate) fn compiled(documents: Vec<Value>) -> Pack {
    let documents = documents.into_iter().map(|document| ("test.yaml".to_owned(), document)).collect();
    Pack::compile(documents).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// The documents with one of a kind changed.
pub(crate) fn with(kind: &str, change: impl Fn(&mut Value)) -> Vec<Value> {
    let mut documents = documents();
    documents.iter_mut().filter(|document| document["kind"] == kind).for_each(change);
    documents
}

pub(crate) struct World {
    pub(crate) pack: Pack,
    pub(crate) model: Model,
    pub(crate) version: Version,
    pub(crate) people: BTreeMap<PrincipalId, Arc<Principal>>,
    pub(crate) promotion: Option<Promotion>,
    /// Promotions that are over.
    pub(crate) earlier: Vec<Arc<Promotion>>,
    pub(crate) delegations: Vec<Arc<Delegation>>,
    pub(crate) champion: Option<Version>,
    /// What is known of the change into production.
    pub(crate) placing: Option<ChangeFacts>,
    pub(crate) now: Time,
    target: Target,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::under(documents())
    }

    pub(crate) fn under(documents: Vec<Value>) -> Self {
        let stamp = |by| Stamp { at: noon(), actor: id(by) };
        let registered = ModelRegistered {
            name: "scoring".to_owned(),
            purpose: "score".to_owned(),
            use_cases: vec![],
            tags: BTreeMap::new(),
            tier: "HIGH".to_owned(),
            tier_source: TierSource::Given,
            owner: id(OWNER),
            criteria: BTreeMap::new(),
        };
        let model = Model::new(ModelId(Uuid::from_u128(100)), &registered, &stamp(OWNER));
        let made = VersionRegistered {
            model: model.id,
            number: 1,
            kind: VersionKind::Classical,
            stage: "DEV".to_owned(),
            artifacts: vec![],
            params: BTreeMap::new(),
            reported_metrics: BTreeMap::from([("f1".to_owned(), Decimal::new(0.9).unwrap())]),
            datasets: vec![],
            source_run: None,
        };
        let version = Version::new(VersionId(Uuid::from_u128(101)), &made, &stamp(MAKER));
        let all = ["compliance", "security", "risk", "chief"];
        let roles: [(u128, &[&str]); 10] = [
            (OWNER, &all),
            (MAKER, &all),
            (REQUESTER, &all),
            (ANNE, &["compliance"]),
            (BEN, &["security"]),
            (RITA, &["risk", "compliance"]),
            (CARL, &["chief", "security"]),
            (MAX, &all),
            (DORA, &["other"]),
            (NOBODY, &["reader"]),
        ];
        let people = roles.map(|(number, roles)| (id(number), Arc::new(principal(number, roles))));
        let target = Target { stage: "PROD".to_owned(), environment: None, strategy: None, replicas: None };
        Self {
            pack: compiled(documents),
            model,
            version,
            people: people.into(),
            promotion: None,
            earlier: Vec::new(),
            delegations: Vec::new(),
            champion: None,
            placing: None,
            now: noon(),
            target,
        }
    }

    /// The same with a promotion that is under review.
    pub(crate) fn in_review() -> Self {
        let mut world = Self::new();
        world.ask();
        world
    }

    pub(crate) fn case(&self) -> Case<'_> {
        Case {
            inputs: Inputs {
                oversight: None,
                model: &self.model,
                version: &self.version,
                datasets: &[],
                champion: self.champion.as_ref(),
                change: None,
                target: Some(&self.target),
                exceptions: &[],
                assessment: None,
                is_first: true,
                people: &self.people,
                pack: &self.pack,
                now: self.now,
            },
            promotion: self.promotion.as_ref(),
            placing: self.placing.as_ref(),
        }
    }

    pub(crate) fn judgement(&self) -> Judgement {
        workflow::judge(&self.case())
    }

    pub(crate) fn gate(&self) -> GateAnswer {
        gate(&self.case(), &self.judgement())
    }

    pub(crate) fn promotion(&self) -> &Promotion {
        self.promotion.as_ref().unwrap()
    }

    pub(crate) fn pass(&mut self, time: SignedDuration) {
        self.now = self.now.checked_add(time).unwrap();
    }

    pub(crate) fn person(&self, number: u128) -> Arc<Principal> {
        Arc::clone(&self.people[&id(number)])
    }

    pub(crate) fn change(&mut self, number: u128, how: impl FnOnce(&mut Principal)) {
        how(Arc::make_mut(self.people.get_mut(&id(number)).unwrap()));
    }

    /// Lets what was decided happen.
    pub(crate) fn happen(&mut self, changes: &[Change], actor: u128) {
        let stamp = Stamp { at: self.now, actor: id(actor) };
        for change in changes {
            let evolved = |state: Option<Aggregate>| {
                aggregate::evolve(state, change.subject.id, &change.event, &stamp).unwrap()
            };
            if change.subject == AggregateId::from(self.version.id) {
                let Aggregate::Version(version) = evolved(Some(self.version.clone().into())) else {
                    panic!()
                };
                self.version = (*version).clone();
                continue;
            }
            match evolved(self.before(change.subject)) {
                Aggregate::Promotion(promotion) => self.promotion = Some((*promotion).clone()),
                Aggregate::Delegation(delegation) => {
                    self.delegations.retain(|other| other.id != delegation.id);
                    self.delegations.push(delegation);
                }
                other => panic!("{other:?}"),
            }
        }
    }

    fn before(&self, subject: AggregateId) -> Option<Aggregate> {
        let promotion = self.promotion.clone().filter(|it| AggregateId::from(it.id) == subject);
        let delegation = self.delegations.iter().find(|it| AggregateId::from(it.id) == subject);
        promotion.map(Into::into).or_else(|| delegation.cloned().map(Aggregate::Delegation))
    }

    fn done(&mut self, outcome: Outcome, actor: u128) -> Outcome {
        if let Ok(changes) = &outcome {
            self.happen(changes, actor);
        }
        outcome
    }

    /// Asks for a promotion and submits it; the one before is over.
    pub(crate) fn ask(&mut self) {
        self.draft();
        self.submit().unwrap();
    }

    /// Asks for a promotion; the one before is over.
    pub(crate) fn draft(&mut self) {
        self.earlier.extend(self.promotion.take().map(Arc::new));
        let number = PromotionId(Uuid::from_u128(200 + self.earlier.len() as u128));
        let changes = workflow::request(number, &self.case(), None, None).unwrap();
        self.happen(&changes, REQUESTER);
    }

    pub(crate) fn withdraw(&mut self) -> Outcome {
        let outcome = workflow::withdraw(self.promotion(), &self.model, None, id(REQUESTER), self.now);
        self.done(outcome, REQUESTER)
    }

    pub(crate) fn assign(&mut self, step: &str, to: u128) -> Outcome {
        let (actor, to) = (self.person(REQUESTER), self.person(to));
        let judgement = self.judgement();
        let outcome = workflow::assign(self.promotion(), &self.case(), &judgement, &actor, step, Some(&to));
        self.done(outcome, REQUESTER)
    }

    /// Ends the first delegation.
    pub(crate) fn revoke(&mut self, by: u128) -> Outcome {
        let (held, actor) = (Arc::clone(&self.delegations[0]), self.person(by));
        let outcome = delegation::revoke(&held, &actor, None, self.now);
        self.done(outcome, by)
    }

    pub(crate) fn submit(&mut self) -> Outcome {
        let outcome = workflow::submit(self.promotion(), &self.case(), &self.judgement(), id(REQUESTER));
        self.done(outcome, REQUESTER)
    }

    pub(crate) fn complete(&mut self) -> Outcome {
        let outcome = workflow::complete(self.promotion(), &self.case(), &self.judgement(), &[]);
        self.done(outcome, MAX)
    }

    pub(crate) fn review(&mut self, step: &str, by: u128, decision: Decision) -> Outcome {
        let reviewer = self.person(by);
        self.review_as(step, &reviewer, decision)
    }

    pub(crate) fn review_as(&mut self, step: &str, reviewer: &Principal, decision: Decision) -> Outcome {
        let judgement = self.judgement();
        let new = NewReview {
            step: step.to_owned(),
            role: None,
            decision,
            comment: Some(sealed()),
            conditions: Vec::new(),
            evidence: Some(judgement.evidence),
        };
        let outcome = workflow::review(self.promotion(), &self.case(), &judgement, reviewer, new);
        let number = reviewer.id.0.as_u128();
        self.done(outcome, number)
    }

    pub(crate) fn declare(&mut self, by: u128) -> Outcome {
        let judgement = self.judgement();
        let evidence = Some(judgement.evidence);
        let new = NewEmergency { justification: sealed(), role: None, evidence };
        let signer = self.person(by);
        let outcome = emergency::declare(&self.case(), &judgement, &self.earlier, &signer, new);
        self.done(outcome, by)
    }

    pub(crate) fn sign(&mut self, by: u128, verdict: Verdict) -> Outcome {
        let judgement = self.judgement();
        let new = NewSignature { role: None, verdict, comment: Some(sealed()) };
        let (signer, evidence) = (self.person(by), Some(judgement.evidence));
        let outcome = emergency::sign(&self.case(), &judgement, &signer, new, evidence);
        self.done(outcome, by)
    }

    /// Breaks the glass with both signatures.
    pub(crate) fn break_glass(&mut self) {
        self.declare(RITA).unwrap();
        self.sign(CARL, Verdict::Approved).unwrap();
    }

    /// Brings something that changes the evidence.
    pub(crate) fn attach(&mut self) {
        let blob = BlobRef { sha256: Digest::of(b"x"), size_bytes: 1 };
        let document = Document { kind: "MODEL_CARD".to_owned(), name: "card".to_owned(), blob, card: None };
        let change = Change::new(self.version.id, Event::DocumentAttached(document));
        self.happen(&[change], MAKER);
    }

    /// Lets one decide in the place of another in a role, from now on for a week.
    pub(crate) fn delegate(&mut self, from: u128, to: u128, role: &str) -> Outcome {
        let new = NewDelegation {
            roles: vec![role.to_owned()],
            scope: Scope::default(),
            from: self.now,
            until: self.now.checked_add(SignedDuration::from_hours(7 * 24)).unwrap(),
            reason: sealed(),
        };
        self.give(from, to, new)
    }

    pub(crate) fn give(&mut self, from: u128, to: u128, new: NewDelegation) -> Outcome {
        let number = DelegationId(Uuid::from_u128(300 + self.delegations.len() as u128));
        let (one, other) = (self.person(from), self.person(to));
        let outcome =
            delegation::give(number, &one, &other, new, self.delegations.len(), &self.pack, self.now);
        self.done(outcome, from)
    }

    /// One as they act in the place of another, by the last delegation between the two.
    pub(crate) fn acting(&self, delegate: u128, delegator: u128) -> Principal {
        let fits =
            |it: &&Arc<Delegation>| it.given.delegate == id(delegate) && it.given.delegator == id(delegator);
        let delegations = self.delegations.iter().filter(fits).cloned().collect();
        self.person(delegate).in_place_of(Acting { delegations, delegator: self.person(delegator) })
    }
}

fn principal(number: u128, roles: &[&str]) -> Principal {
    let event =
        PrincipalRegistered { kind: PrincipalKind::User, name: sealed(), email: None, responsible: None };
    let mut principal = Principal::new(id(number), &event, &Stamp { at: noon(), actor: id(number) });
    principal.grants = roles.iter().map(|role| Grant::of(GrantId(Uuid::nil()), *role)).collect();
    principal
}

pub(crate) fn kinds(changes: &[Change]) -> Vec<&'static str> {
    changes.iter().map(|change| change.event.type_name()).collect()
}

pub(crate) fn codes(answer: &GateAnswer) -> Vec<&'static str> {
    answer.reasons.iter().map(|reason| reason.code).collect()
}
