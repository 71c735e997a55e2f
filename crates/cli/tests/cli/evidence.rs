//! What is known of a version's files: `assent version scan` and `assent version evidence`.

use std::fs;

use serde_json::json;

use crate::remote::{begin, person};

#[test]
fn files_are_scanned_and_reports_taken_in() {
    let (folder, _, _server, admin) = begin();
    let owner = person(&admin, "Olga", &["model_owner"]);
    owner.json(&["model", "register", "spam", "--purpose", "sorts internal mail"]);
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (clean, hostile) =
        (write("weights.json", "[1, 2]"), write("model.pkl", "cos\nsystem\n(S'true'\ntR."));
    owner.json(&["version", "register", "spam", "--artifact", &clean]);
    owner.json(&["version", "register", "spam", "--artifact", &hostile]);

    let scan = owner.json(&["version", "scan", "spam:1"]);
    assert_eq!(
        (&scan["object"]["report"]["status"], &scan["object"]["provenance"]),
        (&json!("PASSED"), &json!("MEASURED"))
    );
    let bad = owner.run(&["version", "scan", "spam:2"]);
    assert_eq!(bad.code, 1, "{bad:?}");
    assert!(bad.stdout.contains("UNSAFE_IMPORT") && bad.stdout.contains("FAILED by assent-scan"), "{bad:?}");
    let shown = owner.run(&["version", "show", "spam:2"]);
    assert!(shown.stdout.contains("Scan: MEASURED FAILED by assent-scan"), "{shown:?}");
    let facts = owner.run(&["facts", "spam:2"]);
    assert!(facts.stdout.contains("artifact.securityScan.findings.CRITICAL"), "{facts:?}");

    let report = r#"{"tool": {"name": "bench", "version": "2"}, "metrics": {"f1": {"value": 0.5, "n": 40}}}"#;
    let report = write("report.json", report);
    let added = owner.json(&["version", "evidence", "add", "spam:1", &report]);
    let sha256 = added["object"]["sha256"].as_str().unwrap();
    assert_eq!(added["object"]["tool"], "bench");
    let listed = owner.json(&["version", "evidence", "list", "spam:1"]);
    assert_eq!(listed["items"][0]["sha256"], sha256);
    let shown = owner.run(&["version", "evidence", "show", "spam:1", sha256]);
    assert!(shown.stdout.contains("bench") && shown.stdout.contains("f1"), "{shown:?}");
    let copy = folder.path().join("copy.json");
    owner.json(&["version", "evidence", "download", "spam:1", sha256, "--to", copy.to_str().unwrap()]);
    assert_eq!(fs::read(copy).unwrap(), fs::read(&report).unwrap());
    let unnamed = write("unnamed.json", r#"{"f1": 0.5}"#);
    let refused = owner.run(&["version", "evidence", "add", "spam:1", &unnamed]);
    assert!(refused.code != 0 && refused.stderr.contains("which tool"), "{refused:?}");
}
