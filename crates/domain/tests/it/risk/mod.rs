//! Assessments, the score of a deployment, and tier changes, by table and by worked example.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use assent_domain::facts::{self, Inputs, Strategy, Target};
use assent_domain::identity::event::PrincipalRegistered;
use assent_domain::identity::{Grant, Principal, PrincipalKind};
use assent_domain::ids::{
    AssessmentId, DatasetId, Digest, GrantId, ModelId, PrincipalId, PromotionId, TierChangeId, VersionId,
};
use assent_domain::pack::{Factor, Pack, RiskModel};
use assent_domain::registry::event::{
    Classification, DatasetRegistered, Document, Evidence, ModelRegistered, ReportedFigure, TierSource,
    VersionRegistered,
};
use assent_domain::registry::{Dataset, Model, Version, VersionKind};
use assent_domain::risk::assessment::{self, Answer, Answered, Assessment, Custom};
use assent_domain::risk::tier_change::{self, TierChange};
use assent_domain::risk::{Exact, deployment, score};
use assent_domain::signoff::{Case, NewSignature, Verdict};
use assent_domain::values::{BlobRef, Decimal};
use assent_domain::workflow::event::PromotionRequested;
use assent_domain::workflow::{self, Promotion};
use assent_domain::{Aggregate, Change, Code, Event, Refusal, Sealed, Stamp, Time, aggregate};
use serde_json::{Value, json};
use uuid::Uuid;

mod assessments;
mod deployments;
mod matrix;
mod tiers;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The documents of the pack `default`.
fn documents() -> Vec<(String, Value)> {
    let (mut documents, mut folders) = (Vec::new(), vec![root().join("packs/default")]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let values: Vec<Value> = serde_saphyr::from_multiple(&text).unwrap();
            documents.extend(values.into_iter().map(|value| (path.display().to_string(), value)));
        }
    }
    documents
}

fn pack() -> Pack {
    static PACK: LazyLock<Pack> =
        LazyLock::new(|| Pack::compile(documents()).unwrap_or_else(|problems| panic!("{problems:#?}")));
    PACK.clone()
}

fn time(hours: i64) -> Time {
    Time::from_second(1_790_000_000 + hours * 3600).unwrap()
}

fn sealed(subject: PrincipalId) -> Sealed {
    Sealed { subject: subject.0, data: String::new() }
}

fn id(number: u128) -> PrincipalId {
    PrincipalId(Uuid::from_u128(number))
}

const OWNER: u128 = 1;
const ASSESSOR: u128 = 2;
const RISK: u128 = 3;
const COMPLIANCE: u128 = 4;
const BUSINESS: u128 = 5;
const OTHER_RISK: u128 = 6;

fn people() -> BTreeMap<PrincipalId, Arc<Principal>> {
    let held = [
        (OWNER, vec!["model_owner", "risk_manager"]),
        (ASSESSOR, vec!["risk_manager"]),
        (RISK, vec!["risk_manager"]),
        (COMPLIANCE, vec!["compliance_officer"]),
        (BUSINESS, vec!["business_owner"]),
        (OTHER_RISK, vec!["risk_manager"]),
    ];
    let person = |(number, roles): (u128, Vec<&str>)| {
        let name = sealed(id(number));
        let event = PrincipalRegistered { kind: PrincipalKind::User, name, email: None, responsible: None };
        let mut person = Principal::new(id(number), &event, &Stamp { at: time(0), actor: id(number) });
        person.grants = roles.into_iter().map(|role| Grant::of(GrantId(Uuid::nil()), role)).collect();
        (id(number), Arc::new(person))
    };
    held.into_iter().map(person).collect()
}

fn model(tier: &str) -> Model {
    let event = ModelRegistered {
        name: "support".to_owned(),
        purpose: "Automated customer support for common queries".to_owned(),
        use_cases: Vec::new(),
        tags: BTreeMap::new(),
        tier: tier.to_owned(),
        tier_source: TierSource::Given,
        owner: id(OWNER),
        criteria: BTreeMap::new(),
    };
    Model::new(ModelId(Uuid::from_u128(10)), &event, &Stamp { at: time(0), actor: id(OWNER) })
}

fn version(params: &[(&str, &str)], kind: VersionKind) -> Version {
    let event = VersionRegistered {
        model: ModelId(Uuid::from_u128(10)),
        number: 1,
        kind,
        stage: "STAGING".to_owned(),
        artifacts: Vec::new(),
        params: params.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        reported_metrics: BTreeMap::new(),
        datasets: Vec::new(),
        source_run: None,
    };
    Version::new(VersionId(Uuid::from_u128(11)), &event, &Stamp { at: time(0), actor: id(OWNER) })
}

/// Applies changes as the ledger does, in order, each to the aggregate that it is about.
fn apply(held: &mut BTreeMap<assent_domain::AggregateId, Aggregate>, changes: &[Change], stamp: Stamp) {
    for change in changes {
        // What is written is read: the log knows integers, texts and ASCII keys.
        let text = serde_json::to_value(&change.event).unwrap();
        assent_log::canonical::to_vec(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let event: Event = serde_json::from_value(text).unwrap();
        assert_eq!(event, change.event);
        let before = held.remove(&change.subject);
        let after = aggregate::evolve(before, change.subject.id, &event, &stamp).unwrap();
        let stored = Aggregate::from_json(after.kind(), &after.to_json().unwrap()).unwrap().unwrap();
        assert_eq!(stored, after);
        held.insert(change.subject, after);
    }
}

fn code<T: std::fmt::Debug>(result: Result<T, Refusal>) -> Code {
    result.expect_err("a refusal").code
}

fn exact(text: &str) -> Exact {
    Exact::parse(text).unwrap()
}
