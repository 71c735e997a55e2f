//! One test for each class of error, and what a repeated request gives.

use serde_json::json;

use crate::world::{World, bare, text};

#[tokio::test]
async fn tokens_that_do_not_hold_look_alike() {
    let world = World::new().await;
    let (id, token) = world.person("Olga", &["model_owner"]).await;
    let me = world.get(&token, "/api/v1/me").await.expect(200);
    assert_eq!(
        (&me["principal"]["name"], &me["principal"]["email"]),
        (&json!("Olga"), &json!("olga@example.org"))
    );
    let path = format!("/api/v1/tokens/{}", text(&me["token"]["id"]));
    world.delete(&token, &path).await.expect(200);
    let (_, late) = world.person("Lars", &["model_owner"]).await;
    world.clock.advance(13 * 3600);
    let forged = format!("assent_{}_{}", "0".repeat(32), "A".repeat(43));
    let mut details = Vec::new();
    for token in ["", "x", &forged, &token, &late] {
        let answer = world.get(token, "/api/v1/me").await;
        assert_eq!(answer.headers["www-authenticate"], "Bearer realm=\"assent\"");
        let problem = answer.problem(401, "unauthenticated");
        details.push((problem["detail"].clone(), problem["remedy"].clone()));
    }
    details.dedup();
    assert_eq!(details.len(), 1, "{id}");
}

#[tokio::test]
async fn each_class_has_its_status() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, version) = world.version(&owner, "sorter", "LOW").await;
    let model = json!({"name": " ", "purpose": "x", "tier": "LOW"});
    let problem = world.post(&owner, "/api/v1/models", model).await.problem(400, "invalid-text");
    assert_eq!(problem["pointer"], "/name");
    let path = "/api/v1/principals";
    world.post(&owner, path, json!({"kind": "USER", "name": "Eve"})).await.problem(403, "permission-missing");
    world.get(&owner, "/api/v1/models/nothing").await.problem(404, "not-found");
    let model = json!({"name": "sorter", "purpose": "x", "tier": "LOW"});
    world.post(&owner, "/api/v1/models", model).await.problem(409, "name-taken");
    let missing = json!({"kind": "MODEL_CARD", "name": "card", "sha256": "0".repeat(64)});
    let documents = format!("/api/v1/versions/{version}/documents");
    let problem = world.post(&owner, &documents, missing).await.problem(422, "blob-missing");
    assert_eq!(problem["pointer"], "/sha256");
    let stage = format!("/api/v1/versions/{version}/gate?stage=NOWHERE");
    world.get(&owner, &stage).await.problem(422, "unknown-stage");
    world.get(&owner, "/api/v2/x").await.problem(404, "unknown-path");
    let answer = world.delete(&owner, "/api/v1/models").await;
    assert_eq!(answer.headers["allow"], "POST,GET,HEAD");
    answer.problem(405, "method-not-allowed");
}

#[tokio::test]
async fn an_old_revision_is_refused() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, version) = world.version(&owner, "sorter", "LOW").await;
    let read = world.get(&owner, &format!("/api/v1/versions/{version}")).await;
    assert_eq!(read.headers["etag"], "\"1\"");
    let scan = json!({"tool": "scanner", "toolVersion": "1", "status": "PASSED"}).to_string();
    let path = format!("/api/v1/versions/{version}/scans");
    let request = |revision: &str| {
        bare("POST", &owner, &path).header("if-match", revision).body(scan.clone().into()).unwrap()
    };
    world.send(request("\"1\"")).await.expect(200);
    world.send(request("\"1\"")).await.problem(412, "revision-stale");
    world.send(request("\"2\"")).await.expect(200);
    world.send(request("2")).await.problem(400, "invalid-value");
}

#[tokio::test]
async fn a_repeated_request_is_done_once() {
    let world = World::new().await;
    let (id, _) = world.person("Olga", &["model_owner"]).await;
    let path = format!("/api/v1/principals/{id}/tokens");
    let send = |body: &str| {
        let request = bare("POST", &world.admin, &path).header("idempotency-key", "key-1");
        world.send(request.body(body.to_owned().into()).unwrap())
    };
    let first = send(r#"{"life": "1d"}"#).await.expect(201);
    let again = send(r#"{"life": "1d"}"#).await.expect(201);
    assert!(first["object"]["secret"].is_string() && again["object"]["secret"].is_null());
    assert_eq!(
        (&again["object"]["shownBefore"], &again["receipt"]["replayed"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(
        (&first["receipt"]["id"], &first["receipt"]["events"]),
        (&again["receipt"]["id"], &again["receipt"]["events"])
    );
    send(r#"{"life": "2d"}"#).await.problem(422, "idempotency-key-reused");
    let request =
        bare("POST", &world.admin, &path).header("idempotency-key", "a b").body("{}".into()).unwrap();
    world.send(request).await.problem(400, "invalid-value");
}

#[tokio::test]
async fn a_halted_ledger_refuses_writes_and_says_so() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    assert_eq!(world.get("", "/readyz").await.expect(200)["ready"], true);
    world.assent.ledger.halt("entry 7 was changed");
    let body = json!({"name": "sorter", "purpose": "x", "tier": "LOW"});
    let answer = world.post(&owner, "/api/v1/models", body).await;
    assert_eq!(answer.headers["retry-after"], "2");
    answer.problem(503, "halted");
    let ready = world.get("", "/readyz").await.expect(503);
    assert_eq!(ready["reason"], "the ledger has stopped: entry 7 was changed");
    world.get(&owner, "/api/v1/models").await.expect(200);
    assert_eq!(world.get("", "/healthz").await.text(), "ok\n");
}

#[tokio::test]
async fn a_full_house_asks_to_come_again() {
    let options = assent_server::Options { max_requests: 0, ..assent_server::Options::default() };
    let world = World::with(options).await;
    world.get(&world.admin, "/api/v1/me").await.problem(503, "busy");
    assert_eq!(world.get("", "/healthz").await.status, 200);
    let metrics = world.get("", "/metrics").await.text();
    assert!(
        metrics.contains(r#"assent_http_requests_total{route="GET /api/v1/me",status="503"} 1"#),
        "{metrics}"
    );
    assert!(metrics.contains("assent_log_size"), "{metrics}");
}
