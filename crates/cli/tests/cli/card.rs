//! `assent card`: a draft, what people write into it, and back.

use std::fs;

use serde_json::json;

use crate::remote::{begin, person};
use crate::support::assent_with;

#[test]
fn a_card_is_drafted_written_attached_and_exported() {
    let (folder, _, _server, admin) = begin();
    let owner = person(&admin, "Olga", &["model_owner"]);
    owner.json(&["model", "register", "ranker", "--purpose", "ranks internal mail", "--use-case", "sorting"]);
    owner.json(&["version", "register", "ranker", "--kind", "VENDOR"]);
    let file = folder.path().join("card.md");
    let path = file.to_str().unwrap();
    let none = owner.run(&["card", "show", "ranker:1"]);
    assert!(none.stderr.contains("assent card draft"), "{none:?}");

    let drafted = owner.json(&["card", "draft", "ranker:1", "--to", path]);
    assert_eq!(drafted["card"]["details"]["contact"], "Olga");
    let text = fs::read_to_string(&file).unwrap();
    assert!(
        text.starts_with("# Model card: ranker\n")
            && text.contains("- **Licence:** <!-- under which licence -->"),
        "{text}"
    );
    let text = text
        .replace("- **Licence:** <!-- under which licence -->", "- **Licence:** MIT")
        .replace("<!-- what it is known not to do well -->", "* letters\n* parcels");
    fs::write(&file, &text).unwrap();

    let attached = owner.json(&["card", "attach", "ranker:1", path]);
    let before = drafted["completeness"]["completeness"].as_f64().unwrap();
    let after = attached["object"]["documents"][0]["card"]["completeness"].as_f64().unwrap();
    assert!((after - before - 2.0 / 35.0).abs() < 1e-9, "{before} {after}");
    let shown = owner.run(&["card", "show", "ranker:1"]);
    assert!(
        shown.stdout.contains("limitations")
            && shown.stdout.contains("% of assent.model-card/1 is filled in"),
        "{shown:?}"
    );

    // What people wrote stays, and what the registry knows is filled in again.
    fs::write(&file, text.replace("- **Contact:** Olga", "- **Contact:** todo")).unwrap();
    let again = owner.json(&["card", "draft", "ranker:1", "--with", path]);
    assert_eq!(
        (&again["card"]["details"]["contact"], &again["card"]["details"]["licence"]),
        (&json!("Olga"), &json!("MIT"))
    );

    let readme = folder.path().join("README.md");
    owner.run(&["card", "export", "ranker:1", "--to", readme.to_str().unwrap(), "--form", "hub"]);
    let hub = fs::read_to_string(&readme).unwrap();
    assert!(hub.starts_with("---\nlicense: \"mit\"\nmodel_name: \"ranker\"\n---\n"), "{hub}");
    let back = folder.path().join("back.json");
    let run = assent_with(&["card", "convert", readme.to_str().unwrap(), "--to", back.to_str().unwrap()]);
    assert_eq!(run.code, 0, "{run:?}");
    let back: serde_json::Value = serde_json::from_slice(&fs::read(&back).unwrap()).unwrap();
    assert_eq!(back["limitations"]["known"], json!(["letters", "parcels"]));
}

#[test]
fn a_file_is_checked_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sheet.md");
    let path = file.to_str().unwrap();
    fs::write(&file, "# Datasheet\n").unwrap();
    assert_eq!(assent_with(&["card", "convert", path, "--to", path]).code, 0);
    let asked = fs::read_to_string(&file).unwrap();
    fs::write(&file, asked.replace("<!-- for what purpose it was made -->", "To learn.")).unwrap();
    let checked = assent_with(&["card", "check", path, "--output", "json"]);
    let counted: serde_json::Value = serde_json::from_str(&checked.stdout).unwrap();
    assert_eq!(
        (&counted["form"], &counted["sections"][0]["answered"]),
        (&json!("assent.datasheet/1"), &json!(1))
    );
    assert_eq!(assent_with(&["card", "check", path, "--min", "0.03"]).code, 0);
    assert_eq!(assent_with(&["card", "check", path, "--min", "0.5"]).code, 1);
    fs::write(&file, "# Model card\n\n## Metrics\n\n### Figures\n\nwords\n").unwrap();
    let wrong = assent_with(&["card", "check", path]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("line 7: `/metrics/figures`"), "{wrong:?}");
}

#[test]
fn a_datasheet_is_filled_from_the_data() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(at("loans.csv"), "id,age,label\n1,30,yes\n2,,no\n3,41,yes\n").unwrap();
    let written = "# Datasheet\n\n## Motivation\n\n- **Name:** loans\n\n## Composition\n\n- **Count:** 2 rows\n\n### Fields\n\n\
                   | Field | Description | Missing |\n| --- | --- | --- |\n| age | in years | 0 |\n";
    fs::write(at("sheet.md"), written).unwrap();
    let run = assent_with(&[
        "dataset",
        "profile",
        &at("loans.csv"),
        "--label",
        "label",
        "--with",
        &at("sheet.md"),
        "--to",
        &at("sheet.json"),
        "--croissant",
        &at("croissant.json"),
        "--quiet",
    ]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("3 rows") && run.stdout.contains("Classes of the label"), "{run:?}");
    let sheet: serde_json::Value = serde_json::from_slice(&fs::read(at("sheet.json")).unwrap()).unwrap();
    assert_eq!(
        (&sheet["motivation"]["name"], &sheet["composition"]["count"]),
        (&json!("loans"), &json!("3 rows"))
    );
    assert_eq!(sheet["composition"]["labels"], "`label`: yes in 2 rows, no in 1 rows");
    let age = json!({"name": "age", "type": "integer", "description": "in years", "missing": 1, "distinct": "2", "min": "30", "max": "41"});
    assert_eq!(sheet["composition"]["fields"][1], age);
    let described: serde_json::Value =
        serde_json::from_slice(&fs::read(at("croissant.json")).unwrap()).unwrap();
    assert_eq!(described["distribution"][0]["contentUrl"], "loans.csv");
    assert_eq!(described["recordSet"][0]["field"][1]["description"], "in years");
    let back = assent_with(&["card", "convert", &at("croissant.json"), "--to", &at("back.json")]);
    assert_eq!(back.code, 0, "{back:?}");
    let back: serde_json::Value = serde_json::from_slice(&fs::read(at("back.json")).unwrap()).unwrap();
    assert_eq!(back["composition"]["fields"][1]["description"], "in years");
    let none = assent_with(&["dataset", "profile", &at("loans.csv"), "--label", "labl", "--quiet"]);
    assert_eq!(none.code, 2);
}
