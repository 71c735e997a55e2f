//! Facts, findings, compliance and grants, by table.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::float_cmp,
    clippy::items_after_statements,
    missing_docs,
    reason = "a test that fails panics; the scores compared are exact quotients"
)]

use std::collections::{BTreeMap, BTreeSet};

use assent_domain::facts::{self, Inputs, Target};
use assent_domain::identity::event::PrincipalRegistered;
use assent_domain::identity::{
    self, Grant, Permission, Principal, PrincipalKind, Scope, authorise, holds_role,
};
use assent_domain::ids::{DatasetId, Digest, EvaluationId, GrantId, ModelId, PrincipalId, VersionId};
use assent_domain::pack::Pack;
use assent_domain::policy::{self, ComplianceStatus, FindingStatus};
use assent_domain::registry::event::{ModelRegistered, TierSource, VersionRegistered};
use assent_domain::registry::{Document, Evaluation, GroupCounts, Metric, Model, Version, VersionKind};
use assent_domain::values::{BlobRef, Decimal, Provenance};
use assent_domain::{Aggregate, Code, Event, Sealed, Stamp, Time, aggregate};
use serde_json::{Value, json};
use uuid::Uuid;

fn time(text: &str) -> Time {
    text.parse().unwrap()
}

const NOON: &str = "2026-11-21T12:00:00Z";

fn stamp(at: &str) -> Stamp {
    Stamp { at: time(at), actor: PrincipalId(Uuid::from_u128(1)) }
}

/// A pack with the given policies, one threshold, and the least that a pack needs.
fn pack(policies: &[Value]) -> Pack {
    let threshold = json!({
        "suite": "bias", "metric": "race.equalizedOddsDifference", "operator": "<=", "bound": 0.1, "minSample": 100,
    });
    pack_with(&[threshold], policies)
}

fn pack_with(thresholds: &[Value], policies: &[Value]) -> Pack {
    let mut documents = vec![
        json!({"kind": "Pack", "id": "test", "title": "Test"}),
        json!({"kind": "Settings", "id": "s", "thresholdSet": "t", "primaryMetric": "f1", "complianceLevel": "MODERATE"}),
        json!({"kind": "Role", "id": "reviewer", "title": "R", "permissions": ["READ", "REVIEW"]}),
        json!({"kind": "Role", "id": "admin", "title": "A", "permissions": ["MANAGE_GRANTS"]}),
        json!({"kind": "Tier", "id": "HIGH", "title": "High", "rank": 2, "riskLevel": "HIGH"}),
        json!({"kind": "Tier", "id": "LOW", "title": "Low", "rank": 1, "riskLevel": "LOW"}),
        json!({"kind": "Stage", "id": "DEV", "title": "D", "order": 1}),
        json!({"kind": "Stage", "id": "PROD", "title": "P", "order": 2}),
        json!({"kind": "Suite", "id": "bias", "title": "Bias", "maxAge": "2d"}),
        json!({"kind": "ThresholdSet", "id": "t", "title": "T", "minGroupSize": 50, "thresholds": thresholds}),
    ];
    documents.extend_from_slice(policies);
    let documents = documents.into_iter().map(|document| ("test.yaml".to_owned(), document)).collect();
    Pack::compile(documents).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn policy(id: &str, severity: &str, enforcement: &str, condition: &str) -> Value {
    json!({"kind": "Policy", "id": id, "name": id, "version": "1", "category": "QUALITY", "severity": severity,
           "enforcement": enforcement, "rules": [{"id": "r", "condition": condition, "message": "m"}]})
}

fn model() -> Model {
    let event = ModelRegistered {
        name: "scoring".to_owned(),
        purpose: "score".to_owned(),
        use_cases: vec![],
        tags: BTreeMap::from([("team".to_owned(), "größe".to_owned())]),
        tier: "HIGH".to_owned(),
        tier_source: TierSource::Given,
        owner: PrincipalId(Uuid::from_u128(2)),
        criteria: BTreeMap::new(),
    };
    Model::new(ModelId(Uuid::from_u128(10)), &event, &stamp(NOON))
}

fn version() -> Aggregate {
    let event = VersionRegistered {
        model: ModelId(Uuid::from_u128(10)),
        number: 1,
        kind: VersionKind::Classical,
        stage: "DEV".to_owned(),
        artifacts: vec![],
        params: BTreeMap::new(),
        reported_metrics: BTreeMap::from([("f1".to_owned(), Decimal::new(0.9).unwrap())]),
        datasets: vec![],
        source_run: None,
    };
    Version::new(VersionId(Uuid::from_u128(11)), &event, &stamp(NOON)).into()
}

fn evaluation(value: Option<f64>, n: u64, provenance: Provenance) -> Event {
    let counts = |group: &str, fp| GroupCounts {
        attribute: "race".to_owned(),
        group: group.to_owned(),
        compared: true,
        tn: 90,
        fp,
        fn_: 20,
        tp: 80,
    };
    Event::EvaluationRecorded(Evaluation {
        id: EvaluationId(Uuid::from_u128(12)),
        suites: vec!["bias".to_owned()],
        provenance,
        dataset: DatasetId(Uuid::from_u128(13)),
        data_sha256: Digest::of(b"data"),
        predictions_sha256: Digest::of(b"predictions"),
        rows: 400,
        min_group_size: 50,
        engine: "test 1".to_owned(),
        metrics: BTreeMap::from([(
            "race.equalizedOddsDifference".to_owned(),
            Metric { value: value.and_then(Decimal::new), n, reason: None },
        )]),
        groups: vec![counts("a", 10), counts("b", 40)],
    })
}

fn after(version: Aggregate, event: &Event, at: &str) -> Aggregate {
    aggregate::evolve(Some(version), Uuid::from_u128(11), event, &stamp(at)).unwrap()
}

fn facts_of(version: &Aggregate, pack: &Pack, now: &str) -> Value {
    let Aggregate::Version(version) = version else { panic!() };
    let target = Target { stage: "PROD".to_owned(), environment: None, strategy: None, replicas: None };
    let model = model();
    let inputs = Inputs {
        oversight: None,
        model: &model,
        version,
        datasets: &[],
        champion: None,
        change: None,
        target: Some(&target),
        exceptions: &[],
        assessment: None,
        is_first: true,
        people: &BTreeMap::new(),
        pack,
        now: time(now),
    };
    facts::build(&inputs)
}

fn statuses(version: &Aggregate, pack: &Pack, now: &str) -> Vec<(String, FindingStatus, Option<String>)> {
    let facts = facts_of(version, pack, now);
    let Aggregate::Version(version) = version else { panic!() };
    let findings = policy::check(pack, &model(), version, "PROD", &facts, time(now));
    findings.into_iter().map(|f| (f.policy, f.status, f.detail)).collect()
}

#[test]
fn a_missing_fact_fails_and_a_guarded_one_does_not() {
    let pack = pack(&[
        policy("1-missing", "LOW", "BLOCKING", "evaluation.suites['bias'].status == 'PASSED'"),
        policy("2-guarded", "LOW", "BLOCKING", "!has(version.sourceRun) || version.sourceRun != ''"),
        policy("3-error", "LOW", "BLOCKING", "version.number / (version.number - 1) > 0"),
        policy("4-helper", "LOW", "BLOCKING", "reported('f1') >= 0.9"),
        policy("5-unreported", "LOW", "BLOCKING", "reported('accuracy') >= 0.9"),
    ]);
    let found = statuses(&version(), &pack, NOON);
    let status: Vec<_> = found.iter().map(|(_, status, _)| *status).collect();
    use FindingStatus::{Error, Failed, Passed};
    assert_eq!(status, [Failed, Passed, Error, Passed, Failed]);
    assert!(found[0].2.as_ref().unwrap().starts_with("missing fact: evaluation"), "{found:?}");
    assert!(found[2].2.as_ref().unwrap().contains("zero"), "{found:?}");
}

#[test]
fn thresholds_judge_the_latest_evaluation() {
    let pack = pack(&[policy("p", "LOW", "BLOCKING", "passed('bias')")]);
    let status =
        |version: &Aggregate, now| facts_of(version, &pack, now)["evaluation"]["suites"]["bias"].clone();
    let good = after(version(), &evaluation(Some(0.1), 400, Provenance::Measured), NOON);
    assert_eq!(status(&good, NOON)["status"], "PASSED");
    assert_eq!(status(&good, "2026-11-23T11:59:59.999Z")["stale"], false);
    assert_eq!(status(&good, "2026-11-23T12:00:00Z")["stale"], true);

    let cases = [(Some(0.100_001), 400), (None, 400), (Some(0.01), 99)];
    for (value, n) in cases {
        let bad = after(good.clone(), &evaluation(value, n, Provenance::Measured), NOON);
        let suite = status(&bad, NOON);
        assert_eq!((&suite["status"], &suite["attempts"]), (&json!("FAILED"), &json!(2)), "{value:?} {n}");
        let groups = suite["failed"][0]["groups"].as_array().unwrap();
        assert_eq!(groups.len(), 2);
        assert_eq!(groups[1]["falsePositiveRate"], json!(40.0 / 130.0));
    }
    let Event::EvaluationRecorded(mut other) = evaluation(Some(0.0), 400, Provenance::Measured) else {
        panic!()
    };
    other.min_group_size = 0;
    let other = after(version(), &Event::EvaluationRecorded(other), NOON);
    assert_eq!(status(&other, NOON)["stale"], true, "groups of another size were compared");
}

#[test]
fn a_figure_passes_on_its_side_of_the_bound() {
    let cases = [
        (">=", [false, true, true]),
        (">", [false, false, true]),
        ("<=", [true, true, false]),
        ("<", [true, false, false]),
    ];
    for (operator, expect) in cases {
        let threshold = json!({
            "suite": "bias", "metric": "race.equalizedOddsDifference", "operator": operator, "bound": 0.1,
        });
        let pack = pack_with(&[threshold], &[]);
        let status = [0.099_999, 0.1, 0.100_001].map(|value| {
            let version = after(version(), &evaluation(Some(value), 400, Provenance::Measured), NOON);
            let facts = facts_of(&version, &pack, NOON);
            let suite = &facts["evaluation"]["suites"]["bias"];
            assert_eq!(suite["thresholds"][0]["operator"], operator);
            suite["status"].as_str().unwrap().to_owned()
        });
        let expect = expect.map(|passes| if passes { "PASSED" } else { "FAILED" });
        assert_eq!(status, expect, "below, on and above the bound: {operator}");
    }
}

#[test]
fn provenance_tells_claims_from_measurements() {
    let pack = pack(&[policy("p", "LOW", "BLOCKING", "measured('race.equalizedOddsDifference') <= 0.1")]);
    let with = |provenance| after(version(), &evaluation(Some(0.05), 400, provenance), NOON);
    for (provenance, expect) in [
        (Provenance::Reported, FindingStatus::Failed),
        (Provenance::Computed, FindingStatus::Failed),
        (Provenance::Measured, FindingStatus::Passed),
        (Provenance::ReExecuted, FindingStatus::Passed),
    ] {
        assert_eq!(statuses(&with(provenance), &pack, NOON)[0].1, expect, "{provenance:?}");
    }
}

#[test]
fn evidence_moves_with_evidence_and_not_with_the_clock() {
    let pack = pack(&[policy("p", "LOW", "BLOCKING", "passed('bias')")]);
    let digest = |version: &Aggregate, now| {
        let facts = facts_of(version, &pack, now);
        let Aggregate::Version(version) = version else { panic!() };
        let findings = policy::check(&pack, &model(), version, "PROD", &facts, time(now));
        facts::evidence_digest(&facts, &findings)
    };
    let version = after(version(), &evaluation(Some(0.05), 400, Provenance::Measured), NOON);
    let before = digest(&version, NOON);
    assert_eq!(before, digest(&version, "2027-11-21T12:00:00Z"), "a year alone");
    let blob = BlobRef { sha256: Digest::of(b"x"), size_bytes: 1 };
    let document = Document { kind: "MODEL_CARD".to_owned(), name: "card".to_owned(), blob, card: None };
    let attached = after(version.clone(), &Event::DocumentAttached(document), NOON);
    assert_ne!(before, digest(&attached, NOON));
    let again = after(version, &evaluation(Some(0.05), 400, Provenance::Measured), NOON);
    assert_ne!(before, digest(&again, NOON), "the number of attempts is evidence");
}

#[test]
fn the_score_weighs_policies_and_never_opens_a_gate() {
    let (yes, no) = ("true", "false");
    let check = |policies: &[(&str, &str, &str)], score: Option<f64>, status| {
        let policies: Vec<Value> = policies
            .iter()
            .enumerate()
            .map(|(i, (severity, enforcement, condition))| {
                policy(&i.to_string(), severity, enforcement, condition)
            })
            .collect();
        let pack = pack(&policies);
        let version = version();
        let facts = facts_of(&version, &pack, NOON);
        let Aggregate::Version(version) = &version else { panic!() };
        let findings = policy::check(&pack, &model(), version, "PROD", &facts, time(NOON));
        let compliance = policy::compliance(&findings, pack.settings().compliance_level);
        assert_eq!((compliance.score, compliance.status), (score, status), "{policies:?}");
    };
    use ComplianceStatus::{Compliant, NonCompliant, NotAssessed};
    check(&[], None, NotAssessed);
    check(&[("LOW", "BLOCKING", yes)], Some(1.0), Compliant);
    check(&[("CRITICAL", "BLOCKING", yes), ("LOW", "BLOCKING", no)], Some(5.0 / 6.0), NonCompliant);
    check(&[("CRITICAL", "BLOCKING", yes), ("LOW", "ADVISORY", no)], Some(5.0 / 6.0), Compliant);
    check(&[("HIGH", "BLOCKING", yes), ("LOW", "ADVISORY", no)], Some(3.0 / 4.0), NonCompliant);
}

fn principal(grants: Vec<Grant>) -> Principal {
    let name = Sealed { subject: Uuid::from_u128(3), data: String::new() };
    let event = PrincipalRegistered { kind: PrincipalKind::User, name, email: None, responsible: None };
    let mut principal = Principal::new(PrincipalId(Uuid::from_u128(3)), &event, &stamp(NOON));
    principal.grants = grants;
    principal
}

fn grant(role: &str, scope: Scope) -> Grant {
    Grant { scope, ..Grant::of(GrantId(Uuid::from_u128(4)), role) }
}

#[test]
fn grants_hold_within_scope_and_period() {
    let pack = pack(&[]);
    let model = model();
    let other = Model {
        tier: "LOW".to_owned(),
        id: ModelId(Uuid::from_u128(99)),
        tags: BTreeMap::new(),
        ..model.clone()
    };
    let set = |text: &str| Some(BTreeSet::from([text.to_owned()]));
    let scopes = [
        Scope { tiers: set("HIGH"), ..Scope::default() },
        Scope { models: Some(BTreeSet::from([model.id])), ..Scope::default() },
        Scope { tags: set("team"), ..Scope::default() },
        Scope { tags: set("team=größe"), ..Scope::default() },
    ];
    for scope in scopes {
        let person = principal(vec![grant("reviewer", scope)]);
        let may =
            |target| authorise(&person, Permission::Review, target, &pack, time(NOON)).map_err(|r| r.code);
        assert_eq!(may(identity::Target::Model(&model)), Ok(()));
        assert_eq!(may(identity::Target::Model(&other)), Err(Code::PermissionMissing));
        assert_eq!(
            may(identity::Target::Platform),
            Err(Code::PermissionMissing),
            "a scoped grant is not for all"
        );
    }
    let period = Grant {
        from: Some(time("2026-11-21T12:00:00Z")),
        until: Some(time("2026-11-21T13:00:00Z")),
        ..grant("reviewer", Scope::default())
    };
    let person = principal(vec![period]);
    for (now, expect) in [
        ("2026-11-21T11:59:59.999Z", false),
        ("2026-11-21T12:00:00Z", true),
        ("2026-11-21T12:59:59.999Z", true),
        ("2026-11-21T13:00:00Z", false),
    ] {
        assert_eq!(
            holds_role(&person, "reviewer", identity::Target::Model(&model), time(now)),
            expect,
            "{now}"
        );
    }
    let nobody = principal(vec![]);
    let refused = authorise(&nobody, Permission::ManageGrants, identity::Target::Platform, &pack, time(NOON));
    assert!(refused.unwrap_err().message.contains("admin"), "the refusal names the roles that may");
}

#[test]
fn facts_are_what_the_schema_declares() {
    let pack = pack(&[]);
    let version = after(version(), &evaluation(Some(0.5), 400, Provenance::Measured), NOON);
    let mut facts = facts_of(&version, &pack, NOON);
    let champion = facts["version"].clone();
    facts["champion"] = json!({"version": champion, "evaluation": facts["evaluation"]});
    conforms(&facts::json_schema(), &facts, "facts");
}

/// The part of JSON Schema that the facts use.
fn conforms(schema: &Value, value: &Value, place: &str) {
    let Some(ty) = schema.get("type").and_then(Value::as_str) else { return };
    let fits = match ty {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        _ => false,
    };
    assert!(fits, "{place} is no {ty}: {value}");
    for (key, member) in value.as_object().into_iter().flatten() {
        let inner = schema.pointer("/properties").and_then(|properties| properties.get(key));
        let inner = inner.or(schema.get("additionalProperties").filter(|rest| rest.is_object()));
        conforms(
            inner.unwrap_or_else(|| panic!("{place}.{key} is not declared")),
            member,
            &format!("{place}.{key}"),
        );
    }
    for item in value.as_array().into_iter().flatten() {
        conforms(&schema["items"], item, &format!("{place}[]"));
    }
}
