//! From a registration to a stage, as the people do it.

use serde_json::{Value, json};

use crate::world::{Answer, World, bare, text};

pub(crate) fn files() -> (String, String) {
    let (mut labels, mut predictions) = ("id,approved,sex\n".to_owned(), "id,said\n".to_owned());
    for row in 0..80 {
        let label = u8::from(row % 2 == 0);
        let sex = if row % 4 < 2 { "f" } else { "m" };
        let said = if row == 3 { 1 - label } else { label };
        labels += &format!("r{row},{label},{sex}\n");
        predictions += &format!("r{row},{said}\n");
    }
    (labels, predictions)
}

pub(crate) async fn dataset(world: &World, steward: &str, labels: &str) -> Value {
    let sha256 = world.upload(steward, labels).await;
    let sheet = world.upload(steward, "who, what, when").await;
    let body = json!({"name": "loans", "sha256": sha256, "classification": "RESTRICTED", "datasheet": sheet,
        "sensitiveAttributes": ["sex"], "labels": {"id": "id", "label": "approved"},
        "designatedFor": ["performance", "bias"]});
    world.post(steward, "/api/v1/datasets", body).await.expect(201)["object"].clone()
}

pub(crate) async fn evidence(world: &World, owner: &str, version: &str) {
    for kind in ["MODEL_CARD", "DATASHEET"] {
        let sha256 = world.upload(owner, format!("about {kind}")).await;
        let body = json!({"kind": kind, "name": format!("{kind}.md"), "sha256": sha256});
        world.post(owner, &format!("/api/v1/versions/{version}/documents"), body).await.expect(200);
    }
    let scan = json!({"tool": "scanner", "toolVersion": "1.2", "status": "PASSED", "findings": {"LOW": 2}});
    let scanned = world.post(owner, &format!("/api/v1/versions/{version}/scans"), scan).await.expect(200);
    assert_eq!(scanned["object"]["scan"]["provenance"], "REPORTED");
}

#[tokio::test]
async fn a_version_reaches_staging() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (steward_id, steward) = world.person("Stan", &["data_steward"]).await;
    let (lead_id, lead) = world.person("Lena", &["tech_lead"]).await;
    let (_, deployer) = world.person("Dana", &["deployer"]).await;
    let (model, version) = world.version(&owner, "sorter", "MEDIUM").await;
    let (labels, predictions) = files();
    let data = dataset(&world, &steward, &labels).await;
    assert_eq!(data["columns"], json!(["id", "approved", "sex"]));
    assert_eq!((&data["number"], &data["steward"]["id"]), (&json!(1), &json!(steward_id)));

    // Evidence and an evaluation on labels that the owner never sees.
    evidence(&world, &owner, &version).await;
    let predictions = world.upload(&owner, predictions).await;
    let path = format!("/api/v1/versions/{version}/evaluations");
    let body = json!({"dataset": data["id"], "predictions": predictions, "prediction": "said",
        "suites": ["performance", "bias"]});
    let evaluated = world.post(&owner, &path, body.clone()).await.expect(201);
    let object = &evaluated["object"];
    assert_eq!((&object["provenance"], &object["attempts"]["bias"]), (&json!("MEASURED"), &json!(1)));
    assert_eq!(
        (&object["report"]["rows"], &object["report"]["metrics"]["accuracy"]["value"]),
        (&json!(80), &json!(0.9875))
    );
    assert_eq!(object["report"]["groups"].as_array().unwrap().len(), 2);
    let again = world.post(&owner, &path, body).await.expect(201);
    assert_eq!(again["object"]["attempts"]["performance"], 2);

    // The promotion, its review, and its completion.
    let said = async || {
        let held = world.get(&deployer, &format!("/api/v1/versions/{version}")).await.expect(200);
        text(&held["status"]["name"])
    };
    assert_eq!(said().await, "DRAFT");
    let gate = format!("/api/v1/versions/{version}/gate?stage=STAGING");
    assert_eq!(world.get(&deployer, &gate).await.expect(200)["verdict"], "NOT_ELIGIBLE");
    let body = json!({"version": version, "target": {"stage": "STAGING"}, "comment": "it is time"});
    let asked = world.post(&owner, "/api/v1/promotions", body).await.expect(201)["object"].clone();
    assert_eq!((&asked["state"], &asked["comment"]["text"]), (&json!("IN_REVIEW"), &json!("it is time")));
    assert_eq!(asked["now"]["missing"][0]["code"], "approval-missing");
    assert_eq!(said().await, "IN_REVIEW");
    let promotion = text(&asked["id"]);
    assert_eq!(world.get(&deployer, "/api/v1/inbox").await.expect(200)["items"], json!([]));
    let inbox = world.get(&lead, "/api/v1/inbox").await.expect(200);
    assert_eq!(
        (&inbox["items"][0]["steps"], &inbox["items"][0]["promotion"]["id"]),
        (&json!(["technical"]), &json!(promotion))
    );

    let review = json!({"step": "technical", "decision": "APPROVED", "comment": "sound", "evidence": asked["now"]["evidence"]});
    let path = format!("/api/v1/promotions/{promotion}/reviews");
    let reviewed = world.post(&lead, &path, review).await;
    assert_eq!(reviewed.headers["etag"], "\"4\"");
    let index: u64 = reviewed.headers["assent-log-index"].to_str().unwrap().parse().unwrap();
    let reviewed = reviewed.expect(200);
    let kinds: Vec<&str> = reviewed["receipt"]["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["reviewDecided", "promotionApproved"]);
    assert_eq!(reviewed["receipt"]["events"][1]["index"], index);
    let record = &reviewed["object"]["reviews"][0];
    assert_eq!(
        (&record["comment"]["text"], &record["recorded"]["by"]["name"]),
        (&json!("sound"), &json!("Lena"))
    );
    assert_eq!(record["recorded"]["by"]["id"], json!(lead_id));

    let path = format!("/api/v1/promotions/{promotion}/complete");
    let completed = world.post(&deployer, &path, json!({})).await.expect(200);
    assert_eq!(
        (&completed["object"]["state"], &completed["object"]["version"]["stage"]),
        (&json!("COMPLETED"), &json!("STAGING"))
    );
    assert_eq!(completed["object"].get("now"), None);
    let found =
        world.get(&deployer, &format!("/api/v1/promotions?model={model}&state=COMPLETED")).await.expect(200);
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    let held = world.get(&deployer, "/api/v1/models/sorter/versions/1").await.expect(200);
    assert_eq!((&held["id"], &held["stage"]), (&json!(version), &json!("STAGING")));
    assert_eq!(held["status"], json!({"name": "APPROVED_STAGING", "because": "it stands in `STAGING`"}));
    let facts = world.get(&deployer, &format!("/api/v1/versions/{version}/facts")).await.expect(200);
    assert_eq!(facts["evaluation"]["suites"]["performance"]["provenance"], "MEASURED");
    let check =
        world.get(&deployer, &format!("/api/v1/versions/{version}/check?stage=PRODUCTION")).await.expect(200);
    assert_eq!(check["compliance"]["status"], "NON_COMPLIANT");
}

#[tokio::test]
async fn conditions_are_met_by_their_owner_and_versions_move_down() {
    let world = World::new().await;
    let (owner_id, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, steward) = world.person("Stan", &["data_steward"]).await;
    let (_, lead) = world.person("Lena", &["tech_lead"]).await;
    let (_, deployer) = world.person("Dana", &["deployer"]).await;
    let (_, version) = world.version(&owner, "sorter", "MEDIUM").await;
    let (labels, predictions) = files();
    let data = dataset(&world, &steward, &labels).await;
    evidence(&world, &owner, &version).await;
    let predictions = world.upload(&owner, predictions).await;
    let body = json!({"dataset": data["id"], "predictions": predictions, "prediction": "said", "suites": ["performance", "bias"]});
    world.post(&owner, &format!("/api/v1/versions/{version}/evaluations"), body).await.expect(201);
    let body = json!({"version": version, "target": {"stage": "STAGING"}, "submit": false});
    let draft = world.post(&owner, "/api/v1/promotions", body).await.expect(201)["object"].clone();
    assert_eq!(draft["state"], "DRAFT");
    let promotion = text(&draft["id"]);
    let path = |verb: &str| format!("/api/v1/promotions/{promotion}/{verb}");
    let submitted = world.post(&owner, &path("submit"), json!({})).await.expect(200);
    let evidence = &submitted["object"]["now"]["evidence"];
    let condition = json!({"text": "write the runbook", "owner": owner_id, "when": "BEFORE_DEPLOYMENT"});
    let review = json!({"step": "technical", "decision": "CONDITIONAL", "comment": "nearly", "conditions": [condition], "evidence": evidence});
    let reviewed = world.post(&lead, &path("reviews"), review).await.expect(200);
    let condition = &reviewed["object"]["reviews"][0]["conditions"][0];
    assert_eq!((&condition["text"]["text"], &condition["met"]), (&json!("write the runbook"), &json!(false)));
    let shut = world.post(&deployer, &path("complete"), json!({})).await.problem(422, "gate-shut");
    assert!(shut["detail"].as_str().unwrap().contains("condition"), "{shut}");
    let gate = format!("/api/v1/versions/{version}/gate?stage=STAGING");
    let gate = world.get(&owner, &gate).await.expect(200);
    let subject = json!(format!("technical/{}", text(&condition["id"])));
    let reasons = gate["reasons"].as_array().unwrap();
    let open = reasons.iter().find(|reason| reason["code"] == "condition-open").unwrap();
    assert_eq!(open["subject"], subject, "of several conditions each is told by what it is about");
    let met = path(&format!("conditions/{}/met", text(&condition["id"])));
    world.post(&deployer, &met, json!({})).await.problem(403, "permission-missing");
    let done = world.post(&owner, &met, json!({"comment": "written"})).await.expect(200);
    assert_eq!(done["object"]["reviews"][0]["conditions"][0]["met"], true);
    world.post(&deployer, &path("complete"), json!({})).await.expect(200);

    let down = format!("/api/v1/versions/{version}/move");
    let moved =
        world.post(&deployer, &down, json!({"to": "DEVELOPMENT", "comment": "back"})).await.expect(200);
    assert_eq!(moved["object"]["stage"], "DEVELOPMENT");
    world.post(&deployer, &down, json!({"to": "STAGING"})).await.problem(422, "promotion-needed");
    let again = json!({"version": version, "target": {"stage": "STAGING"}});
    let again = world.post(&owner, "/api/v1/promotions", again).await.expect(201);
    let path = format!("/api/v1/promotions/{}/withdraw", text(&again["object"]["id"]));
    let withdrawn = world.post(&owner, &path, json!({"comment": "not now"})).await.expect(200);
    assert_eq!(withdrawn["object"]["state"], "WITHDRAWN");
}

#[tokio::test]
async fn labels_stay_with_their_steward() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, steward) = world.person("Stan", &["data_steward"]).await;
    let (_, version) = world.version(&owner, "sorter", "MEDIUM").await;
    let (labels, predictions) = files();
    let data = dataset(&world, &steward, &labels).await;
    let content = format!("/api/v1/datasets/{}/content", text(&data["id"]));
    let bytes: Answer = world.get(&steward, &content).await;
    assert_eq!(
        (bytes.text(), &bytes.headers["content-type"]),
        (labels, &"application/octet-stream".parse().unwrap())
    );
    world.get(&owner, &content).await.problem(403, "not-the-steward");

    // Neither by attaching the digest elsewhere, nor as one's own predictions, nor by a column that names the rows.
    let attach = json!({"kind": "MODEL_CARD", "name": "card.md", "sha256": data["sha256"]});
    let path = format!("/api/v1/versions/{version}/documents");
    world.post(&owner, &path, attach).await.problem(422, "blob-missing");
    let path = format!("/api/v1/versions/{version}/evaluations");
    let cheat = json!({"dataset": data["id"], "predictions": data["sha256"], "prediction": "approved", "suites": ["performance"]});
    world.post(&owner, &path, cheat.clone()).await.problem(422, "blob-missing");
    world.post(&steward, &path, cheat).await.problem(422, "data-invalid");
    let sent = world.upload(&owner, predictions.clone()).await;
    let by_row = json!({"dataset": data["id"], "predictions": sent, "prediction": "said", "protected": ["id"],
        "suites": ["bias"]});
    world.post(&owner, &path, by_row.clone()).await.problem(403, "not-the-steward");
    // Predictions are handed out to nobody: who evaluates those of another has the file from them.
    world.post(&steward, &path, by_row.clone()).await.problem(422, "blob-missing");
    assert_eq!(world.upload(&steward, predictions).await, sent);
    world.post(&steward, &path, by_row).await.expect(201);
}

#[tokio::test]
async fn an_upload_is_checked_against_its_digest() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let zero = "0".repeat(64);
    let request = bare("POST", &owner, &format!("/api/v1/blobs?sha256={zero}"));
    world.send(request.body("x".into()).unwrap()).await.problem(422, "digest-mismatch");
    let request = bare("POST", &owner, "/api/v1/blobs")
        .header("content-digest", "sha-256=:LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=:");
    let kept = world.send(request.body("x".into()).unwrap()).await.expect(201);
    assert_eq!(kept["sizeBytes"], 1);
    let request = bare("POST", &owner, "/api/v1/blobs").header("content-digest", "sha-256=x");
    world.send(request.body("x".into()).unwrap()).await.problem(400, "invalid-value");
}
