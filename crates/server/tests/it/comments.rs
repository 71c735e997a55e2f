//! Threads on governed objects: who reads and writes them, what they hold, and what is taken back.

use serde_json::{Value, json};

use crate::talk::{Waiting, waiting};
use crate::world::{World, text};

async fn say(world: &World, token: &str, thread: &str, body: Value) -> Value {
    world.post(token, &format!("/api/v1/threads/{thread}"), body).await.expect(201)["object"].clone()
}

async fn texts(world: &World, token: &str, path: &str) -> Vec<String> {
    let page = world.get(token, path).await.expect(200);
    let items = page["items"].as_array().unwrap().clone();
    items.iter().map(|comment| comment["text"]["text"].as_str().unwrap_or("-").to_owned()).collect()
}

#[tokio::test]
async fn people_talk_about_a_promotion() {
    let world = World::new().await;
    let (lead_id, lead) = world.person("Lena", &["tech_lead"]).await;
    let (_, auditor) = world.person("Aude", &["auditor"]).await;
    let Waiting { owner, promotion } = waiting(&world).await;
    let thread = format!("promotions/{promotion}");
    let path = format!("/api/v1/threads/{thread}");

    let file = world.upload(&owner, "a picture").await;
    let body = json!({"text": "is this <b>the</b> threshold?", "mentions": [lead_id],
        "attachments": [{"name": "é \"x\".png", "mediaType": "image/png", "sha256": file}]});
    let first = say(&world, &owner, &thread, body).await;
    let id = text(&first["id"]);
    assert_eq!(
        (
            &first["state"],
            &first["text"]["text"],
            &first["mentions"][0]["name"],
            &first["made"]["by"]["name"]
        ),
        (&json!("MADE"), &json!("is this <b>the</b> threshold?"), &json!("Lena"), &json!("Olga"))
    );
    assert_eq!(first["attachments"][0]["sizeBytes"], 9);
    assert_eq!(first["subject"], json!({"kind": "PROMOTION", "id": promotion}));
    let answer = say(&world, &lead, &thread, json!({"text": "it is", "answers": id})).await;
    assert_eq!(answer["answers"], json!(id));
    let deep = json!({"text": "and?", "answers": answer["id"]});
    world.post(&owner, &path, deep).await.problem(400, "invalid-value");

    // Who reads the object reads its thread; who changes nothing writes nothing.
    assert_eq!(texts(&world, &auditor, &path).await, ["it is", "is this <b>the</b> threshold?"]);
    world.post(&auditor, &path, json!({"text": "well"})).await.problem(403, "permission-missing");
    assert_eq!(texts(&world, &lead, "/api/v1/mentions").await, ["is this <b>the</b> threshold?"]);
    assert!(texts(&world, &owner, "/api/v1/mentions").await.is_empty());
    let download = world.get(&auditor, &format!("/api/v1/comments/{id}/attachments/1")).await;
    assert_eq!((download.status.as_u16(), download.text()), (200, "a picture".to_owned()));
    assert_eq!(download.headers["content-type"], "application/octet-stream");
    for number in ["0", "2"] {
        let path = format!("/api/v1/comments/{id}/attachments/{number}");
        world.get(&auditor, &path).await.problem(404, "not-found");
    }

    // What is taken back is shown no more, and still stands there.
    let retract = format!("/api/v1/comments/{id}/retract");
    world.post(&lead, &retract, json!({})).await.problem(403, "not-the-requester");
    let retracted = world.post(&owner, &retract, json!({})).await.expect(200)["object"].clone();
    assert_eq!((&retracted["state"], retracted.get("text")), (&json!("RETRACTED"), None));
    assert_eq!((&retracted["mentions"], &retracted["attachments"]), (&json!([]), &json!([])));
    world.post(&owner, &retract, json!({})).await.problem(409, "wrong-state");
    world.get(&owner, &format!("/api/v1/comments/{id}/attachments/1")).await.problem(404, "not-found");
    assert!(texts(&world, &lead, "/api/v1/mentions").await.is_empty());
    assert_eq!(texts(&world, &auditor, &path).await, ["it is", "-"]);
    let shown = world.get(&auditor, &format!("/api/v1/promotions/{promotion}")).await.expect(200);
    assert_eq!(shown["state"], "IN_REVIEW", "a comment changes nothing of what it is about");
}

#[tokio::test]
async fn words_are_sealed_and_gone_with_their_writer() {
    let world = World::new().await;
    let Waiting { owner, promotion } = waiting(&world).await;
    let (lead_id, lead) = world.person("Lena", &["tech_lead"]).await;
    let thread = format!("promotions/{promotion}");
    say(&world, &lead, &thread, json!({"text": "a word of mine"})).await;
    let entries = world.get(&world.admin, "/api/v1/log/entries?type=commentMade").await;
    assert!(entries.status.is_success() && !entries.text().contains("a word of mine"), "{}", entries.text());
    let disable = format!("/api/v1/principals/{lead_id}/disable");
    world.post(&world.admin, &disable, json!({})).await.expect(200);
    world
        .post(&world.admin, &format!("/api/v1/principals/{lead_id}/erase"), json!({"reason": "asked to be"}))
        .await
        .expect(200);
    let page = world.get(&owner, &format!("/api/v1/threads/{thread}")).await.expect(200);
    assert_eq!(page["items"][0]["text"], json!({"text": null, "erased": true}));
}

#[tokio::test]
async fn what_a_comment_holds_is_bounded() {
    let world = World::new().await;
    let Waiting { owner, promotion } = waiting(&world).await;
    let path = format!("/api/v1/threads/promotions/{promotion}");
    let file = world.upload(&owner, "x").await;
    let attachment = |name: &str, kind: &str| json!({"name": name, "mediaType": kind, "sha256": file});
    for (body, status, code, pointer) in [
        (json!({"text": " "}), 400, "invalid-text", Some("/text")),
        (json!({"text": "x".repeat(10_001)}), 400, "invalid-text", Some("/text")),
        (json!({"text": "x", "mentions": vec![promotion.clone(); 21]}), 400, "too-many", Some("/mentions")),
        (json!({"text": "x", "mentions": [promotion]}), 404, "not-found", Some("/mentions/0")),
        (json!({"text": "x", "answers": promotion}), 404, "not-found", Some("/answers")),
        (
            json!({"text": "x", "attachments": vec![attachment("a", "a/b"); 11]}),
            400,
            "too-many",
            Some("/attachments"),
        ),
        (
            json!({"text": "x", "attachments": [attachment("a", "nonsense")]}),
            400,
            "invalid-value",
            Some("/attachments/0/mediaType"),
        ),
        (
            json!({"text": "x", "attachments": [attachment("", "a/b")]}),
            400,
            "invalid-text",
            Some("/attachments/0/name"),
        ),
        (
            json!({"text": "x", "attachments": [{"name": "a", "sha256": "0".repeat(64)}]}),
            422,
            "blob-missing",
            Some("/attachments/0/sha256"),
        ),
    ] {
        let problem = world.post(&owner, &path, body.clone()).await.problem(status, code);
        assert_eq!(problem.get("pointer").and_then(Value::as_str), pointer, "{body}");
    }
    let huge = world.post(&owner, &path, json!({"text": "x".repeat(30_000_000)})).await;
    assert!(huge.status.is_client_error(), "{}", huge.status);
    assert!(texts(&world, &owner, &path).await.is_empty());
}

#[tokio::test]
async fn a_file_of_somebody_else_is_not_there_to_be_attached() {
    let world = World::new().await;
    let (_, lead) = world.person("Lena", &["tech_lead"]).await;
    let Waiting { owner, promotion } = waiting(&world).await;
    let path = format!("/api/v1/threads/promotions/{promotion}");
    let file = world.upload(&owner, "for few eyes").await;
    let body = json!({"text": "look", "attachments": [{"name": "a.txt", "sha256": file}]});
    let foreign = world.post(&lead, &path, body.clone()).await.problem(422, "blob-missing");
    let nowhere = body.to_string().replace(&file, &"0".repeat(64));
    let missing = world.post(&lead, &path, serde_json::from_str(&nowhere).unwrap()).await;
    let missing = missing.problem(422, "blob-missing").to_string().replace(&"0".repeat(64), &file);
    assert_eq!(
        serde_json::from_str::<Value>(&missing).unwrap()["detail"],
        foreign["detail"],
        "like what is not there"
    );
    // Who has the bytes may attach them, whoever sent them first.
    assert_eq!(world.upload(&lead, "for few eyes").await, file);
    world.post(&lead, &path, body).await.expect(201);
}

#[tokio::test]
async fn every_object_has_a_thread_and_what_is_foreign_is_not_there() {
    let world = World::new().await;
    let Waiting { owner, promotion } = waiting(&world).await;
    let held = world.get(&owner, &format!("/api/v1/promotions/{promotion}")).await.expect(200);
    let (model, version) = (text(&held["model"]["id"]), text(&held["version"]["id"]));
    let listed = world.get(&owner, "/api/v1/evaluations").await.expect(200);
    let evaluation = text(&listed["items"][0]["id"]);
    let narrow = json!({"role": "tech_lead", "scope": {"tags": ["team=another"]}});
    let (stranger_id, stranger) = world.person_with("Sven", &[narrow]).await;
    for (collection, id) in
        [("models", model), ("versions", version), ("evaluations", evaluation), ("promotions", promotion)]
    {
        let thread = format!("{collection}/{id}");
        let path = format!("/api/v1/threads/{thread}");
        let said = say(&world, &owner, &thread, json!({"text": "here", "mentions": [stranger_id]})).await;
        assert_eq!(texts(&world, &owner, &path).await, ["here"], "{collection}");
        let comment = format!("/api/v1/comments/{}", text(&said["id"]));
        for path in [&path, &comment, &format!("{comment}/attachments/1")] {
            world.get(&stranger, path).await.problem(404, "not-found");
        }
        world.post(&stranger, &path, json!({"text": "x"})).await.problem(404, "not-found");
        world.post(&stranger, &format!("{comment}/retract"), json!({})).await.problem(404, "not-found");
    }
    assert!(
        texts(&world, &stranger, "/api/v1/mentions").await.is_empty(),
        "what one may not read is not told"
    );
    let missing = "01931e2c-5b1a-7cc3-98c4-000000000000";
    for collection in ["systems", "exceptions", "assessments", "tier-changes", "changes", "models"] {
        let path = format!("/api/v1/threads/{collection}/{missing}");
        world.get(&owner, &path).await.problem(404, "not-found");
        world.post(&owner, &path, json!({"text": "x"})).await.problem(404, "not-found");
    }
    world.get(&owner, &format!("/api/v1/threads/tokens/{missing}")).await.problem(400, "invalid-value");
}

#[tokio::test]
async fn a_thread_on_a_system_is_for_its_owner_and_who_reads_the_platform() {
    let world = World::new().await;
    let (owner_id, owner) = world.person("Olga", &["model_owner"]).await;
    let narrow = json!({"role": "tech_lead", "scope": {"tags": ["team=another"]}});
    let (stranger_id, stranger) = world.person_with("Sven", &[narrow]).await;
    let body = json!({"name": "letters", "purpose": "sorts letters", "role": "DEPLOYER", "owner": owner_id});
    let system = world.post(&owner, "/api/v1/systems", body).await.expect(201)["object"].clone();
    let thread = format!("systems/{}", text(&system["id"]));
    say(&world, &owner, &thread, json!({"text": "mine", "mentions": [stranger_id, owner_id]})).await;
    let path = format!("/api/v1/threads/{thread}");
    assert_eq!(texts(&world, &owner, &path).await, ["mine"]);
    assert_eq!(texts(&world, &owner, "/api/v1/mentions").await, ["mine"]);
    world.get(&stranger, &path).await.problem(404, "not-found");
    assert!(texts(&world, &stranger, "/api/v1/mentions").await.is_empty());
}
