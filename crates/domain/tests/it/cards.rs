//! Model cards that are records: what they cite has to say the same, and what the facts say of them.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test that fails panics"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use assent_domain::facts::{self, Inputs};
use assent_domain::ids::{AssessmentId, DatasetId, Digest, EvaluationId, ModelId, PrincipalId, VersionId};
use assent_domain::pack::Pack;
use assent_domain::registry::card::{CardRecord, Cited, FigureClaim, NewCard, RiskClaim, SectionRecord};
use assent_domain::registry::event::{ModelRegistered, TierSource, VersionRegistered};
use assent_domain::registry::{
    Document, Evaluation, GroupCounts, Metric, Model, Version, VersionCommand, VersionKind, attach_card,
    decide_version,
};
use assent_domain::risk::Assessment;
use assent_domain::values::{BlobRef, Decimal, Provenance};
use assent_domain::{Aggregate, Code, Event, Stamp, Time, aggregate};
use serde_json::{Value, json};
use uuid::Uuid;

fn stamp() -> Stamp {
    Stamp { at: now(), actor: PrincipalId(Uuid::from_u128(1)) }
}

fn now() -> Time {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn pack() -> Pack {
    let documents = [
        json!({"kind": "Pack", "id": "test", "title": "Test"}),
        json!({"kind": "Settings", "id": "s", "thresholdSet": "t", "primaryMetric": "f1", "complianceLevel": "MODERATE"}),
        json!({"kind": "Role", "id": "reviewer", "title": "R", "permissions": ["READ", "REVIEW"]}),
        json!({"kind": "Role", "id": "admin", "title": "A", "permissions": ["MANAGE_GRANTS"]}),
        json!({"kind": "Tier", "id": "LOW", "title": "Low", "rank": 1, "riskLevel": "LOW"}),
        json!({"kind": "Stage", "id": "DEV", "title": "D", "order": 1}),
        json!({"kind": "Suite", "id": "bias", "title": "Bias"}),
        json!({"kind": "ThresholdSet", "id": "t", "title": "T", "thresholds": []}),
    ];
    let documents = documents.into_iter().map(|document| ("test.yaml".to_owned(), document)).collect();
    Pack::compile(documents).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn model() -> Model {
    let event = ModelRegistered {
        name: "scoring".to_owned(),
        purpose: "score".to_owned(),
        use_cases: vec![],
        tags: BTreeMap::new(),
        tier: "LOW".to_owned(),
        tier_source: TierSource::Given,
        owner: PrincipalId(Uuid::from_u128(2)),
        criteria: BTreeMap::new(),
    };
    Model::new(ModelId(Uuid::from_u128(10)), &event, &stamp())
}

/// A version from the run `run-7`, evaluated once.
fn version(evaluation: u128) -> Version {
    let event = VersionRegistered {
        model: ModelId(Uuid::from_u128(10)),
        number: 1,
        kind: VersionKind::Classical,
        stage: "DEV".to_owned(),
        artifacts: vec![],
        params: BTreeMap::new(),
        reported_metrics: BTreeMap::from([("f1".to_owned(), Decimal::new(0.9).unwrap())]),
        datasets: vec![],
        source_run: Some("run-7".to_owned()),
    };
    let version = Version::new(VersionId(Uuid::from_u128(11)), &event, &stamp());
    let metric = |value, n| Metric { value: Decimal::new(value), n, reason: None };
    let counts = GroupCounts {
        attribute: "sex".to_owned(),
        group: "f".to_owned(),
        compared: true,
        tn: 3,
        fp: 1,
        fn_: 0,
        tp: 4,
    };
    let evaluated = Evaluation {
        id: EvaluationId(Uuid::from_u128(evaluation)),
        suites: vec!["bias".to_owned()],
        provenance: Provenance::Measured,
        dataset: DatasetId(Uuid::from_u128(13)),
        data_sha256: Digest::of(b"data"),
        predictions_sha256: Digest::of(b"predictions"),
        rows: 400,
        min_group_size: 50,
        engine: "test 1".to_owned(),
        metrics: BTreeMap::from([("accuracy".to_owned(), metric(0.875, 400))]),
        groups: vec![counts],
    };
    after(version, &Event::EvaluationRecorded(evaluated))
}

fn after(version: Version, event: &Event) -> Version {
    let id = version.id.0;
    let evolved = aggregate::evolve(Some(version.into()), id, event, &stamp());
    let Some(Aggregate::Version(version)) = evolved else { panic!() };
    Arc::unwrap_or_clone(version)
}

fn claim() -> FigureClaim {
    FigureClaim {
        pointer: "/metrics/figures/3".to_owned(),
        cites: Cited::Evaluation(EvaluationId(Uuid::from_u128(12))),
        metric: "accuracy".to_owned(),
        group: None,
        value: 0.875,
        n: None,
        data_sha256: String::new(),
    }
}

fn card(figures: Vec<FigureClaim>, risks: Vec<RiskClaim>) -> NewCard {
    let section = |section: &str, answered, missing: &[&str]| SectionRecord {
        section: section.to_owned(),
        answered,
        asked: answered + u32::try_from(missing.len()).unwrap(),
        missing: missing.iter().map(|field| (*field).to_owned()).collect(),
    };
    let record = CardRecord {
        form: "assent.model-card/1".to_owned(),
        sections: vec![section("details", 3, &["licence"]), section("risks", 0, &["risks"])],
        evaluations: vec![EvaluationId(Uuid::from_u128(12))],
    };
    let blob = BlobRef { sha256: Digest::of(b"card"), size_bytes: 4 };
    let document =
        Document { kind: "MODEL_CARD".to_owned(), name: "card.json".to_owned(), blob, card: Some(record) };
    NewCard { document, figures, risks }
}

/// What is said against a card; nothing if it is taken.
fn against(card: NewCard, assessments: &[Arc<Assessment>]) -> Option<String> {
    let refusal = attach_card(&model(), &version(12), card, assessments).err()?;
    assert_eq!(refusal.code, Code::DataInvalid);
    Some(refusal.message)
}

#[test]
fn a_figure_that_cites_an_evaluation_is_the_figure_of_that_evaluation() {
    let of_group = |metric: &str, value| FigureClaim {
        metric: metric.to_owned(),
        group: Some(("sex".to_owned(), "f".to_owned())),
        value,
        n: Some(8),
        ..claim()
    };
    let of_run =
        FigureClaim { cites: Cited::Run("run-7".to_owned()), metric: "f1".to_owned(), value: 0.9, ..claim() };
    let good = vec![
        claim(),
        FigureClaim { n: Some(400), data_sha256: Digest::of(b"data").to_string(), ..claim() },
        of_group("falsePositiveRate", 0.25),
        of_group("selectionRate", 0.625),
        of_run.clone(),
    ];
    assert_eq!(against(card(good, vec![]), &[]), None);
    let other = EvaluationId(Uuid::from_u128(99));
    for (claim, part) in [
        (
            FigureClaim { value: 0.88, ..claim() },
            "the card says 0.88 for `accuracy`, and the evaluation says 0.875: they differ by",
        ),
        (FigureClaim { value: 0.874_999_999, ..claim() }, "they differ by"),
        (FigureClaim { metric: "recall".to_owned(), ..claim() }, "has no figure `recall`"),
        (FigureClaim { n: Some(399), ..claim() }, "rests on 400 rows, and not on 399"),
        (FigureClaim { data_sha256: "0".repeat(64), ..claim() }, "used the data"),
        (
            FigureClaim { cites: Cited::Evaluation(other), ..claim() },
            "is not the latest evaluation of this version",
        ),
        (of_group("falsePositiveRate", 0.5), "`falsePositiveRate` of `sex: f`"),
        (of_group("accuracy", 0.875), "has no figure `accuracy` of `sex: f`"),
        (
            FigureClaim {
                group: Some(("sex".to_owned(), String::new())),
                ..of_group("selectionRate", 0.625)
            },
            "has no figure",
        ),
        (FigureClaim { value: 0.91, ..of_run.clone() }, "and the run says 0.9"),
        (FigureClaim { metric: "auc".to_owned(), ..of_run.clone() }, "the run reported no figure `auc`"),
        (
            FigureClaim { cites: Cited::Run("run-8".to_owned()), ..of_run },
            "does not come from the run `run-8`",
        ),
    ] {
        let said = against(card(vec![claim], vec![]), &[]).expect(part);
        assert!(said.contains(part) && said.starts_with("`/metrics/figures/3` of the card"), "{said}");
    }
}

fn assessment(id: u128, model: u128, version: Option<u128>, lifecycle: &Value) -> Arc<Assessment> {
    let uuid = |id: u128| Uuid::from_u128(id).to_string();
    let risk = json!({"id": "bias", "category": "FAIRNESS", "likelihood": 3, "impact": 4, "effectiveness": "0.6",
        "inherent": 12, "residual": "4.8", "band": "LOW", "answered": true});
    let result = json!({"tier": "LOW", "rise": 0, "risks": [risk], "overall": {"tenThousandths": 0, "impacts": 4},
        "class": "LOW", "high": 0, "medium": 0, "low": 1});
    let held = json!({"id": uuid(id), "model": uuid(model), "version": version.map(uuid),
        "started": {"at": now().to_string(), "by": uuid(1)}, "templates": [],
        "submitted": {"result": result, "roles": []}, "lifecycle": lifecycle});
    Arc::new(serde_json::from_value(held).unwrap())
}

#[test]
fn a_risk_that_cites_an_assessment_is_the_risk_of_that_assessment() {
    let approved =
        json!({"state": "APPROVED", "recorded": {"at": now().to_string(), "by": Uuid::from_u128(1)}});
    let held = [
        assessment(20, 10, None, &approved),
        assessment(21, 10, Some(77), &approved),
        assessment(22, 66, None, &approved),
        assessment(23, 10, Some(11), &json!({"state": "SUBMITTED"})),
    ];
    let claim = || RiskClaim {
        pointer: "/risks/risks/0".to_owned(),
        assessment: AssessmentId(Uuid::from_u128(20)),
        risk: "bias".to_owned(),
        likelihood: "3".to_owned(),
        impact: "4".to_owned(),
        residual: "4.80".to_owned(),
    };
    let cites = |id| RiskClaim { assessment: AssessmentId(Uuid::from_u128(id)), ..claim() };
    assert_eq!(against(card(vec![], vec![claim()]), &held), None);
    let silent =
        RiskClaim { likelihood: String::new(), impact: String::new(), residual: String::new(), ..claim() };
    assert_eq!(against(card(vec![], vec![silent]), &held), None);
    for (claim, part) in [
        (
            RiskClaim { residual: "2".to_owned(), ..claim() },
            "says `2` for the residual of `bias`, and the assessment says 4.8",
        ),
        (RiskClaim { impact: "low".to_owned(), ..claim() }, "for the impact"),
        (RiskClaim { likelihood: "1".to_owned(), ..claim() }, "for the likelihood"),
        (RiskClaim { risk: "drift".to_owned(), ..claim() }, "has no risk `drift`"),
        (cites(21), "there is no assessment"),
        (cites(22), "there is no assessment"),
        (cites(23), "does not count: it is SUBMITTED"),
        (cites(24), "there is no assessment"),
    ] {
        let said = against(card(vec![], vec![claim]), &held).expect(part);
        assert!(said.contains(part), "{said}");
    }
    // Who decides without having looked for the assessments takes none for granted.
    let command = VersionCommand::AttachCard(card(vec![], vec![claim()]));
    assert!(decide_version(&model(), &version(12), command, &pack()).is_err());
}

fn facts_of(version: &Version) -> Value {
    let (model, pack) = (model(), pack());
    facts::build(&Inputs {
        oversight: None,
        model: &model,
        version,
        datasets: &[],
        champion: None,
        target: None,
        exceptions: &[],
        assessment: None,
        is_first: true,
        people: &BTreeMap::new(),
        change: None,
        pack: &pack,
        now: now(),
    })
}

#[test]
fn the_facts_say_how_much_of_the_newest_card_is_filled_in() {
    let bare = version(12);
    assert_eq!(facts_of(&bare)["card"], json!({"present": false}));
    let changes = attach_card(&model(), &bare, card(vec![claim()], vec![]), &[]).unwrap();
    let carded = after(bare, &changes[0].event);
    let expected = json!({"present": true, "form": "assent.model-card/1", "completeness": 0.6,
        "sections": {"details": 0.75, "risks": 0.0}, "missing": ["risks"],
        "missingFields": ["details.licence", "risks.risks"], "upToDate": true});
    let facts = facts_of(&carded);
    assert_eq!(facts["card"], expected);
    assert_eq!(facts["documents"]["byKind"]["MODEL_CARD"]["completeness"], 0.6);
    // The stored form reads back, and a document of no form is written as it always was.
    let stored = serde_json::to_value(&carded).unwrap();
    assert_eq!(serde_json::from_value::<Version>(stored).unwrap(), carded);
    let blob = BlobRef { sha256: Digest::of(b"x"), size_bytes: 1 };
    let plain = Document { kind: "MODEL_CARD".to_owned(), name: "card.md".to_owned(), blob, card: None };
    assert!(serde_json::to_value(&plain).unwrap().get("card").is_none());
    // Another evaluation takes the place of the one that is cited, and a free document that of the card.
    let newer = version(14).suites["bias"].evaluation.clone();
    let outdated = after(carded, &Event::EvaluationRecorded(newer));
    assert_eq!(facts_of(&outdated)["card"]["upToDate"], false);
    let free = after(outdated, &Event::DocumentAttached(plain));
    assert_eq!(facts_of(&free)["card"], json!({"present": true}));
}
