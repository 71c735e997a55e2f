//! The figures that `examples/compas/README.md` prints, measured by this engine on the committed predictions joined with the
//! steward's labels. The same figures, to 1e-9, are what scikit-learn and fairlearn gave when `train.py` wrote the files.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "the helpers of tests may fail as tests do"
)]

use std::fs::{File, read_to_string};
use std::path::PathBuf;

use assent_eval::{EvaluationOptions, Input, Report, evaluate_joined, render_table};

fn path(relative: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/compas").join(relative)
}

fn file(relative: &str) -> Input<File> {
    Input::new(relative, File::open(path(relative)).expect("the example is there"))
}

fn measured(version: &str) -> Report {
    let texts = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
    let options = EvaluationOptions {
        label: "two_year_recid".to_owned(),
        prediction: "prediction".to_owned(),
        positive: if version == "v1" { texts(&["Medium", "High"]) } else { Vec::new() },
        score: Some("score".to_owned()),
        protected: texts(&["race", "sex", "age_cat"]),
        suites: texts(&["performance", "bias"]),
        min_group_size: 500,
        id: Some("id".to_owned()),
        ..EvaluationOptions::default()
    };
    let predictions = file(&format!("{version}/predictions.csv"));
    evaluate_joined(&options, file("labels.csv"), predictions).expect("the example is well formed")
}

fn check(version: &str, accuracy: f64, odds: f64) {
    let report = measured(version);
    let text = render_table(&report);
    let value = |metric: &str| report.metrics[metric].value.expect("defined");
    assert_eq!(report.rows, 2923, "{text}");
    assert!((value("accuracy") - accuracy).abs() < 1e-9, "{text}");
    assert!((value("race.equalizedOddsDifference") - odds).abs() < 1e-9, "{text}");
    let readme = read_to_string(path("README.md")).expect("the example has a README");
    let percent = |metric: &str| format!("{:.2} %", value(metric) * 100.0);
    let line = format!(
        "| {version} | {} | {} | {} | {} | {:.4} | {:.4} | {:.4} |",
        percent("accuracy"),
        percent("precision"),
        percent("recall"),
        percent("f1"),
        value("rocAuc"),
        value("race.equalizedOddsDifference"),
        value("race.disparateImpact")
    );
    assert!(readme.contains(&line), "the README lacks this line:\n{line}\n\n{text}");
}

#[test]
fn v1_the_vendors_score() {
    check("v1", 0.660_964_762_230_585, 0.239_709_857_632_005_75);
}

#[test]
fn v2_the_plain_regression() {
    check("v2", 0.678_070_475_538_829_9, 0.239_969_834_087_481_18);
}

#[test]
fn v3_the_constrained_mixture() {
    check("v3", 0.591_515_566_199_110_5, 0.054_248_366_013_071_925);
}

#[test]
fn v3_alone_stays_within_the_default_bound_on_race_and_only_there() {
    let odds = |version: &str, path: &str| measured(version).metrics[path].value.expect("defined");
    assert!(odds("v1", "race.equalizedOddsDifference") > 0.1);
    assert!(odds("v2", "race.equalizedOddsDifference") > 0.1);
    assert!(odds("v3", "race.equalizedOddsDifference") <= 0.1);
    assert!(odds("v3", "age_cat.equalizedOddsDifference") > 0.1, "the model card says so");
}
