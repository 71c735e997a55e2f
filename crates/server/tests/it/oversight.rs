//! Who answers for a model, its periodic reviews, and what waits for whom, as the people see it.

use serde_json::{Value, json};

use crate::world::{World, bare, text};

fn roles(of: &Value) -> Vec<(String, Value)> {
    let roles = of["roles"].as_array().unwrap().iter();
    roles.map(|role| (text(&role["role"]), role["gap"].clone())).collect()
}

fn assignment(role: &str, principal: &str) -> Value {
    json!({"role": role, "principal": principal, "reason": "it is their subject"})
}

#[tokio::test]
async fn somebody_answers_in_every_role_until_they_leave() {
    let world = World::new().await;
    let (owner_id, owner) = world.person("Olga", &["model_owner"]).await;
    let (stan, _) = world.person("Stan", &["data_steward"]).await;
    let (sven, sven_token) = world.person("Sven", &["data_steward"]).await;
    let (_, risk) = world.person("Rita", &["risk_manager"]).await;
    let (ned, ned_token) = world.person("Ned", &["model_owner"]).await;
    let (model, _) = world.version(&owner, "sorter", "MEDIUM").await;
    let at = format!("/api/v1/models/{model}/accountability");

    let held = world.get(&owner, "/api/v1/models/sorter/accountability").await.expect(200);
    assert_eq!((&held["complete"], &held["revision"]), (&json!(false), &json!(0)));
    assert_eq!(
        roles(&held),
        [("data_steward".to_owned(), json!("NOT_ASSIGNED")), ("owner".to_owned(), Value::Null)]
    );
    // Whoever would be a gap at once, or is not demanded, is not put there; nor does everybody put people anywhere.
    let mut wrong = assignment("data_steward", &ned);
    let problem = world.post(&owner, &at, wrong.clone()).await.problem(422, "not-assignable");
    assert_eq!(problem["pointer"], "/principal");
    world.post(&owner, &at, assignment("executive", &stan)).await.problem(422, "unknown-role");
    wrong["reason"] = json!(" ");
    assert_eq!(world.post(&owner, &at, wrong).await.problem(400, "invalid-text")["pointer"], "/reason");
    world.post(&ned_token, &at, assignment("data_steward", &stan)).await.problem(403, "permission-missing");

    let done = world.post(&owner, &at, assignment("data_steward", &stan)).await.expect(200);
    assert_eq!(done["receipt"]["events"][0]["type"], "accountabilityAssigned");
    assert_eq!((&done["object"]["complete"], &done["object"]["revision"]), (&json!(true), &json!(1)));
    assert_eq!(done["object"]["roles"][0]["reason"]["text"], "it is their subject");
    // Two at once: who saw the older revision is told so.
    let second = assignment("data_steward", &sven);
    let send = |revision: &str| {
        world.send(
            bare("POST", &risk, &at).header("if-match", revision).body(second.to_string().into()).unwrap(),
        )
    };
    send("\"0\"").await.problem(412, "revision-stale");
    send("\"1\"").await.expect(200);
    let held = world.get(&owner, &at).await.expect(200);
    assert_eq!(
        (&held["past"][0]["person"]["name"], &held["past"][0]["ended"]["by"]["name"]),
        (&json!("Stan"), &json!("Rita"))
    );
    let mine = world.get(&sven_token, "/api/v1/accountability").await.expect(200);
    assert_eq!(
        (&mine["items"][0]["model"]["name"], &mine["items"][0]["roles"][0]["role"]),
        (&json!("sorter"), &json!("data_steward"))
    );
    let of = world.get(&owner, &format!("/api/v1/accountability?principal={stan}")).await.expect(200);
    assert_eq!(of["items"], json!([]));

    // Whoever leaves shows up as a gap at once.
    let gaps = "/api/v1/accountability/gaps";
    assert_eq!(world.get(&owner, gaps).await.expect(200)["items"], json!([]));
    world.post(&world.admin, &format!("/api/v1/principals/{sven}/disable"), json!({})).await.expect(200);
    let found = world.get(&owner, gaps).await.expect(200);
    assert_eq!(roles(&found["items"][0]), [("data_steward".to_owned(), json!("DISABLED"))]);

    // Nobody takes a model over from an owner who is there; the owner hands it over.
    world.post(&ned_token, &at, assignment("owner", &ned)).await.problem(403, "permission-missing");
    let done = world.post(&owner, &at, assignment("owner", &ned)).await.expect(200);
    assert_eq!(done["receipt"]["events"][1]["type"], "ownerChanged");
    let shown = world.get(&owner, &format!("/api/v1/models/{model}")).await.expect(200);
    assert_eq!(shown["owner"]["name"], "Ned");
    let held = world.get(&ned_token, &at).await.expect(200);
    assert_eq!(held["past"].as_array().unwrap().last().unwrap()["person"]["id"], json!(owner_id));
    world.post(&owner, &at, assignment("data_steward", &stan)).await.problem(403, "permission-missing");
}

#[tokio::test]
async fn a_former_owner_does_not_review_what_was_made_in_their_time() {
    let world = World::new().await;
    let (olga, owner) = world.person("Olga", &["model_owner", "risk_manager"]).await;
    let (ned, ned_token) = world.person("Ned", &["model_owner"]).await;
    let (model, _) = world.version(&owner, "sorter", "MEDIUM").await;
    let begun = world.post(&owner, "/api/v1/assessments", json!({"model": model})).await.expect(201);
    let id = text(&begun["object"]["id"]);
    let at = format!("/api/v1/models/{model}/accountability");
    world.post(&owner, &at, assignment("owner", &ned)).await.expect(200);
    world.post(&ned_token, &at, assignment("owner", &olga)).await.expect(200);
    world.post(&owner, &at, assignment("owner", &ned)).await.expect(200);
    let other = world.post(&ned_token, "/api/v1/assessments", json!({"model": model})).await.expect(201);
    let other = text(&other["object"]["id"]);
    for (id, by) in [(&id, &owner), (&other, &ned_token)] {
        world.post(by, &format!("/api/v1/assessments/{id}/submit"), json!({})).await.expect(200);
    }
    let sign = async |id: &str| {
        world
            .post(&owner, &format!("/api/v1/assessments/{id}/signatures"), json!({"verdict": "APPROVED"}))
            .await
    };
    sign(&id).await.problem(403, "reviewer-is-requester");
    // What was begun after they had handed it over is not their work.
    sign(&other).await.expect(200);
}

#[tokio::test]
async fn a_review_goes_from_findings_to_signatures() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (rita_id, risk) = world.person("Rita", &["risk_manager"]).await;
    let (_, lead) = world.person("Lena", &["tech_lead"]).await;
    let (model, _) = world.version(&owner, "sorter", "HIGH").await;
    let opened = world.post(&owner, "/api/v1/periodic-reviews", json!({"model": model})).await.expect(201);
    let at = format!("/api/v1/periodic-reviews/{}", text(&opened["object"]["id"]));
    world
        .post(&risk, "/api/v1/periodic-reviews", json!({"model": model}))
        .await
        .problem(409, "periodic-review-open");
    world.post(&owner, &format!("{at}/submit"), json!({})).await.problem(422, "findings-missing");
    for section in ["PERFORMANCE", "DRIFT", "INCIDENTS", "COMPLIANCE"] {
        let mut body = json!({"section": section, "outcome": "OK", "finding": "as expected"});
        if section == "DRIFT" {
            body["outcome"] = json!("ACTION_NEEDED");
            let path = format!("{at}/findings");
            let problem = world.post(&risk, &path, body.clone()).await.problem(400, "invalid-value");
            assert_eq!(problem["pointer"], "/actions");
            body["actions"] =
                json!([{"text": "train it again", "owner": rita_id, "dueAt": "2100-01-01T00:00:00Z"}]);
        }
        world.post(&risk, &format!("{at}/findings"), body).await.expect(200);
    }
    let waiting = "/api/v1/inbox/requests";
    assert_eq!(world.get(&risk, waiting).await.expect(200)["items"], json!([]));
    let submitted =
        world.post(&owner, &format!("{at}/submit"), json!({})).await.expect(200)["object"].clone();
    assert_eq!(submitted["signoff"]["missing"], json!(["risk_manager"]));
    assert_eq!(submitted["sections"][1]["actions"][0]["owner"]["name"], "Rita");

    // It waits for whoever could sign it, and for nobody else.
    let found = world.get(&risk, waiting).await.expect(200);
    assert_eq!(
        (&found["items"][0]["kind"], &found["items"][0]["model"]["name"], &found["truncated"]),
        (&json!("PERIODIC_REVIEW"), &json!("sorter"), &json!(false))
    );
    for other in [&owner, &lead] {
        assert_eq!(world.get(other, waiting).await.expect(200)["items"], json!([]));
    }
    let mine = world.get(&owner, "/api/v1/inbox/mine").await.expect(200);
    assert_eq!(
        (&mine["items"][0]["kind"], &mine["items"][0]["state"]),
        (&json!("PERIODIC_REVIEW"), &json!("SUBMITTED"))
    );
    let yes = json!({"verdict": "APPROVED"});
    world.post(&lead, &format!("{at}/signatures"), yes.clone()).await.problem(403, "reviewer-lacks-role");
    let signed = world.post(&risk, &format!("{at}/signatures"), yes).await.expect(200);
    assert_eq!(signed["receipt"]["events"][1]["type"], "periodicReviewCompleted");
    assert_eq!(signed["object"]["state"], "COMPLETED");
    assert_eq!(world.get(&risk, waiting).await.expect(200)["items"], json!([]));
    assert_eq!(world.get(&owner, "/api/v1/inbox/mine").await.expect(200)["items"], json!([]));
    let all = world.get(&owner, "/api/v1/inbox/mine?all=true").await.expect(200);
    assert_eq!(all["items"][0]["state"], "COMPLETED");
    let decided = world.get(&risk, "/api/v1/inbox/decided").await.expect(200);
    assert_eq!(
        (&decided["items"][0]["type"], &decided["items"][0]["decision"]),
        (&json!("periodicReviewSigned"), &json!("APPROVED"))
    );
    let done = json!({"action": "DRIFT-1", "comment": "trained on new rows"});
    world.post(&lead, &format!("{at}/actions"), done.clone()).await.problem(403, "not-the-requester");
    let acted = world.post(&risk, &format!("{at}/actions"), done).await.expect(200);
    assert_eq!(acted["object"]["sections"][1]["actions"][0]["comment"]["text"], "trained on new rows");
    let history = world.get(&owner, &format!("/api/v1/periodic-reviews?model={model}&state=COMPLETED")).await;
    assert_eq!(history.expect(200)["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn everything_that_is_signed_waits_in_one_place() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, risk) = world.person("Rita", &["risk_manager"]).await;
    let (_, compliance) = world.person("Cora", &["compliance_officer"]).await;
    let (model, version) = world.version(&owner, "sorter", "MEDIUM").await;
    let begun = world.post(&owner, "/api/v1/assessments", json!({"model": model})).await.expect(201);
    let path = format!("/api/v1/assessments/{}/submit", text(&begun["object"]["id"]));
    world.post(&owner, &path, json!({})).await.expect(200);
    let body =
        json!({"model": model, "to": "LOW", "justification": "fewer people", "impact": "fewer reviews"});
    world.post(&owner, "/api/v1/tier-changes", body).await.expect(201);
    world
        .post(&owner, "/api/v1/exceptions", crate::exceptions::asked(&version, "data-privacy"))
        .await
        .expect(201);
    let body = json!({"type": "CONFIG_CHANGE", "title": "t", "description": "d", "justification": "j",
        "environment": "STAGING", "targetVersion": version, "rollbackPlan": "r", "submit": true,
        "impact": {"affectedSystems": [], "affectedUsers": "ALL_USERS", "estimatedDowntime": "none", "rollbackTime": "none"}});
    world.post(&owner, "/api/v1/changes", body).await.expect(201);
    let kinds = async |token: &str, path: &str| {
        let found = world.get(token, path).await.expect(200);
        let mut kinds: Vec<String> =
            found["items"].as_array().unwrap().iter().map(|item| text(&item["kind"])).collect();
        kinds.sort();
        kinds
    };
    let waiting = "/api/v1/inbox/requests";
    assert_eq!(kinds(&risk, waiting).await, ["ASSESSMENT", "TIER_CHANGE"]);
    assert_eq!(kinds(&compliance, waiting).await, ["EXCEPTION", "TIER_CHANGE"]);
    assert!(kinds(&owner, waiting).await.is_empty());
    let all = ["ASSESSMENT", "CHANGE", "EXCEPTION", "TIER_CHANGE"];
    assert_eq!(kinds(&owner, "/api/v1/inbox/mine").await, all);
    let (_, lead) = world.person("Lena", &["tech_lead"]).await;
    assert_eq!(kinds(&lead, waiting).await, ["CHANGE"]);
    let one = world.get(&risk, "/api/v1/inbox/requests?limit=1").await.expect(200);
    assert_eq!((one["items"].as_array().unwrap().len(), &one["truncated"]), (1, &json!(true)));
    // Who may read nothing sees nothing.
    let (_, stranger) = world.person("Sam", &[]).await;
    assert!(kinds(&stranger, waiting).await.is_empty());
}

#[tokio::test]
async fn the_facts_know_who_answers_and_the_roles_are_a_report() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, version) = world.version(&owner, "sorter", "CRITICAL").await;
    let facts = world.get(&owner, &format!("/api/v1/versions/{version}/facts")).await.expect(200);
    assert_eq!(facts["model"]["accountability"]["complete"], false);
    assert_eq!(facts["model"]["accountability"]["assigned"], json!(["owner"]));
    assert_eq!(facts["review"], json!({"overdue": false}));
    let due = world.get(&owner, "/api/v1/periodic-reviews/due?withinDays=65535").await.expect(200);
    assert_eq!(due["items"], json!([]));

    let matrix = world.get(&owner, "/api/v1/accountability/matrix").await.expect(200);
    let roles = matrix["roles"].as_array().unwrap();
    let risk = roles.iter().find(|role| role["role"] == "risk_manager").unwrap();
    assert!(risk["duties"].as_array().unwrap().contains(&json!("periodicReviewer")), "{risk}");
    let held = roles.iter().find(|role| role["role"] == "model_owner").unwrap();
    assert_eq!((&held["holderCount"], &held["holders"][0]["name"]), (&json!(1), &json!("Olga")));
    let report = world.get(&owner, "/api/v1/accountability/report").await;
    assert_eq!(report.headers["content-type"], "text/markdown; charset=utf-8");
    assert!(report.text().contains("| Model owner |"), "{}", report.text());
}
