//! Systems through the interface: what they say, who may say it, and what ends them.

use serde_json::{Value, json};

use crate::world::{World, text};

fn described(name: &str) -> Value {
    json!({
        "name": name, "purpose": "ranks applications before a person reads them", "role": "DEPLOYER",
        "category": "EMPLOYMENT", "restrictions": ["never rejects by itself"],
        "businessJustification": "two days less until an answer", "successCriteria": ["complaints stay below 1 %"],
    })
}

async fn version(world: &World, owner: &str) -> String {
    let model = json!({"name": "Ranker", "purpose": "ranks applications", "tier": "LOW"});
    let model = text(&world.post(owner, "/api/v1/models", model).await.expect(201)["object"]["id"]);
    let path = format!("/api/v1/models/{model}/versions");
    text(&world.post(owner, &path, json!({"kind": "VENDOR"})).await.expect(201)["object"]["id"])
}

#[tokio::test]
async fn a_system_is_described_used_and_retired() {
    let world = World::new().await;
    let (olga, owner) = world.person("Olga", &["model_owner"]).await;
    let version = version(&world, &owner).await;
    let mut body = described("Applications");
    body["uses"] = json!([version]);
    let made = world.post(&owner, "/api/v1/systems", body.clone()).await.expect(201);
    let system = &made["object"];
    let path = format!("/api/v1/systems/{}", text(&system["id"]));
    assert_eq!((&system["owner"]["id"], &system["owner"]["name"]), (&json!(olga), &json!("Olga")));
    assert_eq!(
        system["uses"],
        json!([{"version": version, "model": "Ranker", "number": 1, "stage": "DEVELOPMENT"}])
    );

    // The same again changes nothing; something else is an event.
    let again = world.post(&owner, &format!("{path}/revise"), body.clone()).await.expect(200);
    assert_eq!((&again["receipt"]["events"], &again["object"]["revision"]), (&json!([]), &json!(1)));
    body["category"] = json!("NOT_LISTED");
    body.as_object_mut().unwrap().remove("restrictions");
    let revised = world.post(&owner, &format!("{path}/revise"), body.clone()).await.expect(200);
    assert_eq!(revised["receipt"]["events"][0]["type"], "systemRevised");
    assert_eq!(revised["object"]["restrictions"], json!([]));

    // It is found by what it uses.
    let by = |query: &str| format!("/api/v1/systems?{query}");
    for (query, found) in [
        (format!("uses={version}"), 1),
        ("uses=01931e2c-5b1a-7cc3-98c4-000000000000".to_owned(), 0),
        ("category=NOT_LISTED".to_owned(), 1),
        ("category=EMPLOYMENT".to_owned(), 0),
        ("name=Applications".to_owned(), 1),
        (format!("owner={olga}"), 1),
    ] {
        let page = world.get(&world.admin, &by(&query)).await.expect(200);
        assert_eq!(page["items"].as_array().unwrap().len(), found, "{query}");
    }

    let retire = format!("{path}/retire");
    world.post(&owner, &retire, json!({"reason": " "})).await.problem(400, "invalid-text");
    let retired = world.post(&owner, &retire, json!({"reason": "replaced"})).await.expect(200);
    assert_eq!(retired["object"]["retired"]["reason"]["text"], "replaced");
    world.post(&owner, &retire, json!({"reason": "again"})).await.problem(409, "wrong-state");
    world.post(&owner, &format!("{path}/revise"), body.clone()).await.problem(409, "wrong-state");
    let listed = |page: Value| page["items"].as_array().unwrap().len();
    assert_eq!(listed(world.get(&owner, "/api/v1/systems").await.expect(200)), 0);
    assert_eq!(listed(world.get(&owner, "/api/v1/systems?retired=true").await.expect(200)), 1);
    // Its name stays its own.
    world.post(&owner, "/api/v1/systems", body).await.problem(409, "name-taken");
}

#[tokio::test]
async fn what_is_wrong_with_a_description_is_said_with_its_place() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let missing = "01931e2c-5b1a-7cc3-98c4-000000000000";
    for (field, value, status, code, pointer) in [
        ("name", json!(" x"), 400, "invalid-text", "/name"),
        ("purpose", json!(""), 400, "invalid-text", "/purpose"),
        ("restrictions", json!(["a", "a"]), 400, "duplicate", "/restrictions"),
        ("restrictions", json!(["a", " "]), 400, "invalid-text", "/restrictions/1"),
        ("successCriteria", json!(vec!["x"; 201]), 400, "too-many", "/successCriteria"),
        ("businessJustification", json!("x".repeat(2_001)), 400, "invalid-text", "/businessJustification"),
        ("uses", json!([missing]), 404, "not-found", "/uses/0"),
        ("uses", json!([missing, missing]), 400, "duplicate", "/uses"),
        ("owner", json!(missing), 404, "not-found", "/owner"),
    ] {
        let mut body = described("Applications");
        body[field] = value;
        let answer = world.post(&owner, "/api/v1/systems", body).await;
        assert_eq!(answer.problem(status, code)["pointer"], pointer, "{field}");
    }
    let mut body = described("Applications");
    body["category"] = json!("OTHER");
    world.post(&owner, "/api/v1/systems", body).await.problem(400, "invalid-field");
    let page = world.get(&world.admin, "/api/v1/systems").await.expect(200);
    assert_eq!(page["items"], json!([]));
}

#[tokio::test]
async fn only_the_owner_describes_a_system_until_they_are_gone() {
    let world = World::new().await;
    let (olga, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, other) = world.person("Bert", &["business_owner"]).await;
    let made = world.post(&owner, "/api/v1/systems", described("Applications")).await.expect(201);
    let path = format!("/api/v1/systems/{}", text(&made["object"]["id"]));
    let mut body = described("Applications");
    body["owner"] = json!(olga);
    body["purpose"] = json!("something else");
    let revise = format!("{path}/revise");
    world.post(&other, &revise, body.clone()).await.problem(403, "not-the-system-owner");
    world.post(&world.admin, &format!("/api/v1/principals/{olga}/disable"), json!({})).await.expect(200);
    let revised = world.post(&other, &revise, body).await.expect(200);
    assert_eq!(revised["object"]["purpose"], "something else");
}

/// Whoever answers for a system learns nothing of models that they may not read.
#[tokio::test]
async fn of_models_that_one_may_not_read_a_system_tells_ids_of_versions_only() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let version = version(&world, &owner).await;
    let (guest, token) = world.person("Gus", &[]).await;
    let mut body = described("Applications");
    body["uses"] = json!([version]);
    body["owner"] = json!(guest);
    let made = world.post(&owner, "/api/v1/systems", body).await.expect(201);
    let path = format!("/api/v1/systems/{}", text(&made["object"]["id"]));
    let seen = world.get(&token, &path).await.expect(200);
    assert_eq!(seen["uses"], json!([{"version": version}]));
    assert!(!seen.to_string().contains("Ranker"), "{seen}");
    let (_, stranger) = world.person("Sid", &[]).await;
    world.get(&stranger, &path).await.problem(404, "not-found");
}
