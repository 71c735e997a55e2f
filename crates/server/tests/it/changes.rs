//! Changes of models in service, as the people ask for them, sign them and make them.

use serde_json::{Value, json};

use crate::world::{World, text};

struct Cast {
    world: World,
    owner: String,
    lead: String,
    security: String,
    deployer: String,
    model: String,
    versions: [String; 2],
}

async fn cast() -> Cast {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, lead) = world.person("Lena", &["tech_lead"]).await;
    let (_, security) = world.person("Sami", &["security_reviewer"]).await;
    let (_, deployer) = world.person("Dana", &["deployer"]).await;
    let (model, first) = world.version(&owner, "sorter", "MEDIUM").await;
    let path = format!("/api/v1/models/{model}/versions");
    let second = world.post(&owner, &path, json!({"kind": "CLASSICAL"})).await.expect(201);
    let second = text(&second["object"]["id"]);
    Cast { world, owner, lead, security, deployer, model, versions: [first, second] }
}

impl Cast {
    fn wanted(&self) -> Value {
        json!({
            "type": "MODEL_UPDATE", "title": "Second sorter", "description": "Sorts twice", "justification": "Once is not enough",
            "environment": "PRODUCTION", "currentVersion": self.versions[0], "targetVersion": self.versions[1],
            "department": "Post", "impact": impact(), "rollbackPlan": "Put the first back", "rollbackTrigger": "Wrong piles",
            "testResults": "All piles right", "blackouts": [{"from": "2026-12-24T00:00:00+01:00", "until": "2026-12-27T00:00:00+01:00"}],
            "preferredWindow": {"from": "2026-11-25T20:00:00Z", "until": "2026-11-25T22:00:00Z"},
        })
    }

    async fn request(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut body = self.wanted();
        body["submit"] = json!(true);
        change(&mut body);
        let made = self.world.post(&self.owner, "/api/v1/changes", body).await.expect(201);
        text(&made["object"]["id"])
    }

    async fn post(&self, token: &str, id: &str, what: &str, body: Value) -> crate::world::Answer {
        self.world.post(token, &format!("/api/v1/changes/{id}/{what}"), body).await
    }

    async fn sign(&self, id: &str, token: &str) -> Value {
        let signed = self.post(token, id, "signatures", json!({"verdict": "APPROVED"})).await;
        signed.expect(200)["object"].clone()
    }

    async fn approved(&self, change: impl FnOnce(&mut Value)) -> String {
        let id = self.request(change).await;
        self.sign(&id, &self.lead).await;
        self.sign(&id, &self.security).await;
        id
    }

    async fn get(&self, path: &str) -> Value {
        self.world.get(&self.owner, path).await.expect(200)
    }

    async fn made(&self, success: bool) -> String {
        let id = self.approved(|_| {}).await;
        self.post(&self.deployer, &id, "start", json!({})).await.expect(200);
        self.post(&self.deployer, &id, "complete", json!({"success": success})).await.expect(200);
        id
    }
}

fn impact() -> Value {
    json!({
        "affectedSystems": [{"name": "letters", "tags": ["internal"]}], "affectedUsers": "SPECIFIC_GROUPS",
        "estimatedDowntime": "None", "rollbackTime": "2 minutes", "testingRequired": ["piles"], "dependencies": ["tables"],
    })
}

#[tokio::test]
async fn a_change_is_written_reviewed_scheduled_and_made() {
    let cast = cast().await;
    let mut bare = cast.wanted();
    for field in ["impact", "rollbackPlan"] {
        bare.as_object_mut().unwrap().remove(field);
    }
    let made = cast.world.post(&cast.owner, "/api/v1/changes", bare).await.expect(201)["object"].clone();
    let id = text(&made["id"]);
    assert_eq!(
        (&made["state"], &made["now"]["canBe"]),
        (&json!("DRAFT"), &json!(["submitted", "withdrawn"]))
    );
    let problem = cast.post(&cast.owner, &id, "submit", json!({})).await.problem(422, "plan-missing");
    assert_eq!(problem["pointer"], "/impact");
    let plan = json!({"impact": impact(), "rollbackPlan": "Put the first back"});
    let submitted = cast.post(&cast.owner, &id, "submit", plan).await.expect(200)["object"].clone();
    assert_eq!((&submitted["state"], &submitted["risk"]), (&json!("SUBMITTED"), &json!("HIGH")));
    assert_eq!(submitted["reviewers"], json!(["owner", "tech_lead", "security_reviewer"]));
    assert!(submitted["reasons"].as_array().unwrap().contains(&json!("environment PRODUCTION: HIGH")));
    // The owner asked, and so the request carries their attestation.
    assert_eq!(submitted["now"]["missing"], json!(["tech_lead", "security_reviewer"]));
    cast.post(&cast.owner, &id, "schedule", json!({"at": "2026-12-01T10:00:00Z"}))
        .await
        .problem(409, "wrong-state");

    assert_eq!(cast.sign(&id, &cast.lead).await["state"], "UNDER_REVIEW");
    cast.post(&cast.deployer, &id, "signatures", json!({"verdict": "APPROVED"}))
        .await
        .problem(403, "permission-missing");
    let approved = cast.sign(&id, &cast.security).await;
    assert_eq!((&approved["state"], &approved["now"]["approved"]), (&json!("APPROVED"), &json!(true)));
    let facts = cast.get(&format!("/api/v1/versions/{}/facts", cast.versions[1])).await;
    assert_eq!(
        facts["change"],
        json!({"id": id, "type": "MODEL_UPDATE", "state": "APPROVED", "environment": "PRODUCTION", "risk": "HIGH", "approved": true, "spent": false})
    );

    let at = |at: &str| json!({"at": at});
    let problem = cast
        .post(&cast.deployer, &id, "schedule", at("2020-01-01T00:00:00Z"))
        .await
        .problem(400, "invalid-value");
    assert_eq!(problem["pointer"], "/at");
    cast.post(&cast.deployer, &id, "schedule", at("2026-12-24T12:00:00Z")).await.problem(422, "blackout");
    cast.post(&cast.deployer, &id, "schedule", at("tomorrow")).await.problem(400, "invalid-field");
    let scheduled =
        cast.post(&cast.deployer, &id, "schedule", at("2026-12-01T10:00:00+02:00")).await.expect(200);
    assert_eq!(scheduled["object"]["scheduled"]["at"], "2026-12-01T08:00:00Z");
    assert_eq!(scheduled["object"]["now"]["outsidePreferredWindow"], true);
    assert_eq!(scheduled["object"]["now"]["clashes"], json!([]));
    let started = cast.post(&cast.deployer, &id, "start", json!({})).await.expect(200);
    assert_eq!(started["object"]["state"], "IN_PROGRESS");
    let ended = json!({"success": true, "notes": "it went well"});
    let ended = cast.post(&cast.deployer, &id, "complete", ended).await.expect(200)["object"].clone();
    assert_eq!(
        (&ended["state"], &ended["completed"]["notes"]["text"]),
        (&json!("COMPLETED"), &json!("it went well"))
    );
    let held = cast.get(&format!("/api/v1/changes/{id}")).await;
    assert_eq!(
        (&held["title"]["text"], &held["targetVersion"]["number"]),
        (&json!("Second sorter"), &json!(2))
    );
    assert_eq!(held["signatures"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn one_no_is_enough_and_needs_a_comment() {
    let cast = cast().await;
    let id = cast.request(|_| {}).await;
    let no = json!({"verdict": "REJECTED"});
    cast.post(&cast.lead, &id, "signatures", no).await.problem(422, "comment-missing");
    let no = json!({"verdict": "REJECTED", "comment": "not now"});
    let rejected = cast.post(&cast.lead, &id, "signatures", no).await.expect(200)["object"].clone();
    assert_eq!(rejected["state"], "REJECTED");
    assert_eq!(rejected["signatures"][0]["comment"]["text"], "not now");
    let problem = cast.post(&cast.owner, &id, "start", json!({})).await.problem(409, "wrong-state");
    assert!(problem["detail"].as_str().unwrap().ends_with("nothing is left to do"), "{problem}");
}

#[tokio::test]
async fn clashes_are_shown_and_not_refused() {
    let cast = cast().await;
    let (first, second) = (cast.approved(|_| {}).await, cast.approved(|_| {}).await);
    let at = |at: &str| json!({"at": at});
    cast.post(&cast.owner, &first, "schedule", at("2026-12-01T10:00:00Z")).await.expect(200);
    let near = cast.post(&cast.owner, &second, "schedule", at("2026-12-02T09:59:59Z")).await.expect(200);
    assert_eq!(near["object"]["now"]["clashes"][0]["id"], json!(first));
    let third = cast.approved(|_| {}).await;
    let far = cast.post(&cast.owner, &third, "schedule", at("2026-12-20T10:00:00Z")).await.expect(200);
    assert_eq!(far["object"]["now"]["clashes"], json!([]));
    // Another model in the same environment clashes too, for who may read it; elsewhere it does not.
    let (_, version) = cast.world.version(&cast.owner, "other", "LOW").await;
    let other = |environment: &'static str, version: String| {
        move |body: &mut Value| {
            body.as_object_mut().unwrap().remove("currentVersion");
            body["targetVersion"] = json!(version);
            body["environment"] = json!(environment);
        }
    };
    let there = cast.approved(other("PRODUCTION", version.clone())).await;
    let there = cast.post(&cast.owner, &there, "schedule", at("2026-12-20T11:00:00Z")).await.expect(200);
    assert_eq!(there["object"]["now"]["clashes"][0]["id"], json!(third));
    let elsewhere = cast.approved(other("STAGING", version)).await;
    let shown = cast.post(&cast.owner, &elsewhere, "schedule", at("2026-12-01T10:00:00Z")).await.expect(200);
    assert_eq!(shown["object"]["now"]["clashes"], json!([]));
    let scope = json!({"role": "auditor", "scope": {"models": [cast.model]}});
    let (_, reader) = cast.world.person_with("Rita", &[scope]).await;
    let shown = cast.world.get(&reader, &format!("/api/v1/changes/{third}")).await.expect(200);
    assert_eq!(shown["now"]["clashes"], json!([]), "what the caller may not read is not shown");
}

#[tokio::test]
async fn an_emergency_starts_with_two_and_is_signed_by_the_others_afterwards() {
    let cast = cast().await;
    let (_, risk) = cast.world.person("Rune", &["risk_manager"]).await;
    let (_, chief) = cast.world.person("Edda", &["executive"]).await;
    let (_, business) = cast.world.person("Bo", &["business_owner"]).await;
    let id = cast.request(|body| body["type"] = json!("EMERGENCY")).await;
    cast.sign(&id, &risk).await;
    let problem = cast.post(&cast.deployer, &id, "start", json!({})).await.problem(422, "signatures-missing");
    assert!(problem["detail"].as_str().unwrap().contains("executive"), "{problem}");
    cast.sign(&id, &chief).await;
    let started = cast.post(&cast.deployer, &id, "start", json!({})).await.expect(200)["object"].clone();
    assert_eq!(
        (&started["started"]["byEmergencyPair"], &started["now"]["approved"]),
        (&json!(true), &json!(false))
    );
    let entry = cast.world.get(&cast.world.admin, "/api/v1/log/entries?type=changeStarted").await.expect(200);
    assert_eq!(entry["items"][0]["entry"]["riskLevel"], "HIGH", "whatever the tier");
    cast.post(&cast.deployer, &id, "complete", json!({"success": true})).await.expect(200);
    let metrics = cast.get("/api/v1/changes/metrics").await;
    assert_eq!((&metrics["open"], &metrics["pendingApproval"]), (&json!(0), &json!(1)));
    for reviewer in [&cast.lead, &cast.security, &business] {
        cast.sign(&id, reviewer).await;
    }
    let held = cast.get(&format!("/api/v1/changes/{id}")).await;
    assert_eq!((&held["state"], &held["now"]["approved"]), (&json!("COMPLETED"), &json!(true)));
}

#[tokio::test]
async fn a_rollback_is_a_change_of_its_own() {
    let cast = cast().await;
    let id = cast.made(false).await;
    let answer =
        cast.post(&cast.deployer, &id, "roll-back", json!({"reason": "wrong piles"})).await.expect(201);
    let made = answer["object"].clone();
    let rollback = text(&made["id"]);
    assert_eq!(made["title"]["text"], "Rollback: Second sorter");
    assert_eq!(
        (&made["type"], &made["risk"], &made["state"]),
        (&json!("ROLLBACK"), &json!("HIGH"), &json!("SUBMITTED"))
    );
    assert_eq!(made["toUnserved"], true, "the version before never stood there: an update, for the rules");
    assert_eq!((&made["targetVersion"]["number"], &made["currentVersion"]["number"]), (&json!(1), &json!(2)));
    assert_eq!(made["rollbackPlan"]["text"], "Deploy version 2 again, which this rollback leaves.");
    assert_eq!((&made["rollbackOf"], &made["justification"]["text"]), (&json!(id), &json!("wrong piles")));
    cast.post(&cast.deployer, &id, "roll-back", json!({"reason": "again"})).await.problem(409, "wrong-state");
    cast.sign(&rollback, &cast.owner).await;
    cast.sign(&rollback, &cast.lead).await;
    assert_eq!(cast.sign(&rollback, &cast.security).await["state"], "APPROVED");
    cast.post(&cast.deployer, &rollback, "start", json!({})).await.expect(200);
    cast.post(&cast.deployer, &rollback, "complete", json!({"success": true})).await.expect(200);
    let held = cast.get(&format!("/api/v1/changes/{id}")).await;
    assert_eq!((&held["state"], &held["rolledBackBy"]), (&json!("ROLLED_BACK"), &json!(rollback)));
    let body = cast.wanted();
    let mut asked = body.clone();
    asked["type"] = json!("ROLLBACK");
    cast.world.post(&cast.owner, "/api/v1/changes", asked).await.problem(400, "invalid-value");
}

#[tokio::test]
async fn lists_calendar_and_metrics_tell_of_changes() {
    let cast = cast().await;
    let made = cast.made(true).await;
    cast.made(false).await;
    let waiting = cast.request(|body| body["environment"] = json!("STAGING")).await;
    let planned = cast.approved(|_| {}).await;
    let at = json!({"at": "2026-12-31T23:30:00Z"});
    cast.post(&cast.owner, &planned, "schedule", at).await.expect(200);
    cast.world.post(&cast.owner, "/api/v1/changes", cast.wanted()).await.expect(201);

    let counted = async |query: &str| {
        let found = cast.get(&format!("/api/v1/changes?{query}")).await;
        found["items"].as_array().unwrap().len()
    };
    assert_eq!(counted("").await, 5);
    assert_eq!(counted("state=COMPLETED").await, 1);
    assert_eq!(counted("type=EMERGENCY").await, 0);
    assert_eq!(counted("environment=STAGING").await, 1);
    assert_eq!(counted(&format!("model={}&version={}", cast.model, cast.versions[1])).await, 5);
    let me = text(&cast.get("/api/v1/me").await["principal"]["id"]);
    assert_eq!(counted(&format!("requester={me}")).await, 5);
    assert_eq!(counted("requester=01931e2c-5b1a-7cc3-98c4-000000000000").await, 0);
    assert_eq!(counted("from=2030-01-01T00:00:00Z").await, 0);
    let asked_at = text(&cast.get(&format!("/api/v1/changes/{waiting}")).await["requested"]["at"]);
    assert_eq!(counted(&format!("until={asked_at}")).await, 2);

    let month = cast.get("/api/v1/changes/calendar?month=2026-12").await;
    let ids = |month: &Value| -> Vec<String> {
        month["changes"].as_array().unwrap().iter().map(|change| text(&change["id"])).collect()
    };
    assert_eq!(ids(&month), [planned]);
    assert_eq!((&month["from"], &month["complete"]), (&json!("2026-12-01T00:00:00Z"), &json!(true)));
    let month = cast.get("/api/v1/changes/calendar").await;
    assert_eq!((&month["month"], ids(&month).len()), (&json!("2026-11"), 2));
    assert_eq!(ids(&month)[0], made);
    for wrong in ["2026-13", "soon", "2026-1"] {
        let answer = cast.world.get(&cast.owner, &format!("/api/v1/changes/calendar?month={wrong}")).await;
        answer.problem(400, "invalid-value");
    }

    let metrics = cast.get("/api/v1/changes/metrics?month=2026-11").await;
    assert_eq!((&metrics["open"], &metrics["pendingApproval"]), (&json!(2), &json!(1)));
    assert_eq!((&metrics["deployed"], &metrics["rolledBack"]), (&json!(1), &json!(0)));
    assert_eq!(metrics["changeFailureRate"], json!({"failed": 1, "ended": 2, "rate": 0.5}));
    assert_eq!(metrics["leadTimeSeconds"], json!(0));
    let other = cast.get("/api/v1/changes/metrics?month=2026-12").await;
    assert_eq!(other["changeFailureRate"], json!({"failed": 0, "ended": 0}));
    assert_eq!(other.get("leadTimeSeconds"), None);
    let (_, stranger) = cast.world.person("Nemo", &[]).await;
    let unseen = cast.world.get(&stranger, "/api/v1/changes/metrics?month=2026-11").await.expect(200);
    assert_eq!((&unseen["open"], &unseen["deployed"]), (&json!(0), &json!(0)));
}

/// A pack that demands an approved change: the gate opens with its approval, and shuts when a signature lapses.
#[tokio::test]
async fn a_policy_can_demand_an_approved_change() {
    let cast = cast().await;
    let policy = json!({"kind": "Policy", "id": "approved-change", "name": "Approved change", "version": "1",
        "category": "OPERATIONAL", "severity": "HIGH", "enforcement": "BLOCKING", "scope": {"stages": ["STAGING"]},
        "rules": [{"id": "approved", "condition": "change.approved && change.environment == 'STAGING'",
            "message": "the change is approved"}]});
    let info = json!({"kind": "Pack", "id": "mine", "title": "Mine", "extends": "default"});
    let documents = [info, policy].map(|document| json!({"file": "pack.yaml", "document": document}));
    cast.world.post(&cast.world.admin, "/api/v1/packs", json!({"documents": documents})).await.expect(200);
    let finding = async || {
        let path = format!("/api/v1/versions/{}/check?stage=STAGING", cast.versions[1]);
        let checked = cast.get(&path).await;
        let findings = checked["findings"].as_array().unwrap().clone();
        let found = findings.into_iter().find(|finding| finding["policy"] == "approved-change").unwrap();
        text(&found["status"])
    };
    assert_eq!(finding().await, "FAILED", "without a change there is nothing to read");
    let id = cast.request(|body| body["environment"] = json!("STAGING")).await;
    assert_eq!(finding().await, "FAILED");
    cast.sign(&id, &cast.lead).await;
    cast.sign(&id, &cast.security).await;
    assert_eq!(finding().await, "PASSED");
    let people = cast.world.get(&cast.world.admin, "/api/v1/principals").await.expect(200);
    let lena = people["items"].as_array().unwrap().iter().find(|person| person["name"] == "Lena").unwrap();
    let path = format!("/api/v1/principals/{}/disable", text(&lena["id"]));
    cast.world.post(&cast.world.admin, &path, json!({})).await.expect(200);
    assert_eq!(finding().await, "FAILED");
    let held = cast.get(&format!("/api/v1/changes/{id}")).await;
    assert_eq!(
        (&held["now"]["missing"], &held["now"]["lapsed"][0]["role"]),
        (&json!(["tech_lead"]), &json!("tech_lead"))
    );
}

/// A promotion says what is changed and where; what is said besides holds, and people bring impact and plan.
#[tokio::test]
async fn a_promotion_fills_in_what_is_left_out() {
    let cast = cast().await;
    let ask = json!({"version": cast.versions[1], "target": {"stage": "STAGING"}});
    let asked = cast.world.post(&cast.owner, "/api/v1/promotions", ask).await.expect(201);
    let promotion = text(&asked["object"]["id"]);
    let body = json!({"promotion": promotion, "description": "d", "justification": "j"});
    let send = async |body: Value| cast.world.post(&cast.owner, "/api/v1/changes", body).await;
    // It is not under review yet, so that nothing that was said for it counts.
    assert_eq!(send(body.clone()).await.problem(400, "invalid-value")["pointer"], "/promotion");
    let without = json!({"description": "d", "justification": "j"});
    for (field, value) in [
        ("type", json!("MODEL_UPDATE")),
        ("title", json!("t")),
        ("environment", json!("STAGING")),
        ("targetVersion", json!(cast.versions[1])),
    ] {
        let mut body = without.clone();
        for (other, value) in [
            ("type", "MODEL_UPDATE"),
            ("title", "t"),
            ("environment", "STAGING"),
            ("targetVersion", &cast.versions[1]),
        ] {
            body[other] = json!(value);
        }
        assert_eq!(body.as_object_mut().unwrap().remove(field), Some(value));
        let problem = send(body).await.problem(400, "invalid-value");
        assert_eq!(problem["pointer"], format!("/{field}"), "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains("or the promotion"), "{problem}");
    }
    let foreign = json!({"promotion": "01931e2c-5b1a-7cc3-98c4-000000000000", "description": "d", "justification": "j"});
    assert_eq!(send(foreign).await.problem(404, "not-found")["pointer"], "/promotion");
    let (_, stranger) = cast.world.person_with("Nora", &[]).await;
    cast.world.post(&stranger, "/api/v1/changes", body).await.problem(404, "not-found");
}

#[tokio::test]
async fn wrong_requests_name_the_field() {
    let cast = cast().await;
    let refused = async |change: fn(&mut Value), status: u16, code: &str, pointer: &str| {
        let mut body = cast.wanted();
        change(&mut body);
        let problem = cast.world.post(&cast.owner, "/api/v1/changes", body).await.problem(status, code);
        assert_eq!(problem["pointer"], pointer, "{problem}");
    };
    refused(|body| body["title"] = json!(" "), 400, "invalid-text", "/title").await;
    refused(|body| body["description"] = json!(""), 400, "invalid-text", "/description").await;
    refused(|body| body["environment"] = json!("MOON"), 422, "unknown-environment", "/environment").await;
    refused(
        |body| body["targetVersion"] = body["currentVersion"].clone(),
        400,
        "invalid-value",
        "/targetVersion",
    )
    .await;
    let missing = "01931e2c-5b1a-7cc3-98c4-000000000000";
    let absent = |field: &'static str| {
        let mut body = cast.wanted();
        body[field] = json!(missing);
        body
    };
    for field in ["targetVersion", "currentVersion", "promotion"] {
        let answer = cast.world.post(&cast.owner, "/api/v1/changes", absent(field)).await;
        assert_eq!(answer.problem(404, "not-found")["pointer"], format!("/{field}"));
    }
    refused(
        |body| body["preferredWindow"]["until"] = json!("2020-01-01T00:00:00Z"),
        400,
        "invalid-value",
        "/preferredWindow/until",
    )
    .await;
    refused(
        |body| body["blackouts"] = json!(vec![body["blackouts"][0].clone(); 51]),
        400,
        "too-many",
        "/blackouts",
    )
    .await;
    refused(
        |body| body["impact"]["testingRequired"] = json!(["", "x"]),
        400,
        "invalid-text",
        "/impact/testingRequired/0",
    )
    .await;
    refused(
        |body| body["impact"]["affectedSystems"][0]["tags"] = json!(["a", "a"]),
        400,
        "duplicate",
        "/impact/affectedSystems/0/tags",
    )
    .await;
    refused(
        |body| body["impact"]["estimatedDowntime"] = json!("a\u{1}"),
        400,
        "invalid-text",
        "/impact/estimatedDowntime",
    )
    .await;
}
