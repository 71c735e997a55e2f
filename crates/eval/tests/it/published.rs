//! Figures that others have printed for real data, and those of scikit-learn and fairlearn (see `testdata/README.md`).

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;

use assent_eval::metrics::{disparate_impact_of, statistical_parity_difference};
use assent_eval::{EvaluationOptions, GroupRow, Input, Report, evaluate, scan};

fn path(relative: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(relative)
}

fn file(relative: &str) -> Input<File> {
    Input::new(relative, File::open(path(relative)).expect("the test data is there"))
}

fn texts(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

const COMPAS: &str = "../../examples/compas/data/compas_two_years.csv";

fn compas_options(positive: &[&str], min_group_size: u64) -> EvaluationOptions {
    EvaluationOptions {
        label: "two_year_recid".to_owned(),
        prediction: "score_text".to_owned(),
        positive: texts(positive),
        score: Some("decile_score".to_owned()),
        protected: texts(&["race", "sex", "age_cat"]),
        suites: texts(&["performance", "bias"]),
        min_group_size,
        ..EvaluationOptions::default()
    }
}

fn compas(positive: &[&str], min_group_size: u64) -> Report {
    evaluate(&compas_options(positive, min_group_size), file(COMPAS)).expect("the data is good")
}

fn group<'a>(report: &'a Report, attribute: &str, name: &str) -> &'a GroupRow {
    let found = report.groups.iter().find(|group| group.attribute == attribute && group.group == name);
    found.expect("the group is there")
}

fn percent(rate: Option<f64>) -> String {
    format!("{:.2}", rate.expect("defined") * 100.0)
}

fn value(report: &Report, metric: &str) -> f64 {
    report.metrics[metric].value.expect("defined")
}

#[test]
fn compas_medium_or_high_gives_the_figures_of_propublica() {
    let report = compas(&["Medium", "High"], 0);
    assert_eq!(report.rows, 7214);
    let black = group(&report, "race", "African-American");
    assert_eq!((black.tn, black.fp, black.fn_, black.tp), (990, 805, 532, 1369));
    assert_eq!(percent(black.false_positive_rate), "44.85");
    assert_eq!(percent(black.false_negative_rate), "27.99");
    let white = group(&report, "race", "Caucasian");
    assert_eq!((white.tn, white.fp, white.fn_, white.tp), (1139, 349, 461, 505));
    assert_eq!(percent(white.false_positive_rate), "23.45");
    assert_eq!(percent(white.false_negative_rate), "47.72");
    assert_eq!(percent(report.metrics["falsePositiveRate"].value), "32.35");
    assert_eq!(percent(report.metrics["falseNegativeRate"].value), "37.40");
}

#[test]
fn compas_high_only_gives_the_figures_of_propublica() {
    let report = compas(&["High"], 0);
    let black = group(&report, "race", "African-American");
    assert_eq!(
        (percent(black.false_positive_rate), percent(black.false_negative_rate)),
        ("15.82".into(), "61.02".into())
    );
    let white = group(&report, "race", "Caucasian");
    assert_eq!(
        (percent(white.false_positive_rate), percent(white.false_negative_rate)),
        ("5.44".into(), "79.81".into())
    );
}

#[test]
fn compas_small_groups_are_shown_and_not_compared() {
    // 2,454 rows are white, 637 Hispanic: the bound leaves the two groups of the published comparison.
    let report = compas(&["Medium", "High"], 1000);
    let odds = report.metrics["race.equalizedOddsDifference"];
    assert!((odds.value.expect("defined") - 0.213_925).abs() < 5e-7);
    assert_eq!(odds.n, 3696 + 2454);
    let hispanic = group(&report, "race", "Hispanic");
    assert_eq!((hispanic.n, hispanic.compared), (637, false));
    assert_eq!(report.groups.iter().filter(|group| group.attribute == "race").count(), 6);
}

#[test]
fn german_credit_gives_the_figures_of_aif360() {
    let options = EvaluationOptions {
        label: "credit".to_owned(),
        label_positive: texts(&["1"]),
        prediction: "credit".to_owned(),
        positive: texts(&["1"]),
        protected: texts(&["sex"]),
        suites: texts(&["bias"]),
        ..EvaluationOptions::default()
    };
    let input = || file("testdata/german_credit.csv");
    let state = scan(&options, input()).expect("the data is good");
    let groups = state.binary(&options).expect("it is named what is positive").groups(&options.protected);
    let (women, men) = (&groups["female"], &groups["male"]);
    assert_eq!((women.selected(), women.total(), men.selected(), men.total()), (201, 310, 499, 690));
    let parity = statistical_parity_difference(women, men).value.expect("defined");
    assert!((parity - -0.074_801_309_022_9).abs() < 1e-12, "{parity}");
    let impact = disparate_impact_of(women, men).value.expect("defined");
    assert!((impact - 0.896_567_328_205).abs() < 1e-12, "{impact}");
    let report = evaluate(&options, input()).expect("the data is good");
    assert!((value(&report, "sex.demographicParityDifference") - 0.074_801_309_022_9).abs() < 1e-12);
    assert!((value(&report, "disparateImpact") - 0.896_567_328_205).abs() < 1e-12);
}

fn golden(set: &str) -> BTreeMap<String, f64> {
    let text = std::fs::read_to_string(path("testdata/golden.json")).expect("the golden file is there");
    let mut sets: BTreeMap<String, BTreeMap<String, f64>> = serde_json::from_str(&text).expect("it is JSON");
    sets.remove(set).expect("the set is there")
}

fn assert_equal_to_golden(report: &Report, set: &str) {
    let golden = golden(set);
    assert!(golden.len() >= 6);
    for (metric, expected) in golden {
        let found = value(report, &metric);
        assert!((found - expected).abs() < 1e-9, "{set} {metric}: {found} instead of {expected}");
    }
}

#[test]
fn generated_data_gives_the_figures_of_scikit_learn_and_fairlearn() {
    let options = EvaluationOptions {
        label: "y".to_owned(),
        prediction: "yhat".to_owned(),
        score: Some("score".to_owned()),
        protected: texts(&["region", "sex"]),
        suites: texts(&["performance", "bias"]),
        ..EvaluationOptions::default()
    };
    let report = evaluate(&options, file("testdata/golden.csv")).expect("the data is good");
    assert_equal_to_golden(&report, "golden");
    assert_eq!(report.options.label_positive, texts(&["1"]));
}

#[test]
fn compas_gives_the_figures_of_scikit_learn_and_fairlearn() {
    let report = compas(&["Medium", "High"], 0);
    assert_equal_to_golden(&report, "compas");
    let worst = ["race", "sex", "age_cat"]
        .map(|attribute| value(&report, &format!("{attribute}.equalizedOddsDifference")))
        .into_iter()
        .fold(0.0, f64::max);
    assert_eq!(value(&report, "equalizedOddsDifference").to_bits(), worst.to_bits());
}
