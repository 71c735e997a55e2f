//! `metadata.json` of a version: what is taken, and what is refused with its place.

use assent_cards::Metadata;
use serde_json::{Value, json};

fn whole() -> Value {
    json!({
        "schema": "assent.model-metadata/1",
        "model": "loans",
        "version": "v1",
        "kind": "CLASSICAL",
        "algorithm": "random forest",
        "framework": {"name": "scikit-learn", "version": "1.8.0"},
        "artifacts": [{"path": "artifacts/model.joblib", "sha256": "a".repeat(64)}],
        "trainingData": [{"dataset": "applications:1", "sha256": "b".repeat(64)}],
        "hyperparameters": {"trees": 100, "depth": null, "bootstrap": true, "criterion": "gini", "share": 0.5},
        "metrics": {"accuracy": 0.75},
        "seeds": {"numpy": 7},
        "code": {"commit": "abc"},
        "environment": {"python": "3.13"},
        "run": "run-1",
    })
}

fn read(value: &Value) -> Result<Metadata, assent_cards::CardError> {
    Metadata::from_json(value.to_string().as_bytes())
}

#[test]
fn everything_that_says_how_it_was_made_becomes_a_parameter() {
    let params = read(&whole()).unwrap().params();
    let params: Vec<(&str, &str)> = params.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(
        params,
        [
            ("algorithm", "random forest"),
            ("bootstrap", "true"),
            ("code.commit", "abc"),
            ("criterion", "gini"),
            ("depth", "null"),
            ("environment.python", "3.13"),
            ("framework.name", "scikit-learn"),
            ("framework.version", "1.8.0"),
            ("layout.version", "v1"),
            ("seed.numpy", "7"),
            ("share", "0.5"),
            ("trees", "100"),
        ]
    );
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let cases = [
        ("/schema", json!("assent.model-metadata/2"), "/schema"),
        ("/kind", json!("FOREST"), "/kind"),
        ("/model", json!(" loans"), "/model"),
        ("/artifacts/0/sha256", json!("A".repeat(64)), "/artifacts/0/sha256"),
        ("/artifacts/0/path", json!("../secrets"), "/artifacts/0/path"),
        ("/artifacts/0/path", json!("/etc/passwd"), "/artifacts/0/path"),
        ("/artifacts/0/path", json!("a//b"), "/artifacts/0/path"),
        ("/artifacts/0/path", json!("c:\\b"), "/artifacts/0/path"),
        ("/artifacts/0/path", json!("metadata.json"), "/artifacts/0/path"),
        ("/trainingData/0/sha256", json!("b"), "/trainingData/0/sha256"),
        ("/hyperparameters/trees", json!([1]), "/hyperparameters/trees"),
        ("/hyperparameters/algorithm", json!("other"), "/hyperparameters"),
        ("/metrics/accuracy", json!("good"), "/metrics/accuracy"),
        ("/seeds/numpy", json!(-1), "/seeds/numpy"),
        ("/run", json!("a\nb"), "/run"),
        ("/unknown", json!(1), "/unknown"),
    ];
    for (place, value, pointer) in cases {
        let mut wrong = whole();
        let (parent, key) = place.rsplit_once('/').unwrap();
        let parent = wrong.pointer_mut(parent).unwrap();
        match key.parse::<usize>() {
            Ok(index) => parent[index] = value.clone(),
            Err(_) => parent[key] = value.clone(),
        }
        let error = read(&wrong).expect_err(place);
        assert_eq!(error.pointer.as_deref(), Some(pointer), "{place} {value}: {error}");
    }
    let mut many = whole();
    many["artifacts"] = json!(vec![whole()["artifacts"][0].clone(); 2]);
    assert_eq!(read(&many).unwrap_err().pointer.as_deref(), Some("/artifacts/0/path"));
    for broken in ["", "[]", "{", "null", "\u{0}"] {
        assert!(Metadata::from_json(broken.as_bytes()).is_err(), "{broken:?}");
    }
}
