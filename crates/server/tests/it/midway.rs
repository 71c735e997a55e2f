//! What changes between two requests, and what comes twice at once.

use serde_json::{Value, json};

use crate::story::{dataset, evidence, files};
use crate::world::{World, text};

/// How many entries the log has.
fn entries(world: &World) -> u64 {
    world.assent.store().read().unwrap().head().unwrap().size
}

/// A version with its evidence, and its promotion, which is in review.
async fn asked(world: &World, owner: &str) -> (String, Value) {
    let (_, version) = world.version(owner, "sorter", "MEDIUM").await;
    let (_, steward) = world.person("Stan", &["data_steward"]).await;
    let (labels, predictions) = files();
    let data = dataset(world, &steward, &labels).await;
    evidence(world, owner, &version).await;
    let predictions = world.upload(owner, predictions).await;
    let body = json!({"dataset": data["id"], "predictions": predictions, "prediction": "said",
        "suites": ["performance", "bias"]});
    world.post(owner, &format!("/api/v1/versions/{version}/evaluations"), body).await.expect(201);
    let body = json!({"version": version, "target": {"stage": "STAGING"}});
    let asked = world.post(owner, "/api/v1/promotions", body).await.expect(201);
    (version, asked["object"].clone())
}

#[tokio::test]
async fn a_token_that_expires_on_the_way_does_nothing_more() {
    let world = World::new().await;
    let (id, owner) = world.person("Olga", &["model_owner"]).await;
    let body = json!({"life": "1h"});
    let short = world.post(&world.admin, &format!("/api/v1/principals/{id}/tokens"), body).await.expect(201);
    let short = text(&short["object"]["secret"]);
    let (_, promotion) = asked(&world, &short).await;
    world.clock.advance(3_601);
    let path = format!("/api/v1/promotions/{}/withdraw", text(&promotion["id"]));
    let refused = world.post(&short, &path, json!({})).await;
    assert!(refused.headers["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
    refused.problem(401, "unauthenticated");
    let path = format!("/api/v1/promotions/{}", text(&promotion["id"]));
    assert_eq!(world.get(&owner, &path).await.expect(200)["state"], promotion["state"]);
}

#[tokio::test]
async fn of_two_promotions_at_once_one_is_asked_for() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, version) = world.version(&owner, "sorter", "MEDIUM").await;
    let before = entries(&world);
    let body = json!({"version": version, "target": {"stage": "STAGING"}});
    let ask = || world.post(&owner, "/api/v1/promotions", body.clone());
    let (a, b, c, d) = tokio::join!(ask(), ask(), ask(), ask());
    let (made, refused): (Vec<_>, Vec<_>) = [a, b, c, d].into_iter().partition(|answer| answer.status == 201);
    assert_eq!((made.len(), refused.len()), (1, 3));
    for answer in refused {
        answer.problem(409, "promotion-open");
    }
    assert_eq!(entries(&world), before + 2, "requested and submitted, once");
}

#[tokio::test]
async fn a_reviewer_without_the_role_and_one_too_late() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, lead) = world.person("Lena", &["tech_lead"]).await;
    let (_, officer) = world.person("Carl", &["compliance_officer"]).await;
    let (version, promotion) = asked(&world, &owner).await;
    let path = format!("/api/v1/promotions/{}/reviews", text(&promotion["id"]));
    let decision = |decision: &str| json!({"step": "technical", "decision": decision, "comment": "seen", "evidence": promotion["now"]["evidence"]});
    let refused = world.post(&officer, &path, decision("APPROVED")).await.problem(403, "reviewer-lacks-role");
    assert!(refused["detail"].as_str().unwrap().contains("tech_lead"), "{refused}");

    // The evidence moves on while the reviewer reads: what was looked at is not what would be approved.
    let sha256 = world.upload(&owner, "a card").await;
    let card = json!({"kind": "MODEL_CARD", "name": "card.md", "sha256": sha256});
    world.post(&owner, &format!("/api/v1/versions/{version}/documents"), card).await.expect(200);
    world.post(&lead, &path, decision("APPROVED")).await.problem(409, "evidence-moved");
    let shown =
        world.get(&owner, &format!("/api/v1/promotions/{}", text(&promotion["id"]))).await.expect(200);
    assert_eq!(shown["reviews"], json!([]));
}

/// A token for longer than a promotion lives.
async fn long(world: &World, principal: &str) -> String {
    let path = format!("/api/v1/principals/{principal}/tokens");
    let issued = world.post(&world.admin, &path, json!({"life": "200d"})).await.expect(201);
    text(&issued["object"]["secret"])
}

#[tokio::test]
async fn a_promotion_that_expires_on_the_way_is_over() {
    let world = World::new().await;
    let (owner_id, owner) = world.person("Olga", &["model_owner"]).await;
    let (lead_id, _) = world.person("Lena", &["tech_lead"]).await;
    let (version, promotion) = asked(&world, &owner).await;
    let (owner, lead) = (long(&world, &owner_id).await, long(&world, &lead_id).await);
    world.clock.advance(90 * 24 * 3_600);
    let path = format!("/api/v1/promotions/{}", text(&promotion["id"]));
    let shown = world.get(&owner, &path).await.expect(200);
    assert_eq!((&shown["state"], shown.get("now")), (&json!("EXPIRED"), None));
    let review =
        json!({"step": "technical", "decision": "APPROVED", "evidence": promotion["now"]["evidence"]});
    world.post(&lead, &format!("{path}/reviews"), review).await.problem(409, "wrong-state");
    // What is over does not stand in the way.
    let body = json!({"version": version, "target": {"stage": "STAGING"}});
    world.post(&owner, "/api/v1/promotions", body).await.expect(201);
}
