//! A version goes through all stages, as far as nobody else is needed: `assent promote --through`.

use serde_json::{Value, json};

use crate::remote::{Client, begin, person};

const THROUGH: [&str; 4] = ["promote", "spam:1", "--through", "PRODUCTION"];

/// What the walk says, and how it ends.
fn walk(client: &Client) -> (i32, Value) {
    let run = client.run(&[&THROUGH[..], &["--output", "json"]].concat());
    (run.code, run.json())
}

fn codes(stage: &Value) -> Vec<&str> {
    stage["waitsFor"].as_array().unwrap().iter().map(|reason| reason["code"].as_str().unwrap()).collect()
}

#[test]
fn a_walk_stops_where_somebody_is_needed_and_goes_on_from_there() {
    let (_folder, _, _server, admin) = begin();
    let owner = person(&admin, "Olga", &["model_owner"]);
    let compliance = person(&admin, "Cora", &["compliance_officer"]);
    let deployer = person(&admin, "Dana", &["deployer"]);
    owner.json(&["model", "register", "spam", "--purpose", "prototype of a sorter", "--tier", "LOW"]);
    owner.json(&["version", "register", "spam"]);

    // The policies fail: it stops there, and asks for nothing twice however often it is run.
    let (code, first) = walk(&owner);
    assert_eq!(
        (code, &first["arrived"], &first["stages"][0]["stage"]),
        (1, &json!(false), &json!("STAGING"))
    );
    assert_eq!(first["stages"].as_array().unwrap().len(), 1);
    assert!(codes(&first["stages"][0]).contains(&"policy-failed"), "{first}");
    let promotion = first["stages"][0]["promotion"].clone();
    for _ in 0..2 {
        let (code, again) = walk(&owner);
        assert_eq!((code, &again["stages"][0]["promotion"]), (1, &promotion));
    }
    let shown = owner.json(&["promote", "show", promotion.as_str().unwrap()]);
    assert_eq!(shown["rounds"].as_array().unwrap().len(), 1, "what is not mended is not submitted again");
    assert_eq!(owner.json(&["promote", "list"])["items"].as_array().unwrap().len(), 1);

    // An exception mends it. The owner may not complete, and who may not ask goes no further.
    let words = ["--justification", "a", "--risk", "b", "--mitigation", "c", "--plan", "d", "--for", "2d"];
    let asked = ["exception", "request", "performance-thresholds", "--version", "spam:1"];
    let exception = owner.json(&[&asked[..], &words[..]].concat())["object"]["id"].clone();
    compliance.json(&["exception", "sign", exception.as_str().unwrap(), "--verdict", "approved"]);
    let (code, waits) = walk(&owner);
    assert_eq!((code, codes(&waits["stages"][0])), (1, vec!["permission-missing"]));
    assert_eq!(waits["stages"][0]["promotion"], promotion);
    let (code, moved) = walk(&deployer);
    assert_eq!((code, &moved["stages"][0]["arrived"]), (1, &json!(true)), "{moved}");
    assert_eq!(
        (&moved["stages"][1]["stage"], codes(&moved["stages"][1])),
        (&json!("PRODUCTION"), vec!["permission-missing"])
    );

    // From where it stands now, the owner's walk is one stage long.
    let (code, last) = walk(&owner);
    assert_eq!(
        (code, &last["from"], &last["stages"][0]["stage"]),
        (1, &json!("STAGING"), &json!("PRODUCTION"))
    );
    let told = owner.run(&THROUGH);
    assert!(told.stdout.contains("PRODUCTION: the way stops here"), "{told:?}");
    assert!(told.stdout.contains("run the same command again"), "{told:?}");
    let there = owner.run(&["promote", "spam:1", "--through", "STAGING"]);
    assert_eq!(there.code, 0, "{there:?}");
    let nowhere = owner.run(&["promote", "spam:1", "--through", "DEVELOPMENT"]);
    assert_eq!(nowhere.code, 3, "{nowhere:?}");
    assert!(nowhere.stderr.contains("no workflows of the pack lead"), "{nowhere:?}");
    let both = owner.run(&["promote", "spam:1", "--through", "STAGING", "--to", "STAGING"]);
    assert_eq!(both.code, 2, "{both:?}");
}
