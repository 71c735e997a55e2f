//! Changes of models in service, from the command line.

use serde_json::Value;

use crate::remote::{Client, begin, person};

fn id(answer: &Value) -> String {
    answer["object"]["id"].as_str().unwrap().to_owned()
}

fn draft(owner: &Client) -> String {
    let request = [
        "change",
        "request",
        "spam:2",
        "--from",
        "spam:1",
        "--type",
        "config-change",
        "--environment",
        "STAGING",
        "--title",
        "Other bounds",
        "--description",
        "Sorts more strictly",
        "--justification",
        "Too much came through",
        "--blackout",
        "2026-12-24T00:00:00Z",
        "2026-12-27T00:00:00Z",
        "--blackout",
        "2027-12-24T00:00:00Z",
        "2027-12-27T00:00:00Z",
        "--window",
        "2026-12-01T00:00:00Z",
        "2026-12-02T00:00:00Z",
    ];
    let made = owner.json(&request);
    assert_eq!((&made["object"]["state"], &made["object"]["risk"]), (&"DRAFT".into(), &"HIGH".into()));
    assert_eq!(made["object"]["blackouts"].as_array().unwrap().len(), 2);
    assert_eq!(made["object"]["preferredWindow"]["until"], "2026-12-02T00:00:00Z");
    id(&made)
}

#[test]
fn a_change_from_its_draft_to_its_rollback() {
    let (_folder, _, _server, admin) = begin();
    let owner = person(&admin, "Olga", &["model_owner"]);
    let lead = person(&admin, "Lena", &["tech_lead"]);
    let security = person(&admin, "Sven", &["security_reviewer"]);
    owner.json(&["model", "register", "spam", "--purpose", "sorts internal mail"]);
    for _ in 0..2 {
        owner.json(&["version", "register", "spam"]);
    }
    let change = draft(&owner);
    let half = owner.run(&["change", "submit", &change, "--users", "all-users"]);
    assert_eq!(half.code, 2, "an impact is told as a whole: {half:?}");
    let refused = owner.run(&["change", "submit", &change]);
    assert_eq!(refused.code, 3);
    assert!(refused.stderr.contains("`impact` is missing"), "{}", refused.stderr);
    let submitted = owner.json(&[
        "change",
        "submit",
        &change,
        "--users",
        "specific-groups",
        "--downtime",
        "none",
        "--rollback-time",
        "1 minute",
        "--system",
        "letters=internal",
        "--test",
        "piles",
        "--dependency",
        "tables",
        "--rollback-plan",
        "old bounds",
    ]);
    assert_eq!(
        (&submitted["object"]["risk"], &submitted["object"]["state"]),
        (&"MEDIUM".into(), &"SUBMITTED".into())
    );
    let signed = lead.run(&["change", "sign", &change, "--verdict", "approved", "--comment", "sound"]);
    assert_eq!(signed.code, 0, "{signed:?}");
    assert!(signed.stdout.contains("tech_lead  APPROVED  Lena"), "{}", signed.stdout);
    let refused = owner.run(&["change", "schedule", &change, "--at", "2026-01-01T00:00:00Z"]);
    assert!(refused.stderr.contains("scheduled in the future"), "{}", refused.stderr);
    owner.json(&["change", "schedule", &change, "--at", "2126-03-01T00:00:00+01:00"]);
    let month = owner.run(&["change", "calendar", "--month", "2126-02"]);
    assert!(month.stdout.contains("2126-02-28T23:00:00Z  spam   STAGING"), "{}", month.stdout);
    lead.json(&["change", "start", &change]);
    lead.json(&["change", "complete", &change, "--failed", "--notes", "too strict"]);
    taken_back(&owner, &lead, &security, &change);
}

fn taken_back(owner: &Client, lead: &Client, security: &Client, change: &str) {
    let rollback = id(&lead.json(&["change", "roll-back", change, "--reason", "too strict"]));
    let refused = lead.run(&["change", "sign", &rollback, "--verdict", "approved"]);
    assert!(refused.stderr.contains("nobody signs that themself"), "{}", refused.stderr);
    owner.json(&["change", "sign", &rollback, "--verdict", "approved", "--role", "owner"]);
    lead.json(&["change", "withdraw", &rollback, "--comment", "somebody else asks"]);
    let rollback = id(&owner.json(&["change", "roll-back", change, "--reason", "too strict"]));
    lead.json(&["change", "sign", &rollback, "--verdict", "approved"]);
    // The version before was never in STAGING, so that this is an update for the rules.
    security.json(&["change", "sign", &rollback, "--verdict", "approved"]);
    owner.json(&["change", "start", &rollback]);
    owner.json(&["change", "complete", &rollback]);
    let shown = owner.run(&["change", "show", change]);
    for words in ["ROLLED_BACK", "Other bounds", "environment STAGING: LOW"] {
        assert!(shown.stdout.contains(words), "{words}: {}", shown.stdout);
    }
    let listed = owner.json(&[
        "change",
        "list",
        "--state",
        "ROLLED_BACK",
        "--type",
        "CONFIG_CHANGE",
        "--version",
        "spam:2",
    ]);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let metrics = owner.run(&["change", "metrics"]);
    assert!(metrics.stdout.contains("change failure rate         1"), "{}", metrics.stdout);
}
