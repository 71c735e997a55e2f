//! The figures that `examples/compas/README.md` prints, measured by this engine on the committed predictions joined with the
//! steward's labels. The same figures, to 1e-9, are what scikit-learn and fairlearn gave when `train.py` wrote the files.

use std::collections::BTreeMap;
use std::fs::{read_dir, read_to_string};
use std::path::{Path, PathBuf};

use assent_domain::pack::{Pack, Threshold};
use assent_eval::{DataFile, EvaluationOptions, Report, evaluate_joined, render_table};
use serde_json::Value;

fn path(relative: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/compas").join(relative)
}

fn file(relative: &str) -> DataFile {
    DataFile::new(relative, std::fs::read(path(relative)).expect("the example is there"))
}

/// The default pack with the documents of the demo's pack in the place of those of the same kind and id.
fn demo_pack() -> Pack {
    let mut documents: BTreeMap<(String, String), (String, Value)> = BTreeMap::new();
    for folder in ["../../packs/default", "pack"] {
        for file in yaml_files(&path(folder)) {
            let text = read_to_string(&file).expect("a text");
            let values: Vec<Value> = serde_saphyr::from_multiple(&text).expect("well-formed YAML");
            for value in values {
                let text_of = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
                let kind = text_of("kind");
                let id = if kind == "Pack" { String::new() } else { text_of("id") };
                documents.insert((kind, id), (file.display().to_string(), value));
            }
        }
    }
    Pack::compile(documents.into_values().collect()).expect("the demo's pack compiles")
}

fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let entries = read_dir(folder).expect("the pack is there").map(|entry| entry.expect("readable").path());
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = entries.partition(|path| path.is_dir());
    folders.iter().flat_map(|folder| yaml_files(folder)).chain(files).collect()
}

/// The thresholds of the demo's pack that a version fails, by `metric operator bound`.
fn failed(pack: &Pack, version: &str) -> Vec<String> {
    let set = pack.thresholds().expect("the settings name a set");
    assert_eq!(set.min_group_size, 500, "the groups compared are those that the pack compares");
    let report = measured(version);
    let holds = |threshold: &&Threshold| {
        let metric = &report.metrics[&threshold.metric];
        let enough = threshold.min_sample.is_none_or(|min| metric.n >= min);
        enough && metric.value.is_some_and(|value| threshold.operator.holds(value, threshold.bound))
    };
    let broken = set.thresholds.iter().filter(|threshold| !holds(threshold));
    broken.map(|t| format!("{} {} {}", t.metric, t.operator.symbol(), t.bound)).collect()
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
    evaluate_joined(&options, &file("labels.csv"), &predictions).expect("the example is well formed")
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
    check("v2", 0.675_675_675_675_675_7, 0.214_580_191_050_779_25);
}

#[test]
fn v3_the_constrained_mixture() {
    check("v3", 0.634_964_078_002_052_7, 0.055_706_385_118_149_85);
}

#[test]
fn by_the_demos_thresholds_v3_passes_and_the_others_fail_on_race_alone() {
    let pack = demo_pack();
    assert_eq!(
        pack.thresholds().map(|set| (set.id.as_str(), set.thresholds.len())),
        Some(("compas-demo", 3))
    );
    assert_eq!(failed(&pack, "v1"), ["race.equalizedOddsDifference <= 0.1"]);
    assert_eq!(failed(&pack, "v2"), ["race.equalizedOddsDifference <= 0.1"]);
    assert_eq!(failed(&pack, "v3"), [""; 0]);
}

#[test]
fn v3_is_unequal_by_age_as_its_model_card_says() {
    let age = measured("v3").metrics["age_cat.equalizedOddsDifference"].value.expect("defined");
    assert!((age - 0.188_868_698_953_007_56).abs() < 1e-9, "{age}");
}
