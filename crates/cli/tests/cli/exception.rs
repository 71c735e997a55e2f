//! A policy is waived for a while: `assent exception`.

use serde_json::{Value, json};

use crate::remote::{Client, begin, person};

const WORDS: [&str; 12] = [
    "--justification",
    "the scanner is being replaced",
    "--risk",
    "something might be overlooked",
    "--mitigation",
    "read by two people",
    "--plan",
    "scan it on Monday",
    "--for",
    "2d",
    "--watch",
    "5m=calls to the network=all",
];

fn request(owner: &Client, policy: &str, more: &[&str]) -> Value {
    owner.json(&[&["exception", "request", policy], &WORDS[..], more].concat())["object"].clone()
}

#[test]
fn a_policy_is_waived_and_the_gate_says_so() {
    let (_folder, _, _server, admin) = begin();
    let owner = person(&admin, "Olga", &["model_owner"]);
    let compliance = person(&admin, "Cora", &["compliance_officer"]);
    owner.json(&["model", "register", "spam", "--purpose", "prototype of a sorter", "--tier", "LOW"]);
    owner.json(&["version", "register", "spam"]);
    let gate = ["gate", "spam:1", "--to", "STAGING"];
    let shut = owner.run(&gate);
    assert_eq!(shut.code, 1, "{shut:?}");
    assert!(shut.stdout.contains("performance-thresholds"), "{shut:?}");

    let draft = request(&owner, "performance-thresholds", &["--version", "spam:1", "--draft"]);
    assert_eq!(draft["state"], "DRAFT");
    assert_eq!(draft["monitoring"], json!([{"what": {"text": "calls to the network=all"}, "every": "5m"}]));
    let id = draft["id"].as_str().unwrap();
    assert_eq!(
        owner.json(&["exception", "submit", id])["object"]["missingRoles"],
        json!(["compliance_officer"])
    );
    let refused = owner.run(&["exception", "sign", id, "--verdict", "approved"]);
    assert_eq!(refused.code, 3, "{refused:?}");
    let signed = compliance.run(&["exception", "sign", id, "--verdict", "approved", "--comment", "for now"]);
    assert!(signed.stdout.contains("ACTIVE") && signed.stdout.contains("compliance_officer"), "{signed:?}");

    let told = owner.run(&gate);
    assert!(
        told.stdout.contains(&format!("by the exception {id} from performance-thresholds, until ")),
        "{told:?}"
    );
    assert!(!told.stdout.contains("policy-failed: performance-thresholds"), "{told:?}");
    let check = owner.run(&["check", "spam:1", "--to", "STAGING"]);
    assert!(check.stdout.contains("EXCEPTED"), "{check:?}");
    assert!(check.stdout.contains("policies that pass only by an exception: 1"), "{check:?}");
    let facts = owner.run(&["facts", "spam:1"]);
    assert!(facts.stdout.contains("exceptions.policies") && facts.stdout.contains(id), "{facts:?}");

    for (filter, found) in [
        (&["--state", "ACTIVE"][..], true),
        (&["--state", "EXPIRED"], false),
        (&["--policy", "performance-thresholds"], true),
        (&["--policy", "data-privacy"], false),
        (&["--model", "spam"], true),
        (&["--version", "spam:1"], true),
    ] {
        let listed = owner.run(&[&["exception", "list"], filter].concat());
        assert_eq!(listed.stdout.contains(id), found, "{filter:?}: {listed:?}");
    }
    let shown = owner.run(&["exception", "show", id]);
    assert!(shown.stdout.contains("scan it on Monday") && shown.stdout.contains("5m"), "{shown:?}");

    let revoked = compliance.run(&["exception", "revoke", id, "--reason", "it was abused"]);
    assert!(revoked.stdout.contains("REVOKED") && revoked.stdout.contains("it was abused"), "{revoked:?}");
    let shut = owner.run(&gate);
    assert!(shut.stdout.contains("policy-failed: performance-thresholds"), "{shut:?}");
}

#[test]
fn what_is_over_is_over_and_what_is_wrong_is_said() {
    let (_folder, _, _server, admin) = begin();
    let owner = person(&admin, "Olga", &["model_owner"]);
    let compliance = person(&admin, "Cora", &["compliance_officer"]);
    owner.json(&["model", "register", "spam", "--purpose", "prototype of a sorter", "--tier", "LOW"]);
    let first = request(&owner, "data-privacy", &["--model", "spam"]);
    let id = first["id"].as_str().unwrap();
    assert_eq!((&first["state"], first.get("version")), (&json!("SUBMITTED"), None));
    let withdrawn = owner.json(&["exception", "withdraw", id, "--comment", "not needed"]);
    assert_eq!(withdrawn["object"]["state"], "WITHDRAWN");

    let second = request(&owner, "data-privacy", &["--model", "spam"]);
    let id = second["id"].as_str().unwrap();
    compliance.json(&["exception", "sign", id, "--verdict", "approved"]);
    let mended = owner.json(&["exception", "remediate", id, "--how", "the sheet is attached"]);
    assert_eq!(mended["object"]["state"], "REMEDIATED");

    let unknown =
        owner.run(&[&["exception", "request", "nowhere"], &WORDS[..], &["--model", "spam"]].concat());
    assert_eq!(unknown.code, 3);
    assert!(unknown.stderr.contains("the pack has no policy `nowhere`"), "{unknown:?}");
    assert!(unknown.stderr.contains("hint: use a policy of the active pack"), "{unknown:?}");
    let subjectless = owner.run(&[&["exception", "request", "data-privacy"], &WORDS[..]].concat());
    assert_eq!(subjectless.code, 2, "{subjectless:?}");
}
