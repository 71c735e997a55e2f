//! Who sees what, and what is recorded of those who try.

use assent_store::SubjectKeys as _;
use serde_json::{Value, json};

use crate::world::{Answer, World, bare, text};

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_scoped_reader_learns_nothing_of_other_models() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (seen, seen_version) = world.version(&owner, "seen", "LOW").await;
    let (hidden, hidden_version) = world.version(&owner, "hidden", "LOW").await;
    let body = json!({"version": hidden_version, "target": {"stage": "STAGING"}, "submit": false});
    let promotion = text(&world.post(&owner, "/api/v1/promotions", body).await.expect(201)["object"]["id"]);
    let grant = json!({"role": "tech_lead", "scope": {"models": [seen]}});
    let (reader_id, reader) = world.person_with("Rita", &[grant]).await;

    assert_eq!(names(&world.get(&reader, "/api/v1/models").await.expect(200)), ["seen"]);
    assert_eq!(
        names(&world.get(&reader, "/api/v1/models?name=hidden").await.expect(200)),
        Vec::<&str>::new()
    );
    world.get(&reader, &format!("/api/v1/versions/{seen_version}")).await.expect(200);
    for path in [
        format!("/api/v1/models/{hidden}"),
        "/api/v1/models/hidden".to_owned(),
        "/api/v1/models/hidden/versions".to_owned(),
        "/api/v1/models/hidden/versions/1".to_owned(),
        format!("/api/v1/versions/{hidden_version}"),
        format!("/api/v1/versions/{hidden_version}/facts"),
        format!("/api/v1/versions/{hidden_version}/gate"),
        format!("/api/v1/versions/{hidden_version}/artifacts/model.json"),
        format!("/api/v1/promotions/{promotion}"),
    ] {
        world.get(&reader, &path).await.problem(404, "not-found");
    }
    // A write on what is hidden is no 403 either, and what is seen and not allowed is one.
    let scan = json!({"tool": "s", "toolVersion": "1", "status": "PASSED"});
    world
        .post(&reader, &format!("/api/v1/versions/{hidden_version}/scans"), scan.clone())
        .await
        .problem(404, "not-found");
    world.post(&reader, &format!("/api/v1/versions/{seen_version}/scans"), scan).await.expect(200);
    world
        .post(&reader, &format!("/api/v1/promotions/{promotion}/submit"), json!({}))
        .await
        .problem(404, "not-found");
    world
        .post(&reader, &format!("/api/v1/versions/{seen_version}/move"), json!({"to": "ARCHIVED"}))
        .await
        .problem(403, "permission-missing");
    assert_eq!(world.get(&reader, "/api/v1/promotions").await.expect(200)["items"], json!([]));
    for path in ["/api/v1/principals", "/api/v1/log/entries"] {
        world.get(&reader, path).await.problem(403, "permission-missing");
    }
    assert_eq!(world.get(&reader, "/api/v1/datasets").await.expect(200)["items"], json!([]));

    // The attempts are in the log, under who made them.
    let (_, auditor) = world.person("Aud", &["auditor"]).await;
    let path = format!("/api/v1/log/entries?type=accessDenied&actor={reader_id}&limit=200");
    let denials = world.get(&auditor, &path).await.expect(200);
    let routes: Vec<String> = denials["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| text(&item["entry"]["details"]["route"]))
        .collect();
    for route in ["GET /api/v1/models/{model}", "POST /api/v1/versions/{id}/scans", "GET /api/v1/log/entries"]
    {
        assert!(routes.iter().any(|known| known == route), "{route}: {routes:?}");
    }
}

/// What an answer says, without what is of this request alone.
fn masked(answer: &Answer, id: &str) -> (u16, String) {
    let mut problem = answer.json();
    problem["requestId"] = json!(null);
    (answer.status.as_u16(), problem.to_string().replace(id, "ID"))
}

#[tokio::test]
async fn hidden_and_missing_say_the_same_and_leave_the_same_traces() {
    let world = World::new().await;
    let (owner_id, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, steward) = world.person("Stan", &["data_steward"]).await;
    let (seen, _) = world.version(&owner, "seen", "LOW").await;
    let (model, version) = world.version(&owner, "hidden", "LOW").await;
    let body = json!({"version": version, "target": {"stage": "STAGING"}, "submit": false});
    let promotion = text(&world.post(&owner, "/api/v1/promotions", body).await.expect(201)["object"]["id"]);
    let asked = crate::exceptions::asked(&version, "data-privacy");
    let exception = text(&world.post(&owner, "/api/v1/exceptions", asked).await.expect(201)["object"]["id"]);
    let labels = world.upload(&steward, "id,label\n1,1\n").await;
    let data = json!({"name": "data", "sha256": labels, "classification": "INTERNAL"});
    let data = text(&world.post(&steward, "/api/v1/datasets", data).await.expect(201)["object"]["id"]);
    let token = text(&world.get(&owner, "/api/v1/me").await.expect(200)["token"]["id"]);
    let grants: Vec<Value> = ["tech_lead", "model_owner", "deployer"]
        .map(|role| json!({"role": role, "scope": {"models": [seen]}}))
        .to_vec();

    let missing = "01931e2c-5b1a-7cc3-98c4-000000000000";
    let log = || world.assent.store().read().unwrap().head().unwrap().size;
    let scan = json!({"tool": "s", "toolVersion": "1", "status": "PASSED"});
    let (_, reader) = world.person_with("Rita", &grants).await;
    let (_, other) = world.person_with("Rolf", &grants).await;
    for (method, path, id, body) in [
        ("GET", "/api/v1/models/{}", model.as_str(), None),
        ("GET", "/api/v1/models/{}/versions", &model, None),
        ("GET", "/api/v1/models/{}/versions/1", "hidden", None),
        ("POST", "/api/v1/models/{}/versions", "hidden", Some(json!({"kind": "CLASSICAL"}))),
        ("GET", "/api/v1/versions/{}", &version, None),
        ("GET", "/api/v1/versions/{}/facts", &version, None),
        ("GET", "/api/v1/versions/{}/check", &version, None),
        ("GET", "/api/v1/versions/{}/gate?stage=NOWHERE", &version, None),
        ("GET", "/api/v1/versions/{}/artifacts/model.json", &version, None),
        ("POST", "/api/v1/versions/{}/scans", &version, Some(scan)),
        ("POST", "/api/v1/versions/{}/move", &version, Some(json!({"to": "ARCHIVED"}))),
        ("GET", "/api/v1/promotions/{}", &promotion, None),
        ("POST", "/api/v1/promotions/{}/submit", &promotion, Some(json!({}))),
        ("POST", "/api/v1/promotions/{}/complete", &promotion, Some(json!({}))),
        ("POST", "/api/v1/promotions/{}/withdraw", &promotion, Some(json!({}))),
        ("GET", "/api/v1/exceptions/{}", &exception, None),
        ("POST", "/api/v1/exceptions/{}/submit", &exception, Some(json!({}))),
        ("POST", "/api/v1/exceptions/{}/signatures", &exception, Some(json!({"verdict": "APPROVED"}))),
        ("POST", "/api/v1/exceptions/{}/revoke", &exception, Some(json!({"reason": "x"}))),
        ("GET", "/api/v1/datasets/{}", &data, None),
        ("GET", "/api/v1/principals/{}", &owner_id, None),
        ("POST", "/api/v1/principals/{}/disable", &owner_id, Some(json!({}))),
        ("DELETE", "/api/v1/tokens/{}", &token, None),
    ] {
        let send = async |token: &str, id: &str| {
            let path = path.replace("{}", id);
            let body = body.as_ref().map_or(String::new(), Value::to_string);
            let before = log();
            let answer = world.send(bare(method, token, &path).body(body.into()).unwrap()).await;
            (masked(&answer, id), log() - before)
        };
        let (hidden, absent) = (send(&reader, id).await, send(&other, missing).await);
        assert_eq!(hidden.0.0, 404, "{method} {path}: {hidden:?}");
        assert_eq!(hidden, absent, "{method} {path}");
        assert_eq!(hidden.1, 1, "{method} {path}: the attempt is recorded");
    }
    // Who reads everything has nothing to find out, and a slip of theirs is no denied attempt.
    let before = log();
    world.get(&owner, &format!("/api/v1/models/{missing}")).await.problem(404, "not-found");
    assert_eq!(log(), before);
}

#[tokio::test]
async fn cursors_and_lengths_of_pages_tell_nothing_of_other_models() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let mut seen = Vec::new();
    for i in 0..7 {
        let tags = if i % 3 == 0 { json!({"team": "a"}) } else { json!({"team": "b", "x": "y\nteam=a"}) };
        let body = json!({"name": format!("m{i}"), "purpose": "prototype", "tier": "LOW", "tags": tags});
        let model = world.post(&owner, "/api/v1/models", body).await.expect(201);
        let version = json!({"kind": "CLASSICAL"});
        let version = world.post(&owner, &format!("/api/v1/models/m{i}/versions"), version).await.expect(201);
        let body =
            json!({"version": version["object"]["id"], "target": {"stage": "STAGING"}, "submit": false});
        let promotion = world.post(&owner, "/api/v1/promotions", body).await.expect(201);
        if i % 3 == 0 {
            seen.insert(0, (text(&model["object"]["id"]), text(&promotion["object"]["id"])));
        }
    }
    let grant = json!({"role": "auditor", "scope": {"tags": ["team=a"], "tiers": ["LOW"]}});
    let (_, reader) = world.person_with("Rita", &[grant]).await;
    let (models, promotions): (Vec<String>, Vec<String>) = seen.into_iter().unzip();
    for (list, expected) in [("models", models), ("promotions", promotions)] {
        for limit in 1..5 {
            let (mut found, mut cursor, mut lengths) = (Vec::new(), String::new(), Vec::new());
            loop {
                let path = format!("/api/v1/{list}?limit={limit}{cursor}");
                let page = world.get(&reader, &path).await.expect(200);
                let ids: Vec<String> =
                    page["items"].as_array().unwrap().iter().map(|it| text(&it["id"])).collect();
                lengths.push(ids.len());
                found.extend(ids);
                let Some(next) = page["nextCursor"].as_str() else { break };
                assert_eq!(
                    Some(next),
                    found.last().map(String::as_str),
                    "the cursor is an item that was shown"
                );
                cursor = format!("&cursor={next}");
            }
            assert_eq!(found, expected, "{list} by {limit}");
            let (_, full) = lengths.split_last().unwrap();
            assert!(full.iter().all(|length| *length == limit), "{list} by {limit}: {lengths:?}");
        }
    }
}

#[tokio::test]
async fn pages_of_few_among_many_come_to_an_end() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    for i in 0..9 {
        let tags = if i % 4 == 0 { json!({"team": "a"}) } else { json!({}) };
        let body = json!({"name": format!("m{i}"), "purpose": "prototype", "tier": "LOW", "tags": tags});
        world.post(&owner, "/api/v1/models", body).await.expect(201);
    }
    let grant = json!({"role": "auditor", "scope": {"tags": ["team=a"]}});
    let (_, reader) = world.person_with("Rita", &[grant]).await;
    let (mut found, mut path, mut pages) = (Vec::new(), "/api/v1/models?limit=2".to_owned(), 0);
    loop {
        let page = world.get(&reader, &path).await.expect(200);
        found.extend(names(&page).into_iter().map(str::to_owned));
        pages += 1;
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        path = format!("/api/v1/models?limit=2&cursor={cursor}");
    }
    assert_eq!((found, pages), (vec!["m8".to_owned(), "m4".to_owned(), "m0".to_owned()], 2));
}

#[tokio::test]
async fn erased_names_are_null() {
    let world = World::new().await;
    let (id, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, version) = world.version(&owner, "sorter", "LOW").await;
    let body =
        json!({"version": version, "target": {"stage": "STAGING"}, "submit": false, "comment": "mine"});
    let promotion = text(&world.post(&owner, "/api/v1/promotions", body).await.expect(201)["object"]["id"]);
    world.keys.destroy(id.parse().unwrap()).unwrap();
    let seen = world.get(&world.admin, &format!("/api/v1/principals/{id}")).await.expect(200);
    assert_eq!((&seen["name"], &seen["email"], &seen["erased"]), (&json!(null), &json!(null), &json!(true)));
    let seen = world.get(&world.admin, &format!("/api/v1/promotions/{promotion}")).await.expect(200);
    assert_eq!(seen["comment"], json!({"text": null, "erased": true}));
    assert_eq!(seen["requested"]["by"], json!({"id": id, "name": null, "erased": true}));
}

#[tokio::test]
async fn people_come_and_go() {
    let world = World::new().await;
    let (id, token) = world.person("Olga", &["model_owner"]).await;
    let service = json!({"kind": "SERVICE", "name": "ci", "responsible": id});
    let made = world.post(&world.admin, "/api/v1/principals", service).await.expect(201)["object"].clone();
    assert_eq!((&made["responsible"]["name"], &made["grants"]), (&json!("Olga"), &json!([])));
    let listed = world.get(&world.admin, "/api/v1/principals?limit=2").await.expect(200);
    assert_eq!(names(&listed), ["ci", "Olga"]);

    let held = world.get(&token, &format!("/api/v1/principals/{id}")).await.expect(200);
    let grant = text(&held["grants"][0]["id"]);
    let left =
        world.delete(&world.admin, &format!("/api/v1/principals/{id}/grants/{grant}")).await.expect(200);
    assert_eq!(left["object"]["grants"], json!([]));
    let model = json!({"name": "m", "purpose": "x", "tier": "LOW"});
    world.post(&token, "/api/v1/models", model).await.problem(403, "permission-missing");
    let disabled =
        world.post(&world.admin, &format!("/api/v1/principals/{id}/disable"), json!({})).await.expect(200);
    assert_eq!(disabled["object"]["status"], "DISABLED");
    world.get(&token, "/api/v1/me").await.problem(401, "unauthenticated");
    world.post(&world.admin, &format!("/api/v1/principals/{id}/enable"), json!({})).await.expect(200);
    // What held before does not come back.
    world.get(&token, "/api/v1/me").await.problem(401, "unauthenticated");
    let bad = json!({"kind": "USER", "name": "Eve", "email": "nowhere"});
    let problem = world.post(&world.admin, "/api/v1/principals", bad).await.problem(400, "invalid-text");
    assert_eq!(problem["pointer"], "/email");
}

#[tokio::test]
async fn a_dry_run_of_a_pack_and_a_taken_name_tell_of_what_is_readable_only() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, deployer) = world.person("Dana", &["deployer"]).await;
    let (seen, seen_version) = world.version(&owner, "seen", "LOW").await;
    let (hidden, hidden_version) = world.version(&owner, "hidden", "LOW").await;
    for version in [&seen_version, &hidden_version] {
        let path = format!("/api/v1/versions/{version}/move");
        world.post(&deployer, &path, json!({"to": "ARCHIVED"})).await.expect(200);
    }
    let document = |document: Value| json!({"file": "mine.yaml", "document": document});
    let info = document(json!({"kind": "Pack", "id": "mine", "title": "Mine", "extends": "default"}));
    let role = document(json!({"kind": "Role", "id": "packer", "title": "P",
        "permissions": ["APPLY_PACK", "REGISTER_MODEL", "REGISTER_DATASET"]}));
    let strict = document(json!({"kind": "Policy", "id": "strict", "name": "Strict", "version": "1",
        "category": "QUALITY", "severity": "HIGH", "enforcement": "BLOCKING", "scope": {"stages": ["ARCHIVED"]},
        "rules": [{"id": "never", "condition": "false", "message": "nothing passes"}]}));
    world.post(&world.admin, "/api/v1/packs", json!({"documents": [&info, &role]})).await.expect(200);
    let grants = [json!({"role": "packer"}), json!({"role": "auditor", "scope": {"models": [seen]}})];
    let (_, packer) = world.person_with("Petra", &grants).await;
    let body = json!({"dryRun": true, "documents": [info, role, strict]});
    for (token, judged) in [(&packer, 1), (&world.admin, 2)] {
        let tried = world.post(token, "/api/v1/packs", body.clone()).await.expect(200);
        assert_eq!(
            (&tried["impact"]["judged"], &tried["impact"]["changed"]),
            (&json!(judged), &json!(judged))
        );
    }

    let (_, steward) = world.person("Stan", &["data_steward"]).await;
    let sha256 = world.upload(&steward, "id\n1\n").await;
    let data = json!({"name": "rows", "number": 1, "sha256": sha256, "classification": "INTERNAL"});
    let held = text(&world.post(&steward, "/api/v1/datasets", data).await.expect(201)["object"]["id"]);
    let sha256 = world.upload(&packer, "id\n2\n").await;
    let data = json!({"name": "rows", "number": 1, "sha256": sha256, "classification": "INTERNAL"});
    let model = |name| json!({"name": name, "purpose": "x", "tier": "LOW"});
    for (path, body, id, told) in [
        ("/api/v1/models", model("seen"), &seen, true),
        ("/api/v1/models", model("hidden"), &hidden, false),
        ("/api/v1/datasets", data, &held, false),
    ] {
        let taken = world.post(&packer, path, body).await.problem(409, "name-taken");
        assert_eq!(taken["detail"].as_str().unwrap().contains(id.as_str()), told, "{taken}");
    }
}
