//! The way of working of the pack `ml-governance`: two people in two roles, three where the risk is high, nobody where a version
//! is clearly better.

use serde_json::{Value, json};

use crate::walk::{Walk, failed};

const DOCUMENTS: [&str; 3] = ["MODEL_CARD", "ALGORITHM_EXPLANATION", "LIMITATIONS"];

async fn walk() -> Walk {
    let cast = [
        ("Alice", "ml_engineer"),
        ("Bob", "data_scientist"),
        ("Charlie", "ml_engineer"),
        ("Carla", "ml_engineer"),
        ("Diana", "product_owner"),
        ("Sven", "security_officer"),
        ("Cora", "compliance_officer"),
        ("Stan", "data_steward"),
        ("Rene", "release_engineer"),
    ];
    Walk::new("ml-governance", "Stan", &cast).await
}

const FRAUD: &str = "Detects fraud in financial transactions";
const CREDIT: &str = "Credit scoring of applicants";

/// A version in STAGING of which so many of eighty rows are wrong.
async fn staged(walk: &Walk, model: &str, data: &Value, wrong: usize) -> String {
    let version = walk
        .version("Alice", model, data, json!({"kind": "CLASSICAL", "params": {"n": wrong.to_string()}}))
        .await;
    walk.attach("Alice", &version, &DOCUMENTS).await;
    walk.scanned("Alice", &version, json!({"LOW": 2})).await;
    walk.evaluated("Alice", &version, data, wrong).await;
    let promotion = walk.promotion("Alice", &version, json!({"stage": "STAGING"})).await;
    walk.complete("Rene", &promotion).await.expect(200);
    version
}

#[tokio::test]
async fn words_and_labels_put_a_model_into_its_tier() {
    let walk = walk().await;
    assert_eq!(walk.model("Alice", "fraud", FRAUD).await["tier"], "standard_risk");
    assert_eq!(walk.model("Alice", "credit", CREDIT).await["tier"], "high_risk");
    let body = json!({"name": "labelled", "purpose": "Sorts parts", "tags": {"risk": "high"}});
    assert_eq!(walk.post("Alice", "/api/v1/models", body).await["tier"], "high_risk");
}

#[tokio::test]
async fn two_people_in_two_roles_agree() {
    let walk = walk().await;
    walk.model("Alice", "fraud", FRAUD).await;
    let data = walk.data("payments", "CONFIDENTIAL", "gender").await;
    let version = staged(&walk, "fraud", &data, 8).await;
    let promotion = walk.promotion("Alice", &version, json!({"stage": "PRODUCTION"})).await;
    assert_eq!(promotion["state"], "IN_REVIEW", "there is no champion that it could be better than");
    walk.review("Alice", &promotion, "approval").await.problem(403, "reviewer-is-requester");
    walk.review("Sven", &promotion, "approval").await.problem(403, "reviewer-lacks-role");
    // Two engineers are two people and one role.
    walk.approved(&promotion, &[("Charlie", "approval"), ("Carla", "approval")]).await;
    let gate = walk.gate(&version, "stage=PRODUCTION").await;
    assert_eq!(gate["verdict"], "NOT_ELIGIBLE", "{gate}");
    walk.complete("Rene", &promotion).await.problem(422, "gate-shut");
    walk.approved(&promotion, &[("Diana", "approval")]).await;
    let done = Walk::made(walk.complete("Rene", &promotion).await);
    assert_eq!(done["version"]["stage"], "PRODUCTION");
}

/// The draft of a change that says no more than the promotion that it is made for.
async fn change_of(walk: &Walk, promotion: &Value) -> Value {
    let body = json!({"promotion": promotion["id"], "description": "d", "justification": "j"});
    walk.post("Alice", "/api/v1/changes", body).await
}

#[tokio::test]
async fn a_version_that_is_better_by_a_twentieth_passes_without_people() {
    let walk = walk().await;
    walk.model("Alice", "fraud", FRAUD).await;
    let data = walk.data("payments", "CONFIDENTIAL", "gender").await;
    let first = staged(&walk, "fraud", &data, 12).await;
    let promotion = walk.promotion("Alice", &first, json!({"stage": "PRODUCTION"})).await;
    let change = change_of(&walk, &promotion).await;
    assert_eq!(
        (&change["type"], &change["title"]["text"]),
        (&json!("MODEL_UPDATE"), &json!("fraud 1 to PRODUCTION"))
    );
    assert_eq!((&change["environment"], &change["promotion"]), (&json!("PRODUCTION"), &promotion["id"]));
    assert_eq!(
        (&change["targetVersion"]["id"], change.get("currentVersion")),
        (&json!(first), None),
        "it is the first to stand there: {change}"
    );
    walk.approved(&promotion, &[("Charlie", "approval"), ("Bob", "approval")]).await;
    walk.complete("Rene", &promotion).await.expect(200);
    // 12 of 80 wrong is an F1 of 0.85, 4 of 80 one of 0.95, 8 of 80 one of 0.90.
    let better = staged(&walk, "fraud", &data, 4).await;
    let promotion = walk.promotion("Alice", &better, json!({"stage": "PRODUCTION"})).await;
    let step = &promotion["now"]["steps"][1];
    assert_eq!((&step["step"], &step["automatic"]), (&json!("approval"), &json!(true)), "{promotion}");
    let change = change_of(&walk, &promotion).await;
    let versions = (&change["targetVersion"]["id"], &change["currentVersion"]["id"]);
    assert_eq!(versions, (&json!(better), &json!(first)), "it takes the place of the champion");
    walk.complete("Rene", &promotion).await.expect(200);
    let worse = staged(&walk, "fraud", &data, 8).await;
    let promotion = walk.promotion("Alice", &worse, json!({"stage": "PRODUCTION"})).await;
    assert_eq!(walk.steps(&promotion, "OPEN").await, ["approval"]);
}

#[tokio::test]
async fn high_risk_takes_three_roles_a_canary_and_its_papers() {
    let walk = walk().await;
    let model = walk.model("Alice", "credit", CREDIT).await;
    let data = walk.data("applicants", "RESTRICTED", "age").await;
    let version = staged(&walk, "credit", &data, 8).await;
    let canary = json!({"stage": "PRODUCTION", "strategy": "CANARY"});
    let query = "stage=PRODUCTION&strategy=CANARY";
    let missing = [
        "high-risk-deployment/rollback-plan",
        "regulation-eu-ai-act/risks-managed",
        "regulation-gdpr/impact-assessed",
    ];
    assert_eq!(failed(&walk.gate(&version, query).await), missing);
    walk.attach("Alice", &version, &["ROLLBACK_PLAN", "IMPACT_ASSESSMENT"]).await;
    walk.assessed("Alice", "Cora", &model).await;
    let rolling = walk.gate(&version, "stage=PRODUCTION&strategy=ROLLING").await;
    assert_eq!(failed(&rolling), ["high-risk-deployment/canary"]);

    let promotion = walk.promotion("Alice", &version, canary).await;
    walk.approved(&promotion, &[("Bob", "approval"), ("Diana", "approval")]).await;
    walk.complete("Rene", &promotion).await.problem(422, "gate-shut");
    walk.approved(&promotion, &[("Sven", "approval")]).await;
    walk.complete("Rene", &promotion).await.expect(200);
    // Once it is in service nobody asks how it came there.
    let path = format!("/api/v1/versions/{version}/gate");
    let there = walk.world.get(walk.of("Rene"), &path).await.expect(200);
    assert_eq!(failed(&there), [""; 0]);
}

#[tokio::test]
async fn a_tenth_better_passes_by_itself_where_the_risk_is_high_and_less_does_not() {
    let walk = walk().await;
    let model = walk.model("Alice", "credit", CREDIT).await;
    walk.assessed("Alice", "Cora", &model).await;
    let data = walk.data("applicants", "CONFIDENTIAL", "age").await;
    let canary = json!({"stage": "PRODUCTION", "strategy": "CANARY"});
    let mut versions = Vec::new();
    for wrong in [16, 12, 4] {
        let version = staged(&walk, "credit", &data, wrong).await;
        walk.attach("Alice", &version, &["ROLLBACK_PLAN"]).await;
        versions.push(version);
    }
    let promotion = walk.promotion("Alice", &versions[0], canary.clone()).await;
    walk.approved(&promotion, &[("Bob", "approval"), ("Diana", "approval"), ("Sven", "approval")]).await;
    walk.complete("Rene", &promotion).await.expect(200);
    let little = walk.promotion("Alice", &versions[1], canary.clone()).await;
    assert_eq!(walk.steps(&little, "OPEN").await, ["approval"], "from 0.80 to 0.85");
    let much = walk.promotion("Alice", &versions[2], canary).await;
    assert_eq!(walk.steps(&much, "OPEN").await, [""; 0], "from 0.80 to 0.95");
    walk.complete("Rene", &much).await.expect(200);
}

#[tokio::test]
async fn a_protected_attribute_that_was_not_compared_shuts_the_way() {
    let walk = walk().await;
    walk.model("Alice", "fraud", FRAUD).await;
    let data = walk.data("payments", "CONFIDENTIAL", "location").await;
    let version = walk.version("Alice", "fraud", &data, json!({"kind": "CLASSICAL"})).await;
    walk.scanned("Alice", &version, json!({})).await;
    let other = walk.data("others", "CONFIDENTIAL", "shoe").await;
    walk.evaluated("Alice", &version, &other, 8).await;
    let gate = walk.gate(&version, "stage=STAGING").await;
    assert_eq!(failed(&gate), ["fairness/protected-attributes-compared"]);
    walk.evaluated("Alice", &version, &data, 8).await;
    assert_eq!(failed(&walk.gate(&version, "stage=STAGING").await), [""; 0]);
}
