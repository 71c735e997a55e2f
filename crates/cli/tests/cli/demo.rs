//! The demo, end to end, and what it leaves behind.

use std::fs;

use serde_json::{Value, json};

use crate::support::{assent, demo, repository, run};

#[test]
fn the_demo_tells_the_whole_story_and_what_it_leaves_verifies() {
    let (folder, data, story) = demo();
    figures_are_measured(&story);
    gates_shut_and_open(&story);
    refusals_are_those_of_the_rules(&story);
    the_record_holds(&story);
    no_secret_is_told(&story);

    let verified =
        run(assent().args(["audit", "verify", "--replay", "--output", "json", "--data-dir"]).arg(&data));
    assert_eq!(verified.code, 0, "{} {}", verified.stdout, verified.stderr);
    let report = verified.json();
    assert_eq!(
        (&report["sound"], &report["log"]["sound"], &report["replay"]["sound"]),
        (&json!(true), &json!(true), &json!(true))
    );
    assert!(report["log"]["size"].as_u64().unwrap() >= story["logSize"].as_u64().unwrap());

    let note = folder.path().join("kept-checkpoint");
    fs::write(&note, story["checkpoint"].as_str().unwrap()).unwrap();
    let vkey = story["vkey"].as_str().unwrap();
    let export = folder.path().join("export");
    let exported = run(assent().args(["audit", "export", "--data-dir"]).arg(&data).arg("--to").arg(&export));
    assert_eq!(exported.code, 0, "{}", exported.stderr);
    let held = run(assent()
        .args(["audit", "verify", "--vkey", vkey, "--checkpoint"])
        .arg(&note)
        .arg("--export")
        .arg(&export));
    assert_eq!(held.code, 0, "{} {}", held.stdout, held.stderr);
    assert!(held.stdout.contains("the log is sound"), "{}", held.stdout);

    a_second_run_touches_nothing(&data);
}

fn figures_are_measured(story: &Value) {
    let figure = |version: &str, name: &str| story["figures"][version][name].as_f64().unwrap();
    for version in ["v1", "v2", "v3"] {
        assert_eq!(story["figures"][version]["provenance"], "MEASURED");
        assert_eq!(story["figures"][version]["rows"], 2923);
        assert_eq!(story["figures"][version]["groups"].as_array().unwrap().len(), 6);
    }
    assert!((figure("v1", "accuracy") - 0.660_964_762_230_585).abs() < 1e-9);
    assert!((figure("v1", "equalizedOddsDifferenceByRace") - 0.239_709_857_632_005_75).abs() < 1e-9);
    assert!(
        figure("v2", "accuracy") > figure("v1", "accuracy"),
        "the plain regression is a little more accurate"
    );
    assert!(figure("v2", "equalizedOddsDifferenceByRace") > 0.1);
    assert!(figure("v3", "equalizedOddsDifferenceByRace") <= 0.1);
    assert!(figure("v3", "accuracy") < figure("v1", "accuracy"), "fairness has its price, and it is shown");
}

fn gates_shut_and_open(story: &Value) {
    let gates = story["gates"].as_array().unwrap();
    let asked: Vec<(&Value, &Value)> =
        gates.iter().map(|gate| (&gate["version"], &gate["verdict"])).collect();
    let (shut, open) = (json!("NOT_ELIGIBLE"), json!("ELIGIBLE"));
    let [v1, v2, v3] = ["v1", "v2", "v3"].map(|version| json!(version));
    assert_eq!(asked, [(&v1, &shut), (&v2, &shut), (&v3, &shut), (&v3, &open)]);
    for gate in &gates[..2] {
        let messages: Vec<&str> = gate["reasons"]
            .as_array()
            .unwrap()
            .iter()
            .map(|reason| reason["message"].as_str().unwrap())
            .collect();
        assert!(
            messages.iter().any(|text| text.starts_with("POL-002 fairness-within-bounds")),
            "{messages:?}"
        );
        let failed = &gate["failedThresholds"].as_array().unwrap()[0];
        assert_eq!(failed["metric"], "race.equalizedOddsDifference");
        assert_eq!(failed["bound"], 0.1);
        let version = gate["version"].as_str().unwrap();
        assert_eq!(failed["value"], story["figures"][version]["equalizedOddsDifferenceByRace"]);
        assert!(failed["groups"].as_array().unwrap().len() >= 2);
    }
    assert_eq!(gates[2]["failedThresholds"], json!([]));
    assert_eq!(gates[3]["reasons"], json!([]));
}

fn refusals_are_those_of_the_rules(story: &Value) {
    let refusals = story["refusals"].as_array().unwrap();
    let told: Vec<(&str, &str, u64)> = refusals
        .iter()
        .map(|refusal| {
            let text = |name: &str| refusal[name].as_str().unwrap();
            assert!(!text("message").is_empty() && !text("remedy").is_empty());
            (text("actor"), text("code"), refusal["status"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("Amira", "reviewer-is-requester", 403),
            ("Amira", "reviewer-is-creator", 403),
            ("Noor", "reviewer-lacks-role", 403),
            ("Tomasz", "gate-shut", 422),
            ("Eva", "permission-missing", 403),
            ("Tomasz", "gate-shut", 422),
        ]
    );
}

fn the_record_holds(story: &Value) {
    assert_eq!(story["verification"]["sound"], true);
    assert_eq!(story["verification"]["damages"], json!([]));
    assert_eq!(story["replay"]["sound"], true);
    assert!(story["replay"]["rows"].as_u64().unwrap() > 20);
    let (inclusion, consistency) = (&story["proofs"]["inclusion"], &story["proofs"]["consistency"]);
    assert_eq!((&inclusion["verified"], &inclusion["signatureChecked"]), (&json!(true), &json!(true)));
    assert_eq!(inclusion["entry"]["type"], "changeCompleted", "the last thing that was done");
    assert_eq!(consistency["verified"], true);
    assert!(consistency["from"].as_u64().unwrap() <= consistency["to"].as_u64().unwrap());
    assert!(story["checkpoint"].as_str().unwrap().starts_with(story["origin"].as_str().unwrap()));
    let trail = story["trail"].as_array().unwrap();
    let count = |kind: &str| trail.iter().filter(|entry| entry["entry"]["type"] == kind).count();
    assert_eq!((count("reviewDecided"), count("promotionCompleted"), count("evaluationRecorded")), (7, 2, 3));
}

fn no_secret_is_told(story: &Value) {
    assert!(!story.to_string().contains("assent_0"), "a token is in the document");
    for step in story["steps"].as_array().unwrap() {
        assert!(step["title"].is_string() && step["actor"].is_string(), "{step}");
        assert!(step["request"]["path"].as_str().unwrap().starts_with("/api/v1/"), "{step}");
        assert!(step["status"].is_u64() && step["result"].is_object(), "{step}");
    }
}

fn a_second_run_touches_nothing(data: &std::path::Path) {
    let again = run(assent().args(["demo", "--exit", "--data-dir"]).arg(data));
    assert_eq!((again.code, again.stdout.as_str()), (2, ""));
    assert!(
        again.stderr.contains("holds a finished demo") && again.stderr.contains("--fresh"),
        "{}",
        again.stderr
    );
    let verified = run(assent().args(["audit", "replay", "--data-dir"]).arg(data));
    assert_eq!(verified.code, 0, "{}", verified.stderr);
}

#[test]
fn a_folder_of_somebody_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("letters.txt"), "dear").unwrap();
    for more in [&[][..], &["--fresh"]] {
        let refused = run(assent().args(["demo", "--exit", "--data-dir"]).arg(folder.path()).args(more));
        assert_eq!(refused.code, 2);
        assert!(refused.stderr.contains("is not empty, and no demo"), "{}", refused.stderr);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// A finished demo of a pack; what it leaves has been verified by a process of its own.
fn scenario(pack: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let told = run(assent()
        .args(["demo", "--exit", "--output", "json", "--pack", pack, "--data-dir"])
        .arg(folder.path().join("data")));
    assert_eq!(told.code, 0, "{} {}", told.stdout, told.stderr);
    let story = told.json();
    no_secret_is_told(&story);
    assert_eq!((&story["verification"]["sound"], &story["replay"]["sound"]), (&json!(true), &json!(true)));
    story
}

/// Who was refused, and why.
fn refusals(story: &Value) -> Vec<(&str, &str)> {
    let refusals = story["refusals"].as_array().unwrap().iter();
    refusals.map(|it| (it["actor"].as_str().unwrap(), it["code"].as_str().unwrap())).collect()
}

#[test]
fn every_pack_but_the_default_one_has_a_scenario() {
    let refused = run(assent().args(["demo", "--exit", "--pack", "nonesuch"]));
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{}", refused.stderr);
    let list = refused.stderr.lines().find_map(|line| line.split_once("there are ")).unwrap().1;
    let mut told: Vec<&str> = list.split(", ").map(str::trim).collect();
    told.sort_unstable();
    let folders = fs::read_dir(repository("packs")).unwrap();
    let mut packs: Vec<_> =
        folders.map(|folder| folder.unwrap().file_name().into_string().unwrap()).collect();
    packs.sort_unstable();
    assert_eq!(told, packs);
}

#[test]
fn the_pack_model_governance_guide_is_told() {
    let story = scenario("model-governance-guide");
    let figures = &story["figures"];
    assert_eq!(figures["tier of customer-support-assistant"], "tier_2_important");
    assert_eq!(figures["still missing: the owner's"], json!(["documentation"]));
    assert_eq!(
        (&figures["residual risk times impact"], &figures["sum of the impacts"]),
        (&json!(184.6), &json!(27))
    );
    assert_eq!(
        (&figures["class of the risk"], &figures["state of the promotion"]),
        (&json!("MEDIUM"), &json!("REJECTED"))
    );
    assert_eq!(
        refusals(&story),
        [
            ("Olga", "permission-missing"),
            ("Bo", "reviewer-lacks-role"),
            ("Carl", "reviewer-is-requester"),
            ("Edda", "not-the-owner"),
            ("Dana", "gate-shut"),
            ("Sven", "wrong-state"),
            ("Carl", "no-workflow"),
        ]
    );
}

#[test]
fn the_pack_llmops_is_told() {
    let story = scenario("llmops");
    let figures = &story["figures"];
    assert_eq!(
        (&figures["score of the deployment"], &figures["class of the deployment"]),
        (&json!(5.45), &json!("HIGH"))
    );
    assert_eq!(figures["reviews to development"], json!(["technical", "security", "business"]));
    assert_eq!(figures["figures beyond their bounds"], json!(["latency", "test-coverage"]));
    let four = json!(["technical", "security", "business", "executive"]);
    assert_eq!(figures["reviews of what learned from restricted data"], four);
    assert_eq!(
        refusals(&story),
        [
            ("Olga", "reviewer-is-requester"),
            ("Sven", "reviewer-lacks-role"),
            ("Rita", "step-not-reached"),
            ("Dana", "gate-shut"),
        ]
    );
}

#[test]
fn the_pack_ml_governance_is_told() {
    let story = scenario("ml-governance");
    let figures = &story["figures"];
    assert_eq!(
        (&figures["tier of fraud-detection"], &figures["tier of credit-scoring"]),
        (&json!("standard_risk"), &json!("high_risk"))
    );
    assert_eq!(figures["the first check"], json!(["STAGING", "NON_COMPLIANT"]));
    assert_eq!(figures["what it finds"].as_array().unwrap().len(), 4);
    assert_eq!(figures["open after two engineers agreed"], json!(["approval"]));
    assert_eq!(figures["reviews of a version that is better by a tenth"], json!([]));
    assert_eq!(figures["reviews of one that is not better"], json!(["approval"]));
    assert_eq!(
        refusals(&story),
        [("Alice", "reviewer-is-requester"), ("Sven", "reviewer-lacks-role"), ("Rene", "gate-shut")]
    );
}

#[test]
fn the_pack_registry_workflows_is_told() {
    let story = scenario("registry-workflows");
    let figures = &story["figures"];
    let tier = |model: &str| figures[format!("tier of {model}")].as_str().unwrap().to_owned();
    assert_eq!(
        [tier("log-sorter"), tier("ticket-router"), tier("credit-decision")],
        ["LOW", "MEDIUM", "HIGH"]
    );
    assert_eq!(figures["state of the promotion after the no"], "REJECTED");
    assert_eq!(figures["stage of the version after the no"], "STAGING");
    assert_eq!(figures["stage of what a reviewer rejected afterwards"], "STAGING");
    assert_eq!(figures["a no before staging"], "CHANGES_REQUIRED");
    assert_eq!(figures["what production takes"], json!(["production", "authorisation", "change"]));
    assert_eq!(figures["what is left of it"], json!(["change"]));
    assert_eq!(figures["who has to sign the change besides"], json!(["security_architect"]));
    assert_eq!(figures["who signs the exception"], json!(["mrc", "security_architect"]));
    assert_eq!(
        refusals(&story),
        [
            ("Mona", "tier-undetermined"),
            ("Sara", "reviewer-lacks-role"),
            ("Otto", "reviewer-is-requester"),
            ("Mona", "reviewer-is-creator"),
            ("Sara", "step-not-reached"),
            ("Max", "decision-not-allowed"),
            ("Remy", "gate-shut"),
            ("Remy", "step-not-reached"),
            ("Otto", "duration-too-long"),
            ("Elsa", "reviewer-lacks-role"),
            ("Remy", "gate-shut"),
        ]
    );
}
