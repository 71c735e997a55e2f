//! Exceptions from policies, as the people ask for them, sign them and use them.

use serde_json::{Value, json};

use crate::story;
use crate::world::{World, text};

/// What is asked for: an hour's exception for a version.
pub(crate) fn asked(version: &str, policy: &str) -> Value {
    json!({
        "version": version, "policy": policy, "justification": "the scanner is being replaced",
        "riskAssessment": "something might be overlooked", "mitigation": "read by two people",
        "remediationPlan": "scan it on Monday", "duration": "1h",
        "monitoring": [{"what": "calls to the network", "every": "5m"}],
    })
}

/// A version of the tier MEDIUM with all evidence for `STAGING` but a scan.
async fn unscanned(world: &World, owner: &str) -> String {
    let (_, steward) = world.person("Stan", &["data_steward"]).await;
    let (_, version) = world.version(owner, "sorter", "MEDIUM").await;
    for kind in ["MODEL_CARD", "DATASHEET"] {
        let sha256 = world.upload(owner, format!("about {kind}")).await;
        let body = json!({"kind": kind, "name": format!("{kind}.md"), "sha256": sha256});
        world.post(owner, &format!("/api/v1/versions/{version}/documents"), body).await.expect(200);
    }
    let (labels, predictions) = story::files();
    let data = story::dataset(world, &steward, &labels).await;
    let predictions = world.upload(owner, predictions).await;
    let body = json!({"dataset": data["id"], "predictions": predictions, "prediction": "said",
        "suites": ["performance", "bias"]});
    world.post(owner, &format!("/api/v1/versions/{version}/evaluations"), body).await.expect(201);
    version
}

async fn count(world: &World, token: &str, query: &str) -> usize {
    let page = world.get(token, &format!("/api/v1/exceptions?{query}")).await.expect(200);
    page["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn an_exception_lets_a_version_through_until_it_ends() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, compliance) = world.person("Cora", &["compliance_officer"]).await;
    let (_, security) = world.person("Sid", &["security_reviewer"]).await;
    let (_, lead) = world.person("Lena", &["tech_lead"]).await;
    let (_, deployer) = world.person("Dana", &["deployer"]).await;
    let (_, auditor) = world.person("Aud", &["auditor"]).await;
    let version = unscanned(&world, &owner).await;
    let gate = format!("/api/v1/versions/{version}/gate?stage=STAGING");
    let shut = world.get(&deployer, &gate).await.expect(200);
    assert_eq!(shut["reasons"][0]["code"], "policy-failed", "{shut}");

    // Asked for, and signed by two people in two roles.
    let body = asked(&version, "security-scan-required");
    let made = world.post(&owner, "/api/v1/exceptions", body).await.expect(201)["object"].clone();
    assert_eq!((&made["state"], &made["duration"]), (&json!("SUBMITTED"), &json!("1h")));
    assert_eq!(made["justification"]["text"], "the scanner is being replaced");
    assert_eq!(made["monitoring"], json!([{"what": {"text": "calls to the network"}, "every": "5m"}]));
    assert_eq!(made["roles"], json!(["compliance_officer", "security_reviewer"]));
    assert_eq!(made["missingRoles"], made["roles"]);
    let id = text(&made["id"]);
    let sign = format!("/api/v1/exceptions/{id}/signatures");
    let yes = json!({"verdict": "APPROVED", "comment": "for now"});
    world.post(&lead, &sign, yes.clone()).await.problem(403, "reviewer-lacks-role");
    let signed = world.post(&compliance, &sign, yes.clone()).await.expect(200)["object"].clone();
    assert_eq!(
        (&signed["state"], &signed["missingRoles"]),
        (&json!("SUBMITTED"), &json!(["security_reviewer"]))
    );
    assert_eq!(signed["signatures"][0]["recorded"]["by"]["name"], "Cora");
    world.post(&compliance, &sign, yes.clone()).await.problem(409, "reviewer-decided-already");
    let signed = world.post(&security, &sign, yes).await.expect(200);
    assert_eq!(signed["receipt"]["events"][1]["type"], "exceptionApproved");
    assert_eq!(signed["object"]["state"], "ACTIVE");
    assert_eq!(signed["object"]["approval"]["withoutApproval"], false);

    // It is found by what it is, and everybody who judges the version sees it.
    let by_subject = format!("version={version}&policy=security-scan-required&state=ACTIVE");
    assert_eq!(count(&world, &deployer, &by_subject).await, 1);
    for nothing in ["state=EXPIRED", "state=APPROVED", "state=SUBMITTED", "policy=data-privacy"] {
        assert_eq!(count(&world, &deployer, nothing).await, 0, "{nothing}");
    }
    let facts =
        world.get(&deployer, &format!("/api/v1/versions/{version}/facts?stage=STAGING")).await.expect(200);
    assert_eq!(facts["exceptions"]["policies"], json!(["security-scan-required"]));
    let check =
        world.get(&deployer, &format!("/api/v1/versions/{version}/check?stage=STAGING")).await.expect(200);
    assert_eq!(check["compliance"]["checksExcepted"], 1);
    let findings = check["findings"].as_array().unwrap();
    let excepted: Vec<&Value> = findings.iter().filter(|finding| finding["status"] == "EXCEPTED").collect();
    assert!(!excepted.is_empty() && excepted.iter().all(|finding| finding["exception"] == json!(id)));

    // The promotion runs through, and its completion says by which exception.
    let body = json!({"version": version, "target": {"stage": "STAGING"}});
    let promotion = world.post(&owner, "/api/v1/promotions", body).await.expect(201)["object"].clone();
    let review =
        json!({"step": "technical", "decision": "APPROVED", "evidence": promotion["now"]["evidence"]});
    let path = format!("/api/v1/promotions/{}", text(&promotion["id"]));
    world.post(&lead, &format!("{path}/reviews"), review).await.expect(200);
    let open = world.get(&deployer, &gate).await.expect(200);
    assert_eq!((&open["verdict"], &open["exceptionsUsed"][0]["exception"]), (&json!("ELIGIBLE"), &json!(id)));
    let done = world.post(&deployer, &format!("{path}/complete"), json!({})).await.expect(200);
    let events = done["receipt"]["events"].as_array().unwrap();
    assert!(events.iter().any(|event| event["type"] == "exceptionUsed"), "{events:?}");
    let used = world.get(&auditor, "/api/v1/log/entries?type=exceptionUsed").await.expect(200);
    let entry = &used["items"][0]["entry"];
    assert_eq!((&entry["riskLevel"], &entry["subject"]["id"]), (&json!("HIGH"), &json!(id)));
    let held = world.get(&owner, &format!("/api/v1/exceptions/{id}")).await.expect(200);
    assert_eq!((&held["uses"], &held["lastUse"]["promotion"]), (&json!(1), &promotion["id"]));

    // An hour after its approval it is over, and nobody had to do anything.
    world.clock.advance(3_600);
    let held = world.get(&owner, &format!("/api/v1/exceptions/{id}")).await.expect(200);
    assert_eq!(held["state"], "EXPIRED");
    assert_eq!(count(&world, &deployer, "state=ACTIVE").await, 0);
    assert_eq!(count(&world, &deployer, "state=EXPIRED").await, 1);
    let shut = world.get(&deployer, &gate).await.expect(200);
    assert_eq!((&shut["verdict"], &shut["exceptionsUsed"]), (&json!("NOT_ELIGIBLE"), &json!([])));
    let body = json!({"reason": "too late"});
    let path = format!("/api/v1/exceptions/{id}/revoke");
    world.post(&security, &path, body).await.problem(409, "wrong-state");

    // What follows it is asked for and signed anew; then the one before is noted as expired.
    let mut next = asked(&version, "security-scan-required");
    next["extends"] = json!(id);
    let made = world.post(&owner, "/api/v1/exceptions", next).await.expect(201);
    assert_eq!(made["receipt"]["events"][0]["type"], "exceptionExpired");
    assert_eq!((&made["object"]["state"], &made["object"]["extends"]), (&json!("SUBMITTED"), &json!(id)));
    assert_eq!(count(&world, &deployer, "state=EXPIRED").await, 1);
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_refused_with_its_field() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (model, version) = world.version(&owner, "sorter", "MEDIUM").await;
    let ask = async |change: &dyn Fn(&mut Value)| {
        let mut body = asked(&version, "security-scan-required");
        change(&mut body);
        world.post(&owner, "/api/v1/exceptions", body).await
    };
    let cases: [(&str, Value, u16, &str, &str); 13] = [
        ("policy", json!("nowhere"), 422, "unknown-policy", "/policy"),
        ("policy", json!("measured-evidence"), 422, "exception-not-allowed", "/policy"),
        ("policy", json!("production-documents"), 422, "policy-does-not-apply", "/policy"),
        ("policy", json!(""), 400, "invalid-text", "/policy"),
        ("duration", json!("8d"), 422, "duration-too-long", "/duration"),
        ("duration", json!("soon"), 400, "invalid-field", "/duration"),
        ("duration", json!("0d"), 400, "invalid-field", "/duration"),
        ("justification", json!("  "), 400, "invalid-text", "/justification"),
        ("mitigation", json!("x".repeat(10_001)), 400, "invalid-text", "/mitigation"),
        ("monitoring", json!([{"what": "", "every": "1h"}]), 400, "invalid-text", "/monitoring/0/what"),
        ("monitoring", json!(vec![json!({"what": "x", "every": "1h"}); 21]), 400, "too-many", "/monitoring"),
        ("model", json!(model), 400, "invalid-value", "/model"),
        ("extends", json!(model), 422, "not-extendable", "/extends"),
    ];
    for (field, value, status, code, pointer) in cases {
        let problem = ask(&|body| body[field] = value.clone()).await.problem(status, code);
        assert_eq!(problem["pointer"], pointer, "{field}: {problem}");
    }
    let neither = ask(&|body| drop(body.as_object_mut().unwrap().remove("version"))).await;
    assert_eq!(neither.problem(400, "invalid-value")["pointer"], "/model");
    let missing = ask(&|body| drop(body.as_object_mut().unwrap().remove("mitigation"))).await;
    missing.problem(400, "invalid-field");
    let held = ask(&|body| body["submit"] = json!(false)).await.expect(201);
    assert_eq!((&held["object"]["state"], &held["object"]["roles"]), (&json!("DRAFT"), &json!([])));
    let again = ask(&|_| {}).await.problem(409, "exception-open");
    assert_eq!(again["pointer"], "/policy");
    assert!(again["detail"].as_str().unwrap().contains(held["object"]["id"].as_str().unwrap()), "{again}");
}

#[tokio::test]
async fn an_exception_for_a_model_is_revoked_or_remediated_at_once() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, compliance) = world.person("Cora", &["compliance_officer"]).await;
    let (model, version) = world.version(&owner, "sorter", "LOW").await;
    for (end, body, by) in [
        ("revoke", json!({"reason": "it was abused"}), &compliance),
        ("remediate", json!({"how": "the sheet is attached"}), &owner),
    ] {
        let mut new = asked(&version, "performance-thresholds");
        drop(new.as_object_mut().unwrap().remove("version"));
        new["model"] = json!(model);
        let made = world.post(&owner, "/api/v1/exceptions", new).await.expect(201);
        assert_eq!(made["object"].get("version"), None);
        let path = format!("/api/v1/exceptions/{}", text(&made["object"]["id"]));
        world
            .post(&compliance, &format!("{path}/signatures"), json!({"verdict": "APPROVED"}))
            .await
            .expect(200);
        let facts = format!("/api/v1/versions/{version}/facts");
        let waived = world.get(&owner, &facts).await.expect(200)["exceptions"]["policies"].clone();
        assert_eq!(waived, json!(["performance-thresholds"]));
        let ended = world.post(by, &format!("{path}/{end}"), body.clone()).await.expect(200);
        let words = body.as_object().unwrap().values().next().unwrap();
        assert_eq!(&ended["object"]["reason"]["text"], words);
        let waived = world.get(&owner, &facts).await.expect(200)["exceptions"]["policies"].clone();
        assert_eq!(waived, json!([]), "{end}");
    }
    // A no ends a request, and needs a reason.
    let made = world.post(&owner, "/api/v1/exceptions", asked(&version, "data-privacy")).await.expect(201);
    let path = format!("/api/v1/exceptions/{}/signatures", text(&made["object"]["id"]));
    let no = world.post(&compliance, &path, json!({"verdict": "REJECTED"})).await;
    assert_eq!(no.problem(422, "comment-missing")["pointer"], "/comment");
    let no = json!({"verdict": "REJECTED", "comment": "not with this data"});
    let rejected = world.post(&compliance, &path, no).await.expect(200);
    assert_eq!(rejected["object"]["state"], "REJECTED");
}
