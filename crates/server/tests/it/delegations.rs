//! Delegations, as people give, use and end them.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::exceptions::asked;
use crate::talk::Waiting;
use crate::world::{World, text};

/// People, and an exception that waits for the compliance officer.
struct Cast {
    world: World,
    cora: (String, String),
    lena: (String, String),
    deployer: String,
    sign: String,
}

impl Cast {
    async fn new() -> Self {
        let world = World::new().await;
        let (_, owner) = world.person("Olga", &["model_owner"]).await;
        let cora = world.person("Cora", &["compliance_officer"]).await;
        let lena = world.person("Lena", &["tech_lead"]).await;
        let (_, deployer) = world.person("Dana", &["deployer"]).await;
        let (_, version) = world.version(&owner, "sorter", "LOW").await;
        let body = asked(&version, "data-privacy");
        let made = world.post(&owner, "/api/v1/exceptions", body).await.expect(201)["object"].clone();
        assert_eq!(made["roles"], json!(["compliance_officer"]), "{made}");
        let sign = format!("/api/v1/exceptions/{}/signatures", text(&made["id"]));
        Self { world, cora, lena, deployer, sign }
    }

    fn lent(&self, hours: i64) -> Value {
        let now = self.world.assent.wiring.now();
        let until = now.checked_add(SignedDuration::from_hours(hours)).unwrap();
        json!({"delegate": self.lena.0, "roles": ["compliance_officer"], "from": now, "until": until,
            "reason": "a week off"})
    }

    async fn give(&self, hours: i64) -> Value {
        let given = self.world.post(&self.cora.1, "/api/v1/delegations", self.lent(hours)).await;
        given.expect(201)["object"].clone()
    }

    fn signature(&self) -> Value {
        json!({"verdict": "APPROVED", "onBehalfOf": self.cora.0})
    }
}

#[tokio::test]
async fn a_signature_is_given_in_the_place_of_somebody() {
    let cast = Cast::new().await;
    let (world, lena) = (&cast.world, &cast.lena.1);
    let early = world.post(lena, &cast.sign, cast.signature()).await.problem(403, "no-delegation");
    assert_eq!(early["pointer"], "/onBehalfOf");
    let given = cast.give(24).await;
    assert_eq!((&given["state"], &given["reason"]["text"]), (&json!("ACTIVE"), &json!("a week off")));
    assert_eq!((&given["delegator"]["name"], &given["delegate"]["name"]), (&json!("Cora"), &json!("Lena")));
    let own = json!({"verdict": "APPROVED"});
    world.post(lena, &cast.sign, own).await.problem(403, "reviewer-lacks-role");
    let signed = world.post(lena, &cast.sign, cast.signature()).await.expect(200)["object"].clone();
    let signature = &signed["signatures"][0];
    assert_eq!((&signed["state"], &signature["role"]), (&json!("ACTIVE"), &json!("compliance_officer")));
    assert_eq!(
        (&signature["recorded"]["by"]["name"], &signature["onBehalfOf"]["delegator"]["name"]),
        (&json!("Lena"), &json!("Cora"))
    );
    assert_eq!(signature["onBehalfOf"]["delegation"], given["id"]);
    let entry = world.get(&world.admin, "/api/v1/log/entries?type=exceptionSigned").await.expect(200);
    let details = &entry["items"][0]["entry"]["details"];
    assert_eq!(details["onBehalfOf"]["delegator"], json!(cast.cora.0));
    let given = world.get(&world.admin, "/api/v1/log/entries?type=delegationGiven").await.expect(200);
    assert!(!given.to_string().contains("a week off"), "the reason is sealed");
}

#[tokio::test]
async fn it_ends_by_the_clock_and_by_either_of_the_two() {
    let cast = Cast::new().await;
    let world = &cast.world;
    cast.give(1).await;
    world.clock.advance(3_600);
    world.post(&cast.lena.1, &cast.sign, cast.signature()).await.problem(403, "no-delegation");
    for who in [&cast.cora.1, &cast.lena.1] {
        let given = cast.give(24).await;
        let path = format!("/api/v1/delegations/{}", text(&given["id"]));
        world
            .post(&cast.deployer, &format!("{path}/revoke"), json!({}))
            .await
            .problem(403, "not-the-delegator");
        let ended = world.post(who, &format!("{path}/revoke"), json!({"comment": "back"})).await.expect(200);
        assert_eq!(
            (&ended["object"]["state"], &ended["object"]["comment"]["text"]),
            (&json!("REVOKED"), &json!("back"))
        );
        world.post(who, &format!("{path}/revoke"), json!({})).await.problem(409, "wrong-state");
        world.post(&cast.lena.1, &cast.sign, cast.signature()).await.problem(403, "no-delegation");
    }
    for (query, count) in [("", 3), ("state=REVOKED", 2), ("state=ENDED", 1), ("state=ACTIVE", 0)] {
        let page = world.get(&cast.lena.1, &format!("/api/v1/delegations?{query}")).await.expect(200);
        assert_eq!(page["items"].as_array().unwrap().len(), count, "{query}");
    }
}

#[tokio::test]
async fn what_cannot_be_delegated_is_refused_with_its_field() {
    let cast = Cast::new().await;
    let post = |body: Value| cast.world.post(&cast.cora.1, "/api/v1/delegations", body);
    let with = |field: &str, value: Value| {
        let mut body = cast.lent(24);
        body[field] = value;
        body
    };
    for (field, value, status, code, pointer) in [
        ("delegate", json!(cast.cora.0), 422, "not-a-delegate", "/delegate"),
        ("delegate", json!("01931e2c-5b1a-7cc3-98c4-000000000000"), 422, "not-a-delegate", "/delegate"),
        ("roles", json!(["risk_manager"]), 422, "role-not-delegable", "/roles/0"),
        ("roles", json!(["none"]), 422, "unknown-role", "/roles/0"),
        ("roles", json!([]), 400, "too-many", "/roles"),
        ("until", json!("2020-01-01T00:00:00Z"), 400, "invalid-value", "/until"),
        ("until", json!("2099-01-01T00:00:00Z"), 422, "duration-too-long", "/until"),
        ("reason", json!(""), 400, "invalid-text", "/reason"),
        ("scope", json!({"tiers": ["NONE"]}), 422, "unknown-tier", "/scope/tiers"),
    ] {
        let problem = post(with(field, value)).await.problem(status, code);
        assert_eq!(problem["pointer"], pointer, "{field}");
    }
    let body = cast.lent(24);
    cast.world.post(&cast.deployer, "/api/v1/delegations", body).await.problem(403, "permission-missing");
}

#[tokio::test]
async fn an_inbox_shows_what_waits_in_the_place_of_somebody_while_that_lasts() {
    let cast = Cast::new().await;
    let (world, lena) = (&cast.world, &cast.lena.1);
    let waiting = async |token: &str| {
        world.get(token, "/api/v1/inbox/requests").await.expect(200)["items"].as_array().unwrap().clone()
    };
    assert_eq!(waiting(&cast.cora.1).await[0].get("onBehalfOf"), None, "in her own name");
    assert!(waiting(lena).await.is_empty());
    cast.give(1).await;
    let found = waiting(lena).await;
    assert_eq!((found.len(), &found[0]["kind"]), (1, &json!("EXCEPTION")));
    assert_eq!(found[0]["onBehalfOf"][0]["name"], "Cora");
    assert!(waiting(&cast.deployer).await.is_empty());
    world.clock.advance(3_600);
    assert!(waiting(lena).await.is_empty(), "its time is over");
    cast.give(1).await;
    world.post(lena, &cast.sign, cast.signature()).await.expect(200);
    assert!(waiting(lena).await.is_empty(), "it is signed");
}

#[tokio::test]
async fn steps_that_wait_for_somebody_wait_for_the_delegate_too() {
    let world = World::new().await;
    let (first_id, first) = world.person("Lena", &["tech_lead"]).await;
    let (second_id, second) = world.person("Cora", &["compliance_officer"]).await;
    let Waiting { owner, promotion } = crate::talk::waiting(&world).await;
    let inbox = async |query: &str| {
        world.get(&second, &format!("/api/v1/inbox{query}")).await.expect(200)["items"].clone()
    };
    assert_eq!(inbox("").await, json!([]));
    let now = world.assent.wiring.now();
    let until = now.checked_add(SignedDuration::from_hours(24 * 20)).unwrap();
    let lent = json!({"delegate": second_id, "roles": ["tech_lead"], "from": now, "until": until,
        "reason": "a week off"});
    let given = world.post(&first, "/api/v1/delegations", lent).await.expect(201)["object"].clone();
    let own = |item: &Value| (item["steps"].clone(), item["assigned"].clone(), item["escalated"].clone());
    let found = inbox("").await;
    assert_eq!(own(&found[0]), (json!([]), json!([]), json!([])));
    let behalf = &found[0]["onBehalfOf"];
    assert_eq!((&behalf[0]["person"]["name"], behalf.as_array().unwrap().len()), (&json!("Lena"), 1));
    assert_eq!(own(&behalf[0]), (json!(["technical"]), json!([]), json!([])));

    // What is assigned to the one who is away is asked of the other.
    assert_eq!(inbox("?assigned=true").await, json!([]));
    let assign = json!({"step": "technical", "to": first_id});
    world.post(&owner, &format!("/api/v1/promotions/{promotion}/assign"), assign).await.expect(200);
    assert_eq!(inbox("?assigned=true").await[0]["onBehalfOf"][0]["assigned"], json!(["technical"]));
    let hers = world.get(&first, "/api/v1/inbox").await.expect(200)["items"].clone();
    assert_eq!((own(&hers[0]).0, &hers[0]["onBehalfOf"]), (json!(["technical"]), &json!([])));

    let path = format!("/api/v1/delegations/{}/revoke", text(&given["id"]));
    world.post(&first, &path, json!({})).await.expect(200);
    assert_eq!(inbox("").await, json!([]));
}

#[tokio::test]
async fn who_leaves_takes_the_delegations_along() {
    let cast = Cast::new().await;
    cast.give(24).await;
    let path = format!("/api/v1/principals/{}/disable", cast.cora.0);
    cast.world.post(&cast.world.admin, &path, json!({})).await.expect(200);
    cast.world.post(&cast.lena.1, &cast.sign, cast.signature()).await.problem(403, "reviewer-lacks-role");
}
