//! `assent onboard`: files become a model, its first version, its card and its validation data.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::remote::{begin, person};

#[test]
fn files_become_a_governed_model_in_one_call() {
    let (folder, _, server, admin) = begin();
    let olga = person(&admin, "Olga", &["model_owner", "data_steward"]);
    let at = |name: &str, text: &str| written(&folder.path().join(name), text);
    let (weights, data) = (at("model.json", "{}"), at("held-out.csv", "id,right\nr1,1\nr2,0\n"));
    let card = at("card.json", &json!({"schema": "https://assent.example/schemas/nothing"}).to_string());
    let note = at("note.md", "what it can not do");
    let given = [
        "onboard",
        "spam",
        "--purpose",
        "prototype of a sorter",
        "--tier",
        "LOW",
        "--artifact",
        &weights,
        "--param",
        "depth=6",
        "--metric",
        "f1=0.9",
        "--document",
    ];
    let note = format!("LIMITATIONS={note}");
    let with_data = [
        "--validation-data",
        &data,
        "--data-name",
        "held-out",
        "--classification",
        "INTERNAL",
        "--id-column",
        "id",
        "--label",
        "right",
        "--designated-for",
        "performance",
    ];

    // A card of no form is told before anything is sent: nobody listens there, and it is not that which is told.
    let nowhere = olga.at("http://127.0.0.1:1");
    let wrong = nowhere.run(&[&given[..], &[&note, "--card", &card]].concat());
    assert_eq!(wrong.code, 2, "{wrong:?}");
    assert!(wrong.stderr.contains("card.json"), "{wrong:?}");

    let whole = [&given[..], &[note.as_str()], &with_data[..]].concat();
    let made = olga.run(&whole);
    assert_eq!(made.code, 0, "{made:?}");
    for said in
        ["on its way to STAGING: compliance NON_COMPLIANT", "missing: ", "log index", "validation data"]
    {
        assert!(made.stdout.contains(said), "{said}: {}", made.stdout);
    }
    let version = olga.json(&["version", "show", "spam:1"]);
    assert_eq!(version["reportedMetrics"], json!({"f1": 0.9}));
    assert_eq!(version["documents"][0]["kind"], "LIMITATIONS");
    assert_eq!(olga.json(&["dataset", "show", "held-out:1"])["labels"]["label"], "right");

    let again = olga.run(&whole);
    assert_eq!(again.code, 3, "{again:?}");
    assert!(again.stderr.contains("the model"), "{again:?}");
    assert_eq!(olga.json(&["dataset", "list"])["items"].as_array().unwrap().len(), 1);
    server.stop();
}

fn written(path: &Path, text: &str) -> String {
    fs::write(path, text).unwrap();
    path.to_str().unwrap().to_owned()
}
