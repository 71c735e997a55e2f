//! Risk assessments, other tiers, and the score of a deployment, over the interface.

use serde_json::{Value, json};

use crate::story;
use crate::world::{World, text};

const WORDS: &str = "nobody looks | <b>at</b> it";

struct Cast {
    world: World,
    owner: String,
    assessor: String,
    risk: String,
    compliance: String,
    business: String,
    lead: String,
    deployer: String,
}

async fn cast() -> Cast {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, assessor) = world.person("Ann", &["risk_manager"]).await;
    let (_, risk) = world.person("Rolf", &["risk_manager"]).await;
    let (_, compliance) = world.person("Cleo", &["compliance_officer"]).await;
    let (_, business) = world.person("Bo", &["business_owner"]).await;
    let (_, lead) = world.person("Lena", &["tech_lead"]).await;
    let (_, deployer) = world.person("Dana", &["deployer"]).await;
    Cast { world, owner, assessor, risk, compliance, business, lead, deployer }
}

impl Cast {
    /// The object of a write that is done.
    async fn done(&self, token: &str, path: &str, body: Value) -> Value {
        let answer = self.world.post(token, path, body).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text());
        answer.json()["object"].clone()
    }

    async fn facts(&self, version: &str) -> Value {
        let path = format!("/api/v1/versions/{version}/facts?stage=PRODUCTION&strategy=CANARY&replicas=11");
        self.world.get(&self.owner, &path).await.expect(200)["risk"].clone()
    }

    async fn approve(&self, model: &str) -> String {
        let begun = self.done(&self.assessor, "/api/v1/assessments", json!({"model": model})).await;
        let at = format!("/api/v1/assessments/{}", text(&begun["id"]));
        self.done(&self.assessor, &format!("{at}/submit"), json!({})).await;
        self.done(&self.risk, &format!("{at}/signatures"), json!({"verdict": "APPROVED"})).await;
        at
    }

    async fn promotion(&self, id: &str) -> Value {
        self.world.get(&self.owner, &format!("/api/v1/promotions/{id}")).await.expect(200)
    }

    /// Puts a model into another tier.
    async fn reclassify(&self, model: &str, to: &str, signers: &[&String]) -> Value {
        let body = json!({"model": model, "to": to, "justification": "it grew", "impact": "more reviews"});
        let asked = self.done(&self.owner, "/api/v1/tier-changes", body).await;
        let path = format!("/api/v1/tier-changes/{}/signatures", text(&asked["id"]));
        let mut last = asked;
        for signer in signers {
            last = self.done(signer, &path, json!({"verdict": "APPROVED"})).await;
        }
        assert_eq!((&last["state"], &last["signoff"]["missing"]), (&json!("APPROVED"), &json!([])), "{last}");
        last
    }
}

#[tokio::test]
async fn the_worked_example_over_the_interface() {
    let cast = cast().await;
    let (model, version) = cast.world.version(&cast.owner, "assistant", "HIGH").await;
    assert_eq!(cast.facts(&version).await["assessment"], json!({"status": "MISSING"}));
    let begun = cast.done(&cast.assessor, "/api/v1/assessments", json!({"model": model})).await;
    assert_eq!((&begun["state"], begun["risks"].as_array().unwrap().len()), (&json!("DRAFT"), 8));
    let at = format!("/api/v1/assessments/{}", text(&begun["id"]));
    for (risk, likelihood, impact, effectiveness) in
        [("MQ-001", 3, 4, json!(0.6)), ("SEC-001", 3, 4, json!("0.7")), ("FAIR-001", 2, 4, json!(0.5))]
    {
        let body = json!({"risk": risk, "likelihood": likelihood, "impact": impact, "effectiveness": effectiveness,
            "controls": [WORDS], "notes": "measured in May"});
        cast.done(&cast.assessor, &format!("{at}/risks"), body).await;
    }
    let bad = json!({"risk": "MQ-001", "likelihood": 6, "impact": 1});
    let problem =
        cast.world.post(&cast.assessor, &format!("{at}/risks"), bad).await.problem(400, "invalid-value");
    assert_eq!(problem["pointer"], "/likelihood");
    let bad = json!({"risk": "X", "likelihood": 1, "impact": 1, "category": "FINANCIAL"});
    let problem =
        cast.world.post(&cast.assessor, &format!("{at}/risks"), bad).await.problem(400, "invalid-value");
    assert_eq!(problem["pointer"], "/title");

    let submitted = cast.done(&cast.assessor, &format!("{at}/submit"), json!({})).await;
    let result = &submitted["result"];
    assert_eq!(
        (&result["weighed"], &result["weight"], &result["class"]),
        (&json!(184.6), &json!(27), &json!("MEDIUM"))
    );
    assert_eq!(result["overall"], json!(184.6 / 27.0));
    assert_eq!((&result["high"], &result["medium"], &result["low"]), (&json!(0), &json!(5), &json!(3)));
    let cells = result["matrix"].as_array().unwrap();
    let cell = cells.iter().find(|cell| cell["likelihood"] == 3 && cell["impact"] == 4).unwrap();
    assert_eq!((cells.len(), &cell["risks"]), (25, &json!(["MQ-001", "SEC-001"])));
    assert_eq!(submitted["signoff"]["missing"], json!(["risk_manager"]));
    let yes = json!({"verdict": "APPROVED"});
    let signatures = format!("{at}/signatures");
    cast.world.post(&cast.assessor, &signatures, yes.clone()).await.problem(403, "reviewer-is-requester");
    cast.world.post(&cast.owner, &signatures, yes.clone()).await.problem(403, "permission-missing");
    cast.world.post(&cast.compliance, &signatures, yes.clone()).await.problem(403, "reviewer-lacks-role");
    let approved = cast.done(&cast.risk, &signatures, yes.clone()).await;
    assert_eq!(approved["state"], "APPROVED");
    cast.world.post(&cast.risk, &signatures, yes).await.problem(409, "wrong-state");

    let facts = cast.facts(&version).await;
    assert_eq!(
        (&facts["assessment"]["class"], &facts["assessment"]["reviewOverdue"]),
        (&json!("MEDIUM"), &json!(false))
    );
    let risk = cast.world.get(&cast.owner, "/api/v1/models/assistant/risk").await.expect(200);
    assert_eq!((&risk["assessment"]["id"], &risk["model"]["tier"]), (&begun["id"], &json!("HIGH")));
}

#[tokio::test]
async fn a_report_has_the_matrix_and_no_markup_of_people() {
    let cast = cast().await;
    let (model, _) = cast.world.version(&cast.owner, "a|b", "CRITICAL").await;
    let begun = cast.done(&cast.assessor, "/api/v1/assessments", json!({"model": model})).await;
    let at = format!("/api/v1/assessments/{}", text(&begun["id"]));
    let report = cast.world.get(&cast.owner, &format!("{at}/report")).await;
    assert_eq!(report.headers["content-type"], "text/markdown; charset=utf-8");
    assert!(report.text().contains("It was not submitted"), "{}", report.text());
    let body = json!({"risk": "X-1", "likelihood": 5, "impact": 5, "category": "FINANCIAL", "title": WORDS});
    cast.done(&cast.assessor, &format!("{at}/risks"), body).await;
    cast.done(&cast.assessor, &format!("{at}/submit"), json!({})).await;
    let until =
        (assent_app::Clock::now(&*cast.world.clock) + jiff::SignedDuration::from_hours(24)).to_string();
    let body = json!({"risk": "X-1", "rationale": WORDS, "expiresAt": until});
    cast.done(&cast.risk, &format!("{at}/acceptances"), body).await;
    let report = cast.world.get(&cast.owner, &format!("{at}/report")).await.text();
    // Every impact rises by one for this tier: 8 × (12 × 4) + 25 × 5 = 509, by 37.
    for line in [
        "# Risk assessment of a\\|b",
        "## Overall: HIGH",
        "509 / 37 = 13.7568, for a model of the tier CRITICAL, for which every impact rises by 1.",
        "9 high, 0 medium, 0 low.",
        "| 5 |  |  |  |  | X-1 |",
        "| 3 |  |  |  | FAIR-001 MQ-001 MQ-002 OPS-001 PRIV-001 REG-001 SEC-001 SEC-002 |  |",
        "- HIGH: Do more about X-1 (nobody looks \\| \\<b\\>at\\</b\\> it): its controls take away 0 % of it",
        "- HIGH: Test its security and its fairness further",
        &format!("| X-1 | nobody looks \\| \\<b\\>at\\</b\\> it | Rolf | {until} |"),
    ] {
        assert!(report.lines().any(|held| held == line), "{line}\n{report}");
    }
    assert!(!report.contains("<b>"), "{report}");
}

#[tokio::test]
async fn an_acceptance_ends_by_the_clock_and_a_newer_assessment_takes_over() {
    let cast = cast().await;
    let (model, version) = cast.world.version(&cast.owner, "assistant", "CRITICAL").await;
    let at = cast.approve(&model).await;
    let unaccepted =
        async || cast.facts(&version).await["assessment"]["unaccepted"].as_array().unwrap().len();
    assert_eq!(unaccepted().await, 8);
    let until = |seconds: i64| {
        let now = assent_app::Clock::now(&*cast.world.clock);
        (now + jiff::SignedDuration::from_secs(seconds)).to_string()
    };
    let accept =
        |until: String| json!({"risk": "OPS-001", "rationale": "there is a fallback", "expiresAt": until});
    let path = format!("{at}/acceptances");
    let late = cast.world.post(&cast.risk, &path, accept(until(-60))).await.problem(400, "invalid-value");
    assert_eq!(late["pointer"], "/expiresAt");
    cast.world.post(&cast.assessor, &path, accept(until(60))).await.problem(403, "reviewer-is-requester");
    let accepted = cast.done(&cast.risk, &path, accept(until(3_600))).await;
    assert_eq!(accepted["acceptances"][0]["holds"], true);
    assert_eq!(unaccepted().await, 7);
    cast.world.clock.advance(3_600);
    assert_eq!(unaccepted().await, 8);
    let held = cast.world.get(&cast.owner, &at).await.expect(200);
    assert_eq!(held["acceptances"][0]["holds"], false);

    let newer = cast.approve(&model).await;
    let held = cast.world.get(&cast.owner, &at).await.expect(200);
    assert_eq!(held["state"], "SUPERSEDED");
    assert_eq!(held["supersededBy"], newer.rsplit('/').next().unwrap());
    let listed = cast
        .world
        .get(&cast.owner, &format!("/api/v1/assessments?model={model}&state=APPROVED"))
        .await
        .expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(cast.facts(&version).await["assessment"]["id"], listed["items"][0]["id"]);
    // One of the version alone counts before that of the model.
    let body = json!({"model": model, "version": version});
    let own = cast.done(&cast.assessor, "/api/v1/assessments", body).await;
    let at = format!("/api/v1/assessments/{}", text(&own["id"]));
    cast.done(&cast.assessor, &format!("{at}/submit"), json!({})).await;
    cast.done(&cast.risk, &format!("{at}/signatures"), json!({"verdict": "APPROVED"})).await;
    assert_eq!(cast.facts(&version).await["assessment"]["id"], own["id"]);
}

#[tokio::test]
async fn a_deployment_is_scored_by_facts_and_its_target() {
    let cast = cast().await;
    let (steward_token, steward) = cast.world.person("Stan", &["data_steward"]).await;
    drop(steward_token);
    let data = story::dataset(&cast.world, &steward, &story::files().0).await;
    let (model, _) = cast.world.version(&cast.owner, "assistant", "HIGH").await;
    let body = json!({"kind": "LLM", "datasets": [data["id"]], "params": {"parameterCount": "70000000000"}});
    let made = cast.done(&cast.owner, &format!("/api/v1/models/{model}/versions"), body).await;
    let version = text(&made["id"]);
    let report = r#"{"tool": {"name": "ci"}, "metrics": {"test.coverage": 0.85, "rollback.minutes": 3}}"#;
    let sha256 = cast.world.upload(&cast.owner, report).await;
    cast.done(&cast.owner, &format!("/api/v1/versions/{version}/evidence"), json!({"sha256": sha256})).await;
    let deployment = cast.facts(&version).await["deployment"].clone();
    // Restricted data, more than ten replicas, and a model that is new there.
    assert_eq!(
        deployment["factors"],
        json!({"complexity": 8, "sensitivity": 9, "scope": 8, "change": 9, "coverage": 4, "rollback": 2})
    );
    // 1.6 + 2.25 + 1.2 + 1.8 + 0.4 + 0.2
    assert_eq!((&deployment["score"], &deployment["class"]), (&json!(7.45), &json!("CRITICAL")));
    assert_eq!(
        deployment["reviews"],
        json!(["tech_lead", "security_reviewer", "business_owner", "executive"])
    );
}

/// A review that was given under the tier before does not count under the new one, and what the new one asks for is asked for.
#[tokio::test]
async fn an_open_promotion_follows_the_tier_of_its_model() {
    let cast = cast().await;
    let (model, version) = cast.world.version(&cast.owner, "sorter", "LOW").await;
    let (_, steward) = cast.world.person("Stan", &["data_steward"]).await;
    let (labels, predictions) = story::files();
    let data = story::dataset(&cast.world, &steward, &labels).await;
    story::evidence(&cast.world, &cast.owner, &version).await;
    let predictions = cast.world.upload(&cast.owner, predictions).await;
    let body = json!({"dataset": data["id"], "predictions": predictions, "prediction": "said",
        "suites": ["performance", "bias"]});
    cast.done(&cast.owner, &format!("/api/v1/versions/{version}/evaluations"), body).await;
    let body = json!({"version": version, "target": {"stage": "STAGING"}});
    let promotion = text(&cast.done(&cast.owner, "/api/v1/promotions", body).await["id"]);
    let steps = |held: &Value| {
        let steps = held["now"]["steps"].as_array().unwrap().iter();
        steps.map(|step| format!("{} {}", text(&step["step"]), text(&step["state"]))).collect::<Vec<_>>()
    };
    let before = cast.promotion(&promotion).await;
    assert!(steps(&before).iter().all(|step| step.ends_with("PASSED")), "{before}");

    // Up: from LOW to MEDIUM, which asks for a technical review.
    cast.reclassify(&model, "MEDIUM", &[&cast.compliance]).await;
    let raised = cast.promotion(&promotion).await;
    assert_eq!(raised["state"], "IN_REVIEW");
    assert!(steps(&raised).contains(&"technical OPEN".to_owned()), "{:?}", steps(&raised));
    let complete = format!("/api/v1/promotions/{promotion}/complete");
    cast.world.post(&cast.deployer, &complete, json!({})).await.problem(422, "gate-shut");
    let review = json!({"step": "technical", "decision": "APPROVED", "evidence": raised["now"]["evidence"]});
    let reviews = format!("/api/v1/promotions/{promotion}/reviews");
    let approved = cast.done(&cast.lead, &reviews, review).await;
    assert_eq!(approved["state"], "APPROVED", "{approved}");

    // Further up: HIGH has the same step, and the approval was given on evidence that named another tier.
    cast.reclassify(&model, "HIGH", &[&cast.compliance, &cast.business]).await;
    let higher = cast.promotion(&promotion).await;
    assert_ne!(higher["now"]["evidence"], approved["now"]["evidence"]);
    assert!(steps(&higher).contains(&"technical OPEN".to_owned()), "{:?}", steps(&higher));
    cast.world.post(&cast.deployer, &complete, json!({})).await.problem(422, "gate-shut");

    // Down: nobody is asked any more, and the version moves.
    let change = cast.reclassify(&model, "LOW", &[&cast.compliance, &cast.business, &cast.risk]).await;
    let lowered = cast.promotion(&promotion).await;
    assert!(!steps(&lowered).iter().any(|step| step.starts_with("technical")), "{:?}", steps(&lowered));
    assert_eq!(cast.done(&cast.deployer, &complete, json!({})).await["state"], "COMPLETED");
    let held = cast.world.get(&cast.owner, "/api/v1/models/sorter").await.expect(200);
    assert_eq!((&held["tier"], &held["tierChange"]), (&json!("LOW"), &change["id"]));
}

#[tokio::test]
async fn one_request_is_open_at_a_time_and_can_be_taken_back() {
    let cast = cast().await;
    let (model, _) = cast.world.version(&cast.owner, "sorter", "HIGH").await;
    let body =
        |to: &str| json!({"model": model, "to": to, "justification": "less use", "impact": "fewer reviews"});
    let post = async |to: &str| cast.world.post(&cast.owner, "/api/v1/tier-changes", body(to)).await;
    post("HUGE").await.problem(422, "unknown-tier");
    post("HIGH").await.problem(400, "invalid-value");
    let asked = post("LOW").await.expect(201)["object"].clone();
    assert_eq!(asked["signoff"]["roles"], json!(["compliance_officer", "business_owner", "risk_manager"]));
    assert_eq!((&asked["from"], &asked["impact"]["text"]), (&json!("HIGH"), &json!("fewer reviews")));
    post("MEDIUM").await.problem(409, "tier-change-open");
    let risk = cast.world.get(&cast.owner, "/api/v1/models/sorter/risk").await.expect(200);
    assert_eq!(risk["tierChange"]["id"], asked["id"]);
    let at = format!("/api/v1/tier-changes/{}", text(&asked["id"]));
    let no = json!({"verdict": "REJECTED"});
    cast.world.post(&cast.risk, &format!("{at}/signatures"), no).await.problem(422, "comment-missing");
    let taken = cast.done(&cast.owner, &format!("{at}/withdraw"), json!({"comment": "not yet"})).await;
    assert_eq!((&taken["state"], &taken["comment"]["text"]), (&json!("WITHDRAWN"), &json!("not yet")));
    let listed =
        cast.world.get(&cast.owner, &format!("/api/v1/tier-changes?model={model}")).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    post("MEDIUM").await.expect(201);
}

#[tokio::test]
async fn answers_to_criteria_put_a_model_into_its_tier() {
    let cast = cast().await;
    let body = |answer: &str| json!({"name": format!("by {answer}"), "purpose": "sorts mail", "criteria": {"automation": answer}});
    let post = async |answer: &str| cast.world.post(&cast.owner, "/api/v1/models", body(answer)).await;
    let made = post("fully-automated").await.expect(201)["object"].clone();
    assert_eq!((&made["tier"], &made["tierCriterion"]), (&json!("CRITICAL"), &json!("automation")));
    assert_eq!(made["criteria"], json!({"automation": "fully-automated"}));
    let problem = post("somewhat").await.problem(400, "invalid-value");
    assert_eq!(problem["pointer"], "/criteria/automation");
}
