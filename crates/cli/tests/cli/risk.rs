//! Risk on the command line: `assent risk`, and `assent model reclassify`.

use serde_json::{Value, json};

use crate::remote::{begin, person};

fn id(answer: &Value) -> String {
    answer["object"]["id"].as_str().unwrap().to_owned()
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story, told in its order")]
fn risks_are_assessed_and_tiers_changed() {
    let (_folder, _, _server, admin) = begin();
    let owner = person(&admin, "Olga", &["model_owner"]);
    let risk = person(&admin, "Rita", &["risk_manager"]);
    let compliance = person(&admin, "Cleo", &["compliance_officer"]);
    let answers = ["--criterion", "automation=semi-automated"];
    let made =
        [&["model", "register", "spam", "--purpose", "a prototype that sorts mail"], &answers[..]].concat();
    let model = owner.json(&made);
    assert_eq!(
        (&model["object"]["tier"], &model["object"]["tierCriterion"]),
        (&json!("MEDIUM"), &json!("automation"))
    );

    let assessment = id(&owner.json(&["risk", "start", "spam"]));
    let rate = [
        "risk",
        "answer",
        &assessment,
        "MQ-001",
        "--likelihood",
        "3",
        "--impact",
        "4",
        "--effectiveness",
        "0.6",
    ];
    owner.json(&[&rate[..], &["--control", "a benchmark"]].concat());
    let own = ["--likelihood", "5", "--impact", "5", "--category", "FINANCIAL", "--title", "fines"];
    owner.json(&[&["risk", "answer", &assessment, "X-1"], &own[..]].concat());
    let wrong = ["risk", "answer", &assessment, "MQ-001", "--likelihood", "9", "--impact", "4"];
    let wrong = owner.run(&wrong);
    assert_eq!(wrong.code, 3, "{wrong:?}");
    assert!(wrong.stderr.contains("9 is no step of the scale: give 1 to 5"), "{wrong:?}");
    let submitted = owner.run(&["risk", "submit", &assessment]);
    // (4.8 × 4 + 25 × 5 + 7 × 9 × 3) / (4 + 5 + 21) = 333.2 / 30
    assert!(
        submitted.stdout.contains("HIGH: Do more about X-1 (fines): its controls take away 0 % of it"),
        "{submitted:?}"
    );
    let too_late = ["--rationale", "insured", "--until", "2100-01-01T00:00:00Z"];
    let too_late = risk.run(&[&["risk", "accept", &assessment, "X-1"], &too_late[..]].concat());
    assert!(too_late.stderr.contains("at the latest"), "{too_late:?}");
    #[expect(clippy::disallowed_methods, reason = "the clock of the server is the same")]
    let until = (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24)).to_string();
    let until = ["--rationale", "insured", "--until", &until];
    risk.json(&[&["risk", "accept", &assessment, "X-1"], &until[..]].concat());
    let signed = risk.json(&["risk", "sign", &assessment, "--verdict", "approved"]);
    assert_eq!(
        (&signed["object"]["state"], &signed["object"]["unaccepted"]),
        (&json!("APPROVED"), &json!([]))
    );
    let report = owner.run(&["risk", "report", &assessment]);
    assert!(report.stdout.contains("## Overall: HIGH"), "{report:?}");
    assert!(report.stdout.contains("333.2 / 30 = 11.1067"), "{report:?}");
    let listed = owner.run(&["risk", "list", "--state", "APPROVED"]);
    assert!(listed.stdout.contains(&assessment), "{listed:?}");
    let shown = owner.run(&["risk", "show", &assessment]);
    assert!(shown.stdout.contains("X-1"), "{shown:?}");

    let asked =
        ["model", "reclassify", "spam", "--to", "LOW", "--justification", "it is small", "--impact", "less"];
    let change = id(&owner.json(&asked));
    let known = owner.run(&["risk", "of", "spam"]);
    let open =
        format!("A request for the tier LOW is open ({change}); missing: compliance_officer, risk_manager");
    assert!(known.stdout.contains(&open), "{known:?}");
    let sign = ["model", "tier-change", "sign", &change, "--verdict", "approved"];
    compliance.json(&sign);
    assert_eq!(risk.json(&sign)["object"]["state"], "APPROVED");
    assert_eq!(owner.json(&["model", "show", "spam"])["model"]["tier"], "LOW");
    let over = owner.run(&["model", "tier-change", "withdraw", &change]);
    assert_eq!(over.code, 3, "{over:?}");
    let listed = owner.json(&["model", "tier-change", "list"]);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let facts = owner.json(&["model", "tier-change", "show", &change]);
    assert_eq!(facts["state"], "APPROVED");
}
