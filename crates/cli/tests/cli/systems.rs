//! `assent system`: one at a time, and the inventory as a whole.

use std::fs;

use serde_json::json;

use crate::remote::{begin, person};

#[test]
fn systems_are_kept_one_by_one_and_as_an_inventory() {
    let (folder, _, _server, admin) = begin();
    let owner = person(&admin, "Olga", &["model_owner"]);
    owner.json(&["model", "register", "ranker", "--purpose", "ranks internal mail"]);
    owner.json(&["version", "register", "ranker", "--kind", "VENDOR"]);
    let made = owner.json(&[
        "system",
        "register",
        "Mail",
        "--purpose",
        "sorts what comes in",
        "--role",
        "deployer",
        "--category",
        "not_listed",
        "--restriction",
        "=no contracts",
        "--uses",
        "ranker:1",
    ]);
    assert_eq!(made["object"]["uses"][0]["model"], "ranker");
    let shown = owner.run(&["system", "show", "Mail"]);
    assert!(shown.stdout.contains("=no contracts") && shown.stdout.contains("ranker"), "{shown:?}");

    let file = folder.path().join("systems.csv");
    let path = file.to_str().unwrap();
    let written = owner.run(&["system", "export", path]);
    assert!(written.stdout.contains("1 systems written"), "{written:?}");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("ranker:1") && text.contains("'=no contracts"), "{text}");
    let same = owner.json(&["system", "import", path]);
    assert_eq!(same["rows"], json!([{"row": 1, "name": "Mail", "action": "SAME"}]));

    let more = "name,purpose,role,uses\nMail,sorts what comes in and goes out,DEPLOYER,ranker:1\nCalls,routes calls,PROVIDER,\n";
    fs::write(&file, more).unwrap();
    let planned = owner.run(&["system", "import", path, "--dry-run"]);
    assert!(planned.stdout.contains("would be: 1 new, 1 changed, 0 as they were"), "{planned:?}");
    assert_eq!(owner.json(&["system", "list"])["items"].as_array().unwrap().len(), 1);
    let done = owner.run(&["system", "import", path]);
    assert!(done.stdout.contains("1 new, 1 changed, 0 as they were"), "{done:?}");
    let mail = owner.json(&["system", "show", "Mail"]);
    // What the file has no column for stays.
    assert_eq!((&mail["category"], &mail["restrictions"]), (&json!("NOT_LISTED"), &json!(["=no contracts"])));
    assert_eq!(mail["purpose"], "sorts what comes in and goes out");

    // A row that the server refuses stops it, and says where.
    fs::write(&file, "name,purpose,role\nNew,is new,DEPLOYER\nOdd,is odd,USER\nLast,is last,DEPLOYER\n")
        .unwrap();
    let refused = owner.run(&["system", "import", path]);
    assert!(refused.code != 0 && refused.stderr.contains("row 2 (`Odd`)"), "{refused:?}");
    assert!(refused.stderr.contains("the 1 rows before it are done"), "{refused:?}");
    let names = owner.run(&["system", "list"]);
    assert!(names.stdout.contains("New") && !names.stdout.contains("Last"), "{names:?}");
    let unknown = owner.run(&["system", "import", "no-such-file.csv"]);
    assert!(unknown.code != 0 && unknown.stderr.contains("no-such-file.csv"), "{unknown:?}");

    owner.json(&["system", "retire", "Mail", "--reason", "replaced"]);
    fs::write(&file, more).unwrap();
    let retired = owner.run(&["system", "import", path]);
    assert!(retired.stderr.contains("row 1: the system `Mail` is retired"), "{retired:?}");
}
