//! Reports on the command line: `assent report`, and cards as pages.

use std::fs;

use serde_json::json;

use crate::remote::{begin, person};

#[test]
fn reports_are_written_as_markdown_and_as_json() {
    let (folder, _, _server, admin) = begin();
    let owner = person(&admin, "Olga", &["model_owner"]);
    let file = folder.path().join("model.json");
    fs::write(&file, "{}").unwrap();
    owner.json(&[
        "model",
        "register",
        "sorter",
        "--purpose",
        "a prototype that sorts mail",
        "--tier",
        "MEDIUM",
    ]);
    let path = file.to_str().unwrap();
    owner.json(&["version", "register", "sorter", "--kind", "CLASSICAL", "--artifact", path]);

    let report = owner.json(&["report", "governance", "sorter:1", "--stage", "STAGING"]);
    assert_eq!(
        (&report["report"], &report["title"]),
        (&json!("GOVERNANCE"), &json!("Governance report of sorter version 1"))
    );
    for format in ["table", "markdown"] {
        let written = owner.run(&["report", "governance", "sorter:1", "--output", format]);
        assert_eq!((written.code, written.stderr.as_str()), (0, ""), "{written:?}");
        assert!(written.stdout.starts_with("# Governance report of sorter version 1\n"), "{written:?}");
        assert!(written.stdout.contains("| governance score |"), "{written:?}");
    }
    for (report, topic) in
        [("compliance", "COMPLIANCE"), ("risk", "RISK"), ("governance-audit", "GOVERNANCE_AUDIT")]
    {
        assert_eq!(owner.json(&["report", report, "--model", "sorter"])["report"], topic);
    }
    let audit = admin.run(&["report", "audit", "--model", "sorter", "--output", "markdown"]);
    assert!(audit.stdout.contains("| modelRegistered | 1 |"), "{audit:?}");
    let refused = owner.run(&["report", "audit", "--model", "sorter"]);
    assert_eq!(refused.code, 3, "{refused:?}");
    let wrong = owner.run(&["report", "compliance", "--framework", "moon"]);
    assert!(wrong.stderr.contains("no policy implements a control of the framework `moon`"), "{wrong:?}");
    let wrong = owner.run(&["model", "list", "--output", "markdown"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("`report` also writes `markdown`"), "{wrong:?}");
}

#[test]
fn a_card_becomes_a_page() {
    let (folder, _, _server, admin) = begin();
    let owner = person(&admin, "Olga", &["model_owner"]);
    let (card, page) = (folder.path().join("card.json"), folder.path().join("card.html"));
    let document = json!({"schema": "assent.model-card/1", "details": {"name": "<sorter>"}});
    fs::write(&card, document.to_string()).unwrap();
    let made = owner.json(&["card", "convert", card.to_str().unwrap(), "--to", page.to_str().unwrap()]);
    let text = fs::read_to_string(&page).unwrap();
    assert_eq!(made["sizeBytes"], text.len());
    assert!(
        text.starts_with("<!DOCTYPE html>")
            && text.contains("<h1>Model card: <bdi>&lt;sorter&gt;</bdi></h1>"),
        "{text}"
    );
}
