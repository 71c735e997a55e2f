//! Governance as data, through the interface.

use serde_json::{Value, json};

use crate::world::World;

fn mine(dry_run: bool) -> Value {
    json!({"dryRun": dry_run, "documents": [
        {"file": "pack.yaml", "document": {"kind": "Pack", "id": "mine", "title": "Mine", "extends": "default"}},
        {"file": "stages.yaml", "document": {"kind": "Policy", "id": "strict", "name": "Strict", "version": "1",
            "category": "QUALITY", "severity": "HIGH", "enforcement": "BLOCKING", "scope": {"stages": ["ARCHIVED"]},
            "rules": [{"id": "never", "condition": "false", "message": "nothing passes"}]}},
    ]})
}

#[tokio::test]
async fn a_pack_is_tried_then_applied() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, deployer) = world.person("Dana", &["deployer"]).await;
    let (_, version) = world.version(&owner, "sorter", "LOW").await;
    world.version(&owner, "other", "LOW").await;
    world
        .post(&deployer, &format!("/api/v1/versions/{version}/move"), json!({"to": "ARCHIVED"}))
        .await
        .expect(200);

    world.post(&owner, "/api/v1/packs", mine(true)).await.problem(403, "permission-missing");
    let before = world.get(&owner, "/api/v1/packs/current").await.expect(200);
    let tried = world.post(&world.admin, "/api/v1/packs", mine(true)).await.expect(200);
    assert_eq!(tried.get("receipt"), None);
    let kinds: Vec<String> = tried["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| format!("{} {} {}", c["change"], c["kind"], c["id"]))
        .collect();
    assert_eq!(
        kinds,
        [r#""REMOVED" "Pack" "default""#, r#""ADDED" "Pack" "mine""#, r#""ADDED" "Policy" "strict""#]
    );
    let impact = &tried["impact"];
    assert_eq!(
        (&impact["judged"], &impact["changed"], &impact["truncated"]),
        (&json!(1), &json!(1), &json!(false))
    );
    let changed = &impact["versions"][0];
    assert_eq!(
        (&changed["version"], &changed["before"], &changed["after"]),
        (&json!(version), &json!("ELIGIBLE"), &json!("NOT_ELIGIBLE"))
    );
    assert_eq!(world.get(&owner, "/api/v1/packs/current").await.expect(200), before);

    let applied = world.post(&world.admin, "/api/v1/packs", mine(false)).await.expect(200);
    assert_eq!(applied["receipt"]["events"][0]["type"], "packApplied");
    let current = world.get(&owner, "/api/v1/packs/current").await.expect(200);
    assert_eq!(
        (&current["name"], &current["revision"], &current["appliedBy"]["name"]),
        (&json!("mine"), &json!(2), &json!("Ada"))
    );
    let gate = world.get(&owner, &format!("/api/v1/versions/{version}/gate")).await.expect(200);
    assert_eq!(gate["verdict"], "NOT_ELIGIBLE");
    let again = world.post(&world.admin, "/api/v1/packs", mine(false)).await.expect(200);
    assert_eq!((&again["receipt"]["events"], &again["object"]["changes"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn a_pack_that_does_not_fit_is_refused() {
    let world = World::new().await;
    let unknown = json!({"documents": [{"file": "p", "document": {"kind": "Pack", "id": "x", "title": "X", "extends": "y"}}]});
    world.post(&world.admin, "/api/v1/packs", unknown).await.problem(422, "pack-invalid");
    let mut broken = mine(false);
    broken["documents"][1]["document"]["rules"][0]["condition"] = json!("mode1.tier == 'LOW'");
    let problem = world.post(&world.admin, "/api/v1/packs", broken).await.problem(422, "pack-invalid");
    assert!(problem["detail"].as_str().unwrap().contains("mode1"), "{problem}");
    let schema = world.get(&world.admin, "/api/v1/schemas/facts").await.expect(200);
    assert_eq!(schema["properties"]["model"]["properties"]["tier"]["type"], "string");
}

/// A pack that asks for less waits for a second person, and says why.
#[tokio::test]
async fn a_weaker_pack_waits_for_a_second_person() {
    let world = World::new().await;
    let (_, second) = world.person("Bea", &["admin"]).await;
    let mut documents: Vec<serde_json::Value> = crate::world::default_pack()
        .into_iter()
        .map(|(file, document)| json!({"file": file, "document": document}))
        .collect();
    documents.retain(|document| document["document"]["id"] != "security-scan-required");
    let body = |dry_run: bool| json!({"documents": documents, "dryRun": dry_run});
    let reasons = json!(["policy `security-scan-required` removed"]);
    let tried = world.post(&world.admin, "/api/v1/packs", body(true)).await.expect(200);
    assert_eq!(tried["weaker"], reasons);
    assert_eq!((&tried["secondPerson"], &tried["approvers"]), (&json!("WHERE_WEAKER"), &json!(["admin"])));
    let made = world.post(&world.admin, "/api/v1/packs", body(false)).await.expect(202);
    assert_eq!(made["object"]["weaker"], reasons);
    let id = crate::world::text(&made["object"]["proposal"]);
    let before = world.get(&world.admin, "/api/v1/packs/current").await.expect(200);

    let path = format!("/api/v1/proposals/{id}");
    let own = world.get(&world.admin, &path).await.expect(200);
    assert_eq!((own["state"].as_str(), own["confirmable"].as_bool()), (Some("OPEN"), Some(false)));
    world.confirm(&world.admin, &own).await.problem(403, "second-person-needed");
    let inbox = world.get(&second, "/api/v1/proposals?confirmable=true").await.expect(200);
    assert_eq!(inbox["items"][0]["id"].as_str(), Some(id.as_str()));
    let shown = world.get(&second, &path).await.expect(200);
    assert_eq!(shown["pack"]["weaker"], reasons);
    assert_eq!(shown["pack"]["approvers"], json!(["admin"]));
    assert_eq!(shown["pack"]["changes"][0]["change"], "REMOVED");
    assert_eq!(shown["digest"], made["object"]["digest"]);
    world.confirm(&second, &shown).await.expect(200);
    let after = world.get(&world.admin, "/api/v1/packs/current").await.expect(200);
    assert_ne!(before["digest"], after["digest"]);
    assert_eq!(after["digest"], shown["pack"]["digest"]);
    let over = world.get(&second, &path).await.expect(200);
    assert_eq!((over["state"].as_str(), over["confirmable"].as_bool()), (Some("CONFIRMED"), Some(false)));
    assert_eq!(over["confirmedAs"], "admin");
}

#[tokio::test]
async fn it_is_told_until_when_the_log_is_kept() {
    let world = World::new().await;
    let told = world.get(&world.admin, "/api/v1/retention").await.expect(200);
    let kept: Vec<_> =
        told["classes"].as_array().unwrap().iter().map(|class| (&class["class"], &class["keep"])).collect();
    let expected = [("MODEL_ARTIFACTS", "7y"), ("APPROVALS", "10y"), ("LOG", "7y")]
        .map(|(class, keep)| (json!(class), json!(keep)));
    assert_eq!(kept, expected.iter().map(|(class, keep)| (class, keep)).collect::<Vec<_>>());
    assert_eq!(
        (&told["pack"], &told["logKeptFor"], &told["deletes"]),
        (&json!("default"), &json!("10y"), &json!(false))
    );
    // Ten years of 366 days after the newest entry, and later with each further one.
    let time =
        |of: &serde_json::Value, name: &str| of[name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let ten = jiff::SignedDuration::from_hours(3660 * 24);
    assert_eq!(time(&told, "newestEntry").checked_add(ten).unwrap(), time(&told, "logKeptUntil"));
    world.person("Olga", &["model_owner"]).await;
    let later = world.get(&world.admin, "/api/v1/retention").await.expect(200);
    assert!(time(&later, "logKeptUntil") > time(&told, "logKeptUntil"), "{later}");

    // A pack without rules says nothing, and so does the answer.
    let world = World::governed_by("ml-governance").await;
    let told = world.get(&world.admin, "/api/v1/retention").await.expect(200);
    assert_eq!(told["classes"].as_array().unwrap().len(), 3);
    assert!(told["classes"][0].get("keep").is_none() && told.get("logKeptUntil").is_none(), "{told}");
}
