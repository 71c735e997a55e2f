//! Erasing a principal, and finding one by its e-mail address.

use assent_store::SubjectKeys as _;
use axum::body::Body;
use serde_json::json;

use crate::world::{World, bare, text};

#[tokio::test]
async fn an_erased_principal_is_nobody() {
    let world = World::new().await;
    let (id, token) = world.person("Olga", &["model_owner"]).await;
    world.version(&token, "sorter", "LOW").await;
    let erase = format!("/api/v1/principals/{id}/erase");
    let reason = json!({"reason": "asked for it"});
    world.post(&token, &erase, reason.clone()).await.problem(403, "permission-missing");
    world.post(&world.admin, &erase, reason.clone()).await.problem(409, "still-active");
    world.post(&world.admin, &format!("/api/v1/principals/{id}/disable"), json!({})).await.expect(200);
    let problem = world.post(&world.admin, &erase, json!({"reason": " "})).await.problem(400, "invalid-text");
    assert_eq!(problem["pointer"], "/reason");

    let done = world.post(&world.admin, &erase, reason.clone()).await.expect(200);
    assert_eq!(done["receipt"]["events"][0]["type"], "subjectErased");
    let object = &done["object"];
    assert_eq!((&object["status"], &object["erased"]), (&json!("ERASED"), &json!(true)));
    assert_eq!((&object["name"], &object["email"]), (&json!(null), &json!(null)));
    assert_eq!(world.keys.get(id.parse().unwrap()).unwrap(), None);
    let again = world.post(&world.admin, &erase, reason).await.expect(200);
    assert_eq!(again["receipt"]["events"], json!([]));

    let model = world.get(&world.admin, "/api/v1/models/sorter").await.expect(200);
    assert_eq!(model["owner"], json!({"id": id, "name": null, "erased": true}));
    world.get(&token, "/api/v1/me").await.problem(401, "unauthenticated");
    let enable = format!("/api/v1/principals/{id}/enable");
    world.post(&world.admin, &enable, json!({})).await.problem(409, "subject-erased");
    let me = text(&world.get(&world.admin, "/api/v1/me").await.expect(200)["principal"]["id"]);
    let oneself = format!("/api/v1/principals/{me}/erase");
    world.post(&world.admin, &oneself, json!({"reason": "x"})).await.problem(403, "erasure-of-oneself");
}

#[tokio::test]
async fn an_address_leads_to_one_principal() {
    let world = World::new().await;
    let (id, token) = world.person("Olga", &["model_owner"]).await;
    let find = "/api/v1/principals?email=OLGA@example.org";
    let found = world.get(&world.admin, find).await.expect(200);
    assert_eq!(found["items"][0]["id"], json!(id));
    let none = world.get(&world.admin, "/api/v1/principals?email=olga@example.com").await.expect(200);
    assert_eq!(none["items"], json!([]));
    world.get(&world.admin, "/api/v1/principals?email=olga").await.problem(400, "invalid-text");
    world.get(&token, find).await.problem(403, "permission-missing");

    let twin = json!({"kind": "USER", "name": "Other", "email": "olga@EXAMPLE.org"});
    let problem =
        world.post(&world.admin, "/api/v1/principals", twin.clone()).await.problem(409, "email-taken");
    assert_eq!(problem["pointer"], "/email");
    // Once she is erased the address is free, and leads to nobody.
    for (verb, body) in [("disable", json!({})), ("erase", json!({"reason": "asked for it"}))] {
        world.post(&world.admin, &format!("/api/v1/principals/{id}/{verb}"), body).await.expect(200);
    }
    assert_eq!(world.get(&world.admin, find).await.expect(200)["items"], json!([]));
    let other = world.post(&world.admin, "/api/v1/principals", twin).await.expect(201);
    let found = world.get(&world.admin, find).await.expect(200);
    assert_eq!(found["items"][0]["id"], other["object"]["id"]);
}

#[tokio::test]
async fn a_registration_that_is_repeated_or_refused_keeps_no_address() {
    let world = World::new().await;
    let send = async |body: &serde_json::Value| {
        let request = bare("POST", &world.admin, "/api/v1/principals").header("idempotency-key", "one");
        world.send(request.body(Body::from(body.to_string())).unwrap()).await
    };
    let body = json!({"kind": "USER", "name": "Olga", "email": "olga@example.org"});
    let first = send(&body).await.expect(201);
    let second = send(&body).await.expect(201);
    assert_eq!(second["receipt"]["replayed"], json!(true));
    assert_eq!(second["object"]["id"], first["object"]["id"]);

    let nobody = "00000000-0000-7000-8000-000000000000";
    let refused = json!({"kind": "SERVICE", "name": "ci", "email": "ci@example.org", "responsible": nobody});
    world.post(&world.admin, "/api/v1/principals", refused).await.problem(404, "not-found");
    let kept = json!({"kind": "USER", "name": "Cid", "email": "ci@example.org"});
    world.post(&world.admin, "/api/v1/principals", kept).await.expect(201);
}
