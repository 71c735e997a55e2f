//! The training examples, run with the packages they name, from data to the answer of the gate.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::remote::{Client, begin, person};
use crate::support::{repository, run};

/// Where `cargo xtask` puts the interpreter that has scikit-learn.
const VARIABLE: &str = "ASSENT_REFERENCE_PYTHON";

fn train(script: &str, folder: &Path) {
    let python = std::env::var_os(VARIABLE).unwrap_or_else(|| {
        panic!("{VARIABLE} is not set: run `cargo xtask reference cargo nextest run -p assent`")
    });
    let trained =
        run(Command::new(python).arg("-B").arg(repository("examples/credit").join(script)).arg(folder));
    assert_eq!(trained.code, 0, "{trained:?}");
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn registered(steward: &Client, folder: &Path) {
    let register = |name: &str, path: &Path, more: &[&str]| {
        let first = ["dataset", "register", name, "--number", "1", "--classification", "RESTRICTED"];
        steward.json(&[&first[..], &["--file", text(path)], more].concat());
    };
    let data = repository("examples/credit/data/german_credit.csv");
    register("german-credit", &data, &["--sensitive", "sex,age,foreign_worker"]);
    let held =
        ["--sensitive", "sex,age_group", "--id-column", "row", "--label", "bad", "--label-positive", "1"];
    let held = [&held[..], &["--designated-for", "performance,bias"]].concat();
    register("german-credit-labels", &folder.join("labels.csv"), &held);
}

#[test]
fn a_forest_and_a_network_are_trained_registered_measured_and_gated() {
    let (folder, _, server, admin) = begin();
    let owner = person(&admin, "Olga", &["model_owner"]);
    let steward = person(&admin, "Sven", &["data_steward"]);
    train("random_forest.py", folder.path());
    train("neural_network.py", folder.path());
    registered(&steward, folder.path());
    owner.json(&["model", "register", "credit", "--purpose", "prototype that sorts applications for credit"]);

    for (number, kind) in [(1, "CLASSICAL"), (2, "DEEP")] {
        let layout = folder.path().join(format!("models/v{number}"));
        let version = owner.json(&["version", "register", "--from-layout", text(&layout)])["object"].clone();
        assert_eq!((&version["number"], &version["kind"]), (&json!(number), &json!(kind)));
        assert_eq!(version["datasets"].as_array().unwrap().len(), 1);
        let name = format!("credit:{number}");
        let predictions = layout.join("predictions.csv");
        let on = ["evaluate", "--version", &name, "--dataset", "german-credit-labels:1"];
        let of = ["--predictions", text(&predictions), "--prediction", "prediction", "--positive", "1"];
        let suites = ["--suite", "performance,bias", "--score", "score"];
        owner.json(&[&on[..], &of[..], &suites[..]].concat());

        // What the script reports, the engine measures on the labels that the steward holds.
        let shown = owner.json(&["version", "show", &name]);
        let measured = &shown["suites"]["performance"];
        assert_eq!(measured["provenance"], "MEASURED");
        let reported = shown["reportedMetrics"]["accuracy"].as_f64().unwrap();
        let accuracy = measured["metrics"]["accuracy"]["value"].as_f64().unwrap();
        assert!((reported - accuracy).abs() < 1e-12 && accuracy > 0.6, "{reported} {accuracy}");
        let gate = owner.run(&["gate", &name, "--to", "STAGING", "--output", "json"]);
        let codes: Vec<Value> =
            gate.json()["reasons"].as_array().unwrap().iter().map(|reason| reason["code"].clone()).collect();
        assert!(gate.code == 1 && codes.contains(&json!("policy-failed")), "{gate:?}");
        let up = owner.json(&["lineage", &name, "--up"]);
        assert!(up["upstream"]["nodes"].to_string().contains("german-credit:1"), "{up}");
    }
    server.stop();
}
