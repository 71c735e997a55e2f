//! Who answers for a model, its periodic review, and the inbox, from the command line.

use serde_json::json;

use crate::remote::{begin, person};

#[test]
#[expect(clippy::too_many_lines, reason = "a story, told once")]
fn a_model_has_its_people_and_its_review() {
    let (_folder, _, _server, admin) = begin();
    let owner = person(&admin, "Olga", &["model_owner"]);
    person(&admin, "Stan", &["data_steward"]);
    let risk = person(&admin, "Rita", &["risk_manager"]);
    owner.json(&["model", "register", "spam", "--purpose", "prototype of a sorter", "--tier", "MEDIUM"]);

    let gaps = risk.run(&["accountability", "gaps"]);
    assert!(gaps.stdout.contains("data_steward") && gaps.stdout.contains("NOT_ASSIGNED"), "{gaps:?}");
    let words = ["--role", "data_steward", "--person", "Stan", "--reason", "they hold the labels"];
    let done = risk.json(&[&["accountability", "assign", "spam"], &words[..]].concat());
    assert_eq!(done["object"]["complete"], true);
    let shown = owner.run(&["accountability", "show", "spam"]);
    assert!(shown.stdout.contains("they hold the labels") && shown.stdout.contains("Stan"), "{shown:?}");
    let of = owner.run(&["accountability", "of", "Stan"]);
    assert!(of.stdout.contains("spam") && !of.stdout.contains("owner"), "{of:?}");
    let none = risk.run(&["accountability", "gaps"]);
    assert!(none.stdout.contains("somebody answers in every role"), "{none:?}");
    let ended =
        risk.run(&["accountability", "end", "spam", "--role", "data_steward", "--reason", "they left"]);
    assert!(ended.stdout.contains("NOT_ASSIGNED"), "{ended:?}");
    let roles = owner.run(&["accountability", "roles"]);
    assert!(roles.stdout.contains("| Risk manager |") && roles.stdout.contains("Rita"), "{roles:?}");

    let due = owner.run(&["periodic-review", "due"]);
    assert!(due.stdout.contains("no review is due"), "{due:?}");
    let opened = owner.json(&["periodic-review", "open", "spam"]);
    let id = opened["object"]["id"].as_str().unwrap();
    for section in ["PERFORMANCE", "DRIFT", "INCIDENTS"] {
        owner.json(&[
            "periodic-review",
            "find",
            id,
            "--section",
            section,
            "--outcome",
            "ok",
            "--finding",
            "as expected",
        ]);
    }
    let words = ["--section", "COMPLIANCE", "--outcome", "action-needed", "--finding", "the card is old"];
    let wrong = owner.run(&[&["periodic-review", "find", id], &words[..], &["--action", "soon"]].concat());
    assert!(wrong.code != 0 && wrong.stderr.contains("`soon` is no action"), "{wrong:?}");
    let action = ["--action", "Olga=2100-01-01T00:00:00Z=write it anew"];
    owner.json(&[&["periodic-review", "find", id], &words[..], &action].concat());
    owner.json(&["periodic-review", "submit", id]);

    let waiting = risk.run(&["inbox"]);
    assert!(waiting.stdout.contains("PERIODIC_REVIEW") && waiting.stdout.contains("spam"), "{waiting:?}");
    let mine = owner.run(&["inbox", "mine"]);
    assert!(mine.stdout.contains("SUBMITTED"), "{mine:?}");
    let signed = risk.json(&["periodic-review", "sign", id, "--verdict", "approved"]);
    assert_eq!(
        (&signed["object"]["state"], &signed["object"]["signoff"]["missing"]),
        (&json!("COMPLETED"), &json!([]))
    );
    let nothing = risk.run(&["inbox"]);
    assert!(nothing.stdout.contains("nothing waits for you"), "{nothing:?}");
    let decided = risk.run(&["inbox", "decided"]);
    assert!(decided.stdout.contains("APPROVED"), "{decided:?}");
    owner.json(&["periodic-review", "act", id, "COMPLIANCE-1", "--comment", "written"]);
    let shown = owner.run(&["periodic-review", "show", id]);
    assert!(shown.stdout.contains("write it anew") && shown.stdout.contains("the card is old"), "{shown:?}");
    let listed = owner.run(&["periodic-review", "list", "--model", "spam", "--state", "COMPLETED"]);
    assert!(listed.stdout.contains(id), "{listed:?}");
    let gone = owner.json(&["periodic-review", "open", "spam"]);
    let gone = gone["object"]["id"].as_str().unwrap();
    let desk = owner.run(&["desk", "--days", "30"]);
    assert!(desk.stdout.contains("to approve") && desk.stdout.contains("pending"), "{desk:?}");
    let left = owner.run(&["periodic-review", "withdraw", gone, "--comment", "too early"]);
    assert!(left.stdout.contains("WITHDRAWN"), "{left:?}");
}
