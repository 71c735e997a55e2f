//! The way of working of the pack `llmops`: reviewers by environment, and those whom the score of a deployment adds.

use serde_json::{Value, json};

use crate::walk::{Walk, failed};
use crate::world::text;

const DOCUMENTS: [&str; 3] = ["MODEL_CARD", "DEPLOYMENT_GUIDE", "API_DOCUMENTATION"];

async fn walk() -> Walk {
    let cast = [
        ("Olga", "model_owner"),
        ("Stan", "data_steward"),
        ("Lena", "tech_lead"),
        ("Sven", "security_reviewer"),
        ("Bo", "business_owner"),
        ("Xena", "executive"),
        ("Rolf", "risk_manager"),
        ("Rita", "release_manager"),
        ("Dana", "deployer"),
    ];
    Walk::new("llmops", "Stan", &cast).await
}

fn large() -> Value {
    json!({"params": {"parameterCount": "70000000000"}})
}

/// A model whose risks were assessed, and a version of it with everything that the checks ask for.
async fn ready(walk: &Walk, name: &str, classification: &str) -> (Value, Value, String) {
    let model = walk.model("Olga", name, "Drafts answers for colleagues").await;
    walk.assessed("Olga", "Rolf", &model).await;
    let data = walk.data(name, classification, "sex").await;
    let version = complete_version(walk, name, &data, large()).await;
    (model, data, version)
}

async fn complete_version(walk: &Walk, model: &str, data: &Value, extra: Value) -> String {
    let version = walk.version("Olga", model, data, extra).await;
    walk.attach("Olga", &version, &DOCUMENTS).await;
    walk.scanned("Olga", &version, json!({"LOW": 1})).await;
    let figures = json!({"latency.p95Ms": 1800, "test.coverage": 0.85, "rollback.minutes": 3});
    walk.reported("Olga", &version, figures).await;
    walk.evaluated("Olga", &version, data, 12).await;
    version
}

async fn arrives(walk: &Walk, version: &str, stage: &str, by: &[(&str, &str)]) {
    let promotion = walk.promotion("Olga", version, json!({"stage": stage})).await;
    walk.approved(&promotion, by).await;
    walk.complete("Dana", &promotion).await.expect(200);
}

#[tokio::test]
async fn nothing_goes_anywhere_without_the_four_checks() {
    let walk = walk().await;
    walk.model("Olga", "bare", "Drafts answers for colleagues").await;
    let data = walk.data("bare", "CONFIDENTIAL", "sex").await;
    let version = walk.version("Olga", "bare", &data, large()).await;
    let promotion = walk.promotion("Olga", &version, json!({"stage": "DEVELOPMENT"})).await;
    assert_eq!(promotion["state"], "CHANGES_REQUIRED");
    let missing = [
        "compliance-assessment/risks-assessed",
        "documentation-review/model-card",
        "documentation-review/deployment-guide",
        "documentation-review/api-documentation",
        "security-scan/scanned",
        "technical-validation/accuracy",
        "technical-validation/latency",
        "technical-validation/test-coverage",
    ];
    assert_eq!(failed(&walk.gate(&version, "stage=DEVELOPMENT").await), missing);
}

#[tokio::test]
async fn figures_beyond_their_bounds_fail_and_so_does_a_critical_finding() {
    let walk = walk().await;
    let (_, data, _) = ready(&walk, "assistant", "CONFIDENTIAL").await;
    let version = walk.version("Olga", "assistant", &data, large()).await;
    walk.attach("Olga", &version, &DOCUMENTS).await;
    walk.scanned("Olga", &version, json!({"CRITICAL": 1})).await;
    walk.reported("Olga", &version, json!({"latency.p95Ms": 2001, "test.coverage": 0.79})).await;
    walk.evaluated("Olga", &version, &data, 20).await;
    let beyond = [
        "security-scan/nothing-critical-in-the-scan",
        "technical-validation/accuracy",
        "technical-validation/latency",
        "technical-validation/test-coverage",
    ];
    assert_eq!(failed(&walk.gate(&version, "stage=STAGING").await), beyond);
    // The bounds themselves hold: 64 of 80 are right.
    walk.scanned("Olga", &version, json!({"HIGH": 1})).await;
    walk.reported("Olga", &version, json!({"latency.p95Ms": 2000, "test.coverage": 0.8})).await;
    walk.evaluated("Olga", &version, &data, 16).await;
    assert_eq!(failed(&walk.gate(&version, "stage=STAGING").await), [""; 0]);
}

#[tokio::test]
async fn each_environment_asks_for_its_reviewers_and_production_is_authorised_last() {
    let walk = walk().await;
    let (_, data, version) = ready(&walk, "assistant", "CONFIDENTIAL").await;
    // A new model of 70 billion parameters: the score asks for security and business in DEVELOPMENT already.
    let development = walk.promotion("Olga", &version, json!({"stage": "DEVELOPMENT"})).await;
    assert_eq!(walk.steps(&development, "OPEN").await, ["technical", "security", "business"]);
    walk.review("Olga", &development, "technical").await.problem(403, "reviewer-is-requester");
    walk.review("Sven", &development, "technical").await.problem(403, "reviewer-lacks-role");
    let three = [("Lena", "technical"), ("Sven", "security"), ("Bo", "business")];
    walk.approved(&development, &three).await;
    walk.complete("Dana", &development).await.expect(200);
    arrives(&walk, &version, "STAGING", &three).await;

    let production = walk.promotion("Olga", &version, json!({"stage": "PRODUCTION"})).await;
    assert_eq!(walk.steps(&production, "NOT_APPLICABLE").await, ["executive"]);
    assert_eq!(walk.steps(&production, "WAITING").await, ["authorisation"]);
    walk.review("Rita", &production, "authorisation").await.problem(409, "step-not-reached");
    walk.approved(&production, &three).await;
    walk.complete("Dana", &production).await.problem(422, "gate-shut");
    walk.approved(&production, &[("Rita", "authorisation")]).await;
    let done = Walk::made(walk.complete("Dana", &production).await);
    assert_eq!(done["version"]["stage"], "PRODUCTION");

    // Where the first version stands, a second one is nothing new.
    let small =
        complete_version(&walk, "assistant", &data, json!({"params": {"parameterCount": "900000000"}})).await;
    let path = |target: &str| format!("/api/v1/versions/{small}/facts?{target}");
    let score = async |target: &str| {
        let facts = walk.world.get(walk.of("Dana"), &path(target)).await.expect(200);
        (facts["risk"]["deployment"]["score"].clone(), facts["risk"]["deployment"]["class"].clone())
    };
    assert_eq!(score("stage=DEVELOPMENT").await, (json!(4.85), json!("MEDIUM")));
    assert_eq!(score("stage=PRODUCTION&strategy=BLUE_GREEN").await, (json!(4.25), json!("MEDIUM")));
}

#[tokio::test]
async fn the_worked_example_scores_five_point_four_five() {
    let walk = walk().await;
    let (_, data, first) = ready(&walk, "assistant", "CONFIDENTIAL").await;
    let three = [("Lena", "technical"), ("Sven", "security"), ("Bo", "business")];
    arrives(&walk, &first, "DEVELOPMENT", &three).await;
    arrives(&walk, &first, "STAGING", &three).await;
    arrives(&walk, &first, "PRODUCTION", &[three[0], three[1], three[2], ("Rita", "authorisation")]).await;
    let second = complete_version(&walk, "assistant", &data, large()).await;
    let path = format!("/api/v1/versions/{second}/facts?stage=PRODUCTION&strategy=BLUE_GREEN&replicas=4");
    let facts = walk.world.get(walk.of("Dana"), &path).await.expect(200);
    let deployment = &facts["risk"]["deployment"];
    assert_eq!(
        (&deployment["score"], &deployment["class"], &deployment["reviews"]),
        (&json!(5.45), &json!("HIGH"), &json!(["tech_lead", "security_reviewer", "business_owner"]))
    );
}

#[tokio::test]
async fn restricted_data_brings_the_executive() {
    let walk = walk().await;
    let (_, _, version) = ready(&walk, "secret", "RESTRICTED").await;
    let three = [("Lena", "technical"), ("Sven", "security"), ("Bo", "business")];
    arrives(&walk, &version, "DEVELOPMENT", &three).await;
    arrives(&walk, &version, "STAGING", &three).await;
    let production = walk.promotion("Olga", &version, json!({"stage": "PRODUCTION"})).await;
    assert!(walk.steps(&production, "OPEN").await.contains(&"executive".to_owned()));
    walk.approved(&production, &three).await;
    assert_eq!(walk.steps(&production, "WAITING").await, ["authorisation"]);
    walk.approved(&production, &[("Xena", "executive"), ("Rita", "authorisation")]).await;
    walk.complete("Dana", &production).await.expect(200);
}

/// The checklist before production, by state.
async fn items(walk: &Walk, version: &str, state: &str) -> Vec<String> {
    let path = format!("/api/v1/versions/{version}/checklist?stage=PRODUCTION");
    let list = walk.world.get(walk.of("Dana"), &path).await.expect(200);
    let items = list["items"].as_array().unwrap().iter();
    let found: Vec<String> =
        items.filter(|item| item["state"] == state).map(|item| text(&item["id"])).collect();
    if state != "NOT_APPLICABLE" {
        assert_eq!(list[state.to_lowercase()], found.len());
    }
    found
}

#[tokio::test]
async fn the_checklist_is_told_by_facts_and_ticked_by_nobody() {
    let walk = walk().await;
    let (_, _, version) = ready(&walk, "assistant", "CONFIDENTIAL").await;
    let unknown = ["monitoring", "alerts"];
    assert_eq!(items(&walk, &version, "UNKNOWN").await, unknown);
    let technical = ["performance", "latency", "security-scan", "documentation", "test-coverage"];
    let done =
        [&technical[..], &["risk-assessment", "rollback", "audit-trail", "lineage", "retention"]].concat();
    assert_eq!(items(&walk, &version, "DONE").await, done);
    let approvals = ["technical-approval", "security-approval", "business-approval"];
    let open = [&approvals[..], &["incident-plan", "change-process"]].concat();
    assert_eq!(items(&walk, &version, "OPEN").await, open);

    walk.attach("Olga", &version, &["INCIDENT_RESPONSE_PLAN"]).await;
    let three = [("Lena", "technical"), ("Sven", "security"), ("Bo", "business")];
    arrives(&walk, &version, "DEVELOPMENT", &three).await;
    arrives(&walk, &version, "STAGING", &three).await;
    let promotion = walk.promotion("Olga", &version, json!({"stage": "PRODUCTION"})).await;
    walk.approved(&promotion, &three).await;
    assert_eq!(items(&walk, &version, "OPEN").await, ["change-process"]);
    assert_eq!(items(&walk, &version, "UNKNOWN").await, unknown);
}
