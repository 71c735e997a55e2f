//! The score of a deployment.

use assent_domain::pack::DeploymentModel;
use assent_domain::risk::deployment::{Deployment, DeploymentScore, weigh};

use super::*;

fn tables() -> DeploymentModel {
    pack().risk_model().unwrap().deployment.clone()
}

fn with_report(mut version: Version, tool: &str, figures: &[(&str, f64)]) -> Version {
    let figure =
        |value| ReportedFigure { value: Decimal::new(value).unwrap(), n: None, lower: None, upper: None };
    let evidence = Evidence {
        format: "METRICS".to_owned(),
        tool: tool.to_owned(),
        tool_version: None,
        findings: BTreeMap::new(),
        metrics: figures.iter().map(|(path, value)| ((*path).to_owned(), figure(*value))).collect(),
        warnings: 0,
        report: BlobRef { sha256: Digest::of(tool.as_bytes()), size_bytes: 1 },
    };
    version = evolved(version, &Event::EvidenceAdded(evidence));
    version
}

fn evolved(version: Version, event: &Event) -> Version {
    let (id, stamp) = (version.id.0, Stamp { at: time(1), actor: id(OWNER) });
    match aggregate::evolve(Some(version.into()), id, event, &stamp) {
        Some(Aggregate::Version(version)) => (*version).clone(),
        other => panic!("{other:?}"),
    }
}

fn dataset(classification: Classification) -> Dataset {
    let event = DatasetRegistered {
        name: "rows".to_owned(),
        number: 1,
        blob: BlobRef { sha256: Digest::of(b"rows"), size_bytes: 4 },
        columns: Vec::new(),
        classification,
        sensitive_attributes: Vec::new(),
        datasheet: None,
        datasheet_card: None,
        labels: None,
        designated_for: Vec::new(),
    };
    Dataset::new(DatasetId(Uuid::from_u128(12)), &event, &Stamp { at: time(0), actor: id(OWNER) })
}

fn target(stage: &str, strategy: Option<Strategy>, replicas: Option<u32>) -> Target {
    Target { stage: stage.to_owned(), environment: None, strategy, replicas }
}

fn assess(version: &Version, data: &[Classification], target: &Target, is_new: bool) -> DeploymentScore {
    let datasets: Vec<Dataset> = data.iter().map(|classification| dataset(*classification)).collect();
    let mut version = version.clone();
    version.datasets = datasets.iter().map(|dataset| dataset.id).collect();
    deployment::assess(&tables(), &Deployment::new(&version, datasets.iter(), Some(target), is_new))
}

fn scores(score: &DeploymentScore) -> Vec<u8> {
    score.factors.iter().map(|(_, score)| *score).collect()
}

#[test]
fn the_worked_example_is_5_45_and_high() {
    let version = version(&[("parameterCount", "70000000000")], VersionKind::Llm);
    let version = with_report(version, "ci", &[("test.coverage", 0.85), ("rollback.minutes", 3.0)]);
    let to = target("PRODUCTION", Some(Strategy::BlueGreen), Some(4));
    let score = assess(&version, &[Classification::Confidential], &to, false);
    assert_eq!(scores(&score), [8, 7, 6, 3, 4, 2]);
    assert_eq!((score.score, score.class.as_str()), (exact("5.45"), "HIGH"));
    assert_eq!(score.reviews, ["tech_lead", "security_reviewer", "business_owner"]);
    assert_eq!(score.recommendations, ["Quantise or distil the model"]);
}

fn weighed(tables: &DeploymentModel, scores: [u8; 6]) -> DeploymentScore {
    let factors: Vec<(Factor, u8)> = Factor::ALL.into_iter().zip(scores).collect();
    weigh(tables, &factors)
}

#[test]
fn a_sum_of_3_is_low() {
    let score = weighed(&tables(), [2, 2, 2, 3, 6, 6]);
    assert_eq!((score.score, score.class.as_str()), (exact("3"), "LOW"));
    assert_eq!(score.reviews, ["tech_lead"]);
    assert_eq!(score.recommendations, ["Raise the test coverage first"]);
    let worst = weighed(&tables(), [8, 9, 8, 9, 8, 9]);
    assert_eq!((worst.score, worst.class.as_str()), (exact("8.55"), "CRITICAL"));
    assert_eq!(worst.reviews, ["tech_lead", "security_reviewer", "business_owner", "executive"]);
    assert_eq!(worst.recommendations.len(), 4);
}

/// All 5,120 combinations, against twentieths counted here: the weights are 4, 5, 3, 4, 2 and 2 of twenty. Floating point puts
/// some of them into another class, so the test could tell.
#[test]
fn every_combination_is_in_its_class() {
    let columns: [&[u8]; 6] =
        [&[8, 6, 4, 2], &[2, 4, 7, 9, 5], &[8, 6, 4, 2], &[9, 3, 4, 6], &[2, 4, 6, 8], &[2, 4, 6, 9]];
    let mut combinations: Vec<Vec<u8>> = vec![Vec::new()];
    for column in columns {
        combinations = combinations
            .iter()
            .flat_map(|begun| column.iter().map(|next| [begun.as_slice(), &[*next]].concat()))
            .collect();
    }
    assert_eq!(combinations.len(), 5_120);
    let class = |sum: u32| match sum {
        0..=60 => "LOW",
        61..=100 => "MEDIUM",
        101..=140 => "HIGH",
        _ => "CRITICAL",
    };
    let (tables, mut misplaced_by_floats) = (tables(), 0);
    for scores in combinations {
        let scores: [u8; 6] = scores.try_into().unwrap();
        let twentieths: u32 = scores.iter().zip([4, 5, 3, 4, 2, 2]).map(|(s, w)| u32::from(*s) * w).sum();
        let found = weighed(&tables, scores);
        assert_eq!(found.score.ten_thousandths(), twentieths * 500, "{scores:?}");
        assert_eq!(found.class, class(twentieths), "{scores:?}");
        let weights = [0.2, 0.25, 0.15, 0.2, 0.1, 0.1];
        let float = scores.iter().zip(weights).fold(0.0, |sum, (s, w)| sum + f64::from(*s) * w);
        let by_float = [(3.0, "LOW"), (5.0, "MEDIUM"), (7.0, "HIGH")];
        let by_float = by_float.iter().find(|(end, _)| float <= *end).map_or("CRITICAL", |(_, class)| class);
        misplaced_by_floats += u32::from(by_float != found.class);
    }
    assert_eq!(misplaced_by_floats, 46);
}

#[test]
fn size_is_read_and_never_understated() {
    let complexity = |params: &[(&str, &str)], kind| {
        let to = target("PRODUCTION", None, None);
        scores(&assess(&version(params, kind), &[], &to, false))[0]
    };
    let of = |number| complexity(&[("parameterCount", number)], VersionKind::Deep);
    assert_eq!([of("50000000001"), of("50000000000"), of("10_000_000_001"), of("10000000000")], [8, 6, 6, 4]);
    assert_eq!([of("1000000001"), of("1000000000"), of("0")], [4, 2, 2]);
    // What cannot be read, and what no number holds, is taken for the largest.
    assert_eq!([of("7 billion"), of("-1"), of(""), of("99999999999999999999999")], [8, 8, 8, 8]);
    assert_eq!(complexity(&[], VersionKind::Classical), 2);
    assert_eq!(complexity(&[], VersionKind::Llm), 8);
}

#[test]
fn the_most_sensitive_data_set_counts_and_an_unknown_one_is_unknown() {
    use Classification as C;
    let v = version(&[], VersionKind::Classical);
    let to = target("PRODUCTION", None, None);
    let sensitivity = |data: &[C]| scores(&assess(&v, data, &to, false))[1];
    assert_eq!(
        [C::Public, C::Internal, C::Confidential, C::Restricted].map(|c| sensitivity(&[c])),
        [2, 4, 7, 9]
    );
    assert_eq!(sensitivity(&[C::Public, C::Restricted]), 9);
    assert_eq!(sensitivity(&[]), 5);
    // One of two that the version names was not found: it could be of any class.
    let (held, mut v) = (dataset(C::Public), v);
    v.datasets = vec![held.id, DatasetId(Uuid::from_u128(99))];
    let found = deployment::assess(&tables(), &Deployment::new(&v, [&held].into_iter(), Some(&to), false));
    assert_eq!(scores(&found)[1], 5);
}

#[test]
fn scope_and_change_are_of_the_target() {
    let v = version(&[], VersionKind::Classical);
    let scope = |stage, replicas| scores(&assess(&v, &[], &target(stage, None, replicas), false))[2];
    assert_eq!(
        [scope("PRODUCTION", Some(11)), scope("PRODUCTION", Some(10)), scope("PRODUCTION", None)],
        [8, 6, 6]
    );
    assert_eq!([scope("STAGING", Some(100)), scope("DEVELOPMENT", None)], [4, 2]);
    let change =
        |strategy, is_new| scores(&assess(&v, &[], &target("PRODUCTION", strategy, None), is_new))[3];
    assert_eq!(change(Some(Strategy::BlueGreen), true), 9);
    let others = [
        Some(Strategy::BlueGreen),
        Some(Strategy::Canary),
        Some(Strategy::Rolling),
        Some(Strategy::Shadow),
        None,
    ];
    assert_eq!(others.map(|strategy| change(strategy, false)), [3, 4, 6, 6, 6]);
}

#[test]
fn of_several_reports_the_least_coverage_and_the_slowest_way_back_count() {
    let to = target("PRODUCTION", None, None);
    let last = |reports: &[(&str, &[(&str, f64)])]| {
        let start = version(&[], VersionKind::Classical);
        let v = reports.iter().fold(start, |v, (tool, figures)| with_report(v, tool, figures));
        let scores = scores(&assess(&v, &[], &to, false));
        (scores[4], scores[5])
    };
    let both =
        |coverage, minutes| last(&[("ci", &[("test.coverage", coverage), ("rollback.minutes", minutes)])]);
    assert_eq!(last(&[]), (8, 9));
    assert_eq!(both(0.9, 5.0), (2, 2));
    assert_eq!(both(0.899_999_999_999_999_9, 5.000_000_000_000_001), (4, 4));
    assert_eq!(both(0.8, 15.0), (4, 4));
    assert_eq!(both(0.7, 15.1), (6, 6));
    assert_eq!(both(0.69, 600.0), (8, 6));
    let two: [(&str, &[(&str, f64)]); 2] = [
        ("ci", &[("test.coverage", 0.95), ("rollback.minutes", 1.0)]),
        ("other", &[("test.coverage", 0.75), ("rollback.minutes", 10.0)]),
    ];
    assert_eq!(last(&two), (6, 4));
    // A newer report of the same tool takes the place of the older one.
    let newer: [(&str, &[(&str, f64)]); 2] =
        [("ci", &[("test.coverage", 0.5)]), ("ci", &[("test.coverage", 0.95)])];
    assert_eq!(last(&newer), (2, 9));
}

#[test]
fn a_plan_shows_that_there_is_a_way_back_and_not_how_long_it_takes() {
    let blob = BlobRef { sha256: Digest::of(b"plan"), size_bytes: 4 };
    let plan = Document { kind: "ROLLBACK_PLAN".to_owned(), name: "plan.md".to_owned(), blob, card: None };
    let v = evolved(version(&[], VersionKind::Classical), &Event::DocumentAttached(plan));
    assert_eq!(scores(&assess(&v, &[], &target("PRODUCTION", None, None), false))[5], 6);
}

#[test]
fn facts_say_the_score_and_approvals_do_not_bind_to_it() {
    let (pack, model) = (pack(), model("HIGH"));
    let v =
        with_report(version(&[("parameterCount", "5")], VersionKind::Deep), "ci", &[("test.coverage", 0.85)]);
    let to = target("PRODUCTION", Some(Strategy::Canary), None);
    let inputs = Inputs {
        oversight: None,
        model: &model,
        version: &v,
        datasets: &[],
        champion: None,
        target: Some(&to),
        exceptions: &[],
        change: None,
        assessment: None,
        is_first: true,
        people: &BTreeMap::new(),
        pack: &pack,
        now: time(2),
    };
    let facts = facts::build(&inputs);
    let risk = &facts["risk"];
    // 2 × 0.2 + 5 × 0.25 + 6 × 0.15 + 9 × 0.2 + 4 × 0.1 + 9 × 0.1 = 5.65
    assert_eq!(risk["deployment"]["score"], json!(5.65));
    assert_eq!(risk["deployment"]["class"], "HIGH");
    assert_eq!(
        risk["deployment"]["factors"],
        json!({"complexity": 2, "sensitivity": 5, "scope": 6, "change": 9, "coverage": 4, "rollback": 9})
    );
    assert_eq!(risk["assessment"], json!({"status": "MISSING"}));
    let later = facts::build(&Inputs { is_first: false, ..inputs });
    assert_ne!(later["risk"], facts["risk"]);
    assert_eq!(facts::evidence_digest(&later, &[]), facts::evidence_digest(&facts, &[]));
}
