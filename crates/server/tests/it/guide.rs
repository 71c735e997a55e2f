//! The way of working of the pack `model-governance-guide`, from a registration to production, with what it refuses.

use serde_json::{Value, json};

use crate::story::{dataset, evidence, files};
use crate::world::{World, text};

struct Cast {
    world: World,
    owner: String,
    colleague: String,
    steward: String,
    ethics: String,
    security: String,
    business: String,
    risk: String,
    deployer: String,
}

impl Cast {
    async fn new() -> Self {
        let world = World::governed_by("model-governance-guide").await;
        let (_, owner) = world.person("Olga", &["model_owner"]).await;
        let (_, colleague) = world.person("Carl", &["model_owner", "security_reviewer"]).await;
        let (_, steward) = world.person("Stan", &["data_steward"]).await;
        let (_, ethics) = world.person("Edda", &["ethics_reviewer"]).await;
        let (_, security) = world.person("Sven", &["security_reviewer"]).await;
        let (_, business) = world.person("Bo", &["business_owner"]).await;
        let (_, risk) = world.person("Rolf", &["risk_manager"]).await;
        let (_, deployer) = world.person("Dana", &["deployer"]).await;
        Self { world, owner, colleague, steward, ethics, security, business, risk, deployer }
    }

    async fn register(&self, name: &str, purpose: &str, use_cases: &[&str]) -> Value {
        let body = json!({"name": name, "purpose": purpose, "useCases": use_cases});
        self.world.post(&self.owner, "/api/v1/models", body).await.expect(201)["object"].clone()
    }

    /// A version of a language model, with everything that the policies want to see.
    async fn documented(&self, model: &str) -> String {
        let artifact = self.world.upload(&self.owner, format!("weights of {model}")).await;
        let body = json!({"kind": "LLM", "artifacts": [{"name": "model.json", "sha256": artifact}]});
        let path = format!("/api/v1/models/{model}/versions");
        let version = text(&self.world.post(&self.owner, &path, body).await.expect(201)["object"]["id"]);
        evidence(&self.world, &self.owner, &version).await;
        for kind in ["PROMPT_INJECTION_TEST", "DATA_LEAKAGE_TEST"] {
            let sha256 = self.world.upload(&self.owner, format!("report of {kind}")).await;
            let body = json!({"kind": kind, "name": format!("{kind}.md"), "sha256": sha256});
            let path = format!("/api/v1/versions/{version}/documents");
            self.world.post(&self.owner, &path, body).await.expect(200);
        }
        version
    }

    async fn evaluated(&self, version: &str) {
        let (labels, predictions) = files();
        let data = dataset(&self.world, &self.steward, &labels).await;
        let predictions = self.world.upload(&self.owner, predictions).await;
        let body = json!({"dataset": data["id"], "predictions": predictions, "prediction": "said",
            "suites": ["performance", "bias"]});
        let path = format!("/api/v1/versions/{version}/evaluations");
        self.world.post(&self.owner, &path, body).await.expect(201);
    }

    async fn promotion(&self, version: &str, stage: &str) -> Value {
        let body = json!({"version": version, "target": {"stage": stage}});
        self.world.post(&self.colleague, "/api/v1/promotions", body).await.expect(201)["object"].clone()
    }

    async fn complete(&self, promotion: &Value) -> crate::world::Answer {
        let path = format!("/api/v1/promotions/{}/complete", text(&promotion["id"]));
        self.world.post(&self.deployer, &path, json!({})).await
    }

    async fn review(&self, by: &str, promotion: &Value, step: &str, decision: &str) -> crate::world::Answer {
        let at = format!("/api/v1/promotions/{}", text(&promotion["id"]));
        let evidence = self.world.get(by, &at).await.expect(200)["now"]["evidence"].clone();
        let body = json!({"step": step, "decision": decision, "comment": "read", "evidence": evidence});
        self.world.post(by, &format!("{at}/reviews"), body).await
    }

    async fn gate(&self, version: &str, stage: &str) -> Value {
        let path = format!("/api/v1/versions/{version}/gate?stage={stage}");
        self.world.get(&self.deployer, &path).await.expect(200)
    }

    /// A version of a model in STAGING, and its promotion to PRODUCTION.
    async fn on_the_way(&self, name: &str) -> (String, Value) {
        self.register(name, "Automated customer support for common queries", &[]).await;
        let version = self.documented(name).await;
        self.evaluated(&version).await;
        let staging = self.promotion(&version, "STAGING").await;
        self.complete(&staging).await.expect(200);
        let promotion = self.promotion(&version, "PRODUCTION").await;
        (version, promotion)
    }
}

/// The steps of a gate's answer that have not passed.
fn open_steps(gate: &Value) -> Vec<String> {
    let steps = gate["steps"].as_array().unwrap().iter();
    steps.filter(|step| step["state"] != "PASSED").map(|step| text(&step["step"])).collect()
}

#[tokio::test]
async fn keywords_put_a_model_into_its_tier() {
    let cast = Cast::new().await;
    let support = ["Answer product FAQs", "Handle order status inquiries", "Process refund requests"];
    for (name, purpose, use_cases, tier) in [
        ("assistant", "Automated customer support for common queries", &support[..], "tier_2_important"),
        ("school", "Finds accredited schools", &[], "tier_1_critical"),
        ("scan", "Reads scans", &["Medical imaging for customers"], "tier_1_critical"),
        ("toy", "Experimental sorter", &[], "tier_4_experimental"),
        ("sorter", "Sorts parts", &[], "tier_3_standard"),
    ] {
        let model = cast.register(name, purpose, use_cases).await;
        assert_eq!(model["tier"], tier, "{name}");
    }
    let experiment = cast.documented("toy").await;
    assert_eq!(cast.gate(&experiment, "PRODUCTION").await["verdict"], "NOT_ELIGIBLE");
    let staging = cast.promotion(&experiment, "STAGING").await;
    cast.complete(&staging).await.expect(200);
    let further = json!({"version": experiment, "target": {"stage": "PRODUCTION"}});
    cast.world.post(&cast.colleague, "/api/v1/promotions", further).await.problem(422, "no-workflow");
}

#[tokio::test]
async fn production_takes_ethics_security_and_the_owner() {
    let cast = Cast::new().await;
    cast.register("assistant", "Automated customer support for common queries", &["Answer product FAQs"])
        .await;
    let version = cast.documented("assistant").await;
    let early = cast.promotion(&version, "STAGING").await;
    assert_eq!(early["state"], "CHANGES_REQUIRED", "nobody has evaluated it");
    cast.evaluated(&version).await;
    let path = format!("/api/v1/promotions/{}/submit", text(&early["id"]));
    let staging = cast.world.post(&cast.colleague, &path, json!({})).await.expect(200)["object"].clone();
    cast.complete(&staging).await.expect(200);

    let promotion = cast.promotion(&version, "PRODUCTION").await;
    assert_eq!(open_steps(&cast.gate(&version, "PRODUCTION").await), ["documentation", "ethics", "security"]);
    let refused = cast.review(&cast.business, &promotion, "ethics", "APPROVED").await;
    refused.problem(403, "reviewer-lacks-role");
    let refused = cast.review(&cast.colleague, &promotion, "security", "APPROVED").await;
    refused.problem(403, "reviewer-is-requester");
    let refused = cast.review(&cast.ethics, &promotion, "documentation", "APPROVED").await;
    refused.problem(403, "not-the-owner");
    let refused = cast.review(&cast.ethics, &promotion, "ethics", "CHANGES_REQUESTED").await;
    assert!(refused.status.is_client_error(), "a reviewer says yes, yes with conditions, or no");
    cast.review(&cast.ethics, &promotion, "ethics", "APPROVED").await.expect(200);
    cast.review(&cast.security, &promotion, "security", "APPROVED").await.expect(200);

    // Ethics and security have signed, and the owner of the model has not.
    let gate = cast.gate(&version, "PRODUCTION").await;
    assert_eq!(
        (&gate["verdict"], open_steps(&gate)),
        (&json!("NOT_ELIGIBLE"), vec!["documentation".to_owned()])
    );
    cast.complete(&promotion).await.problem(422, "gate-shut");
    cast.review(&cast.owner, &promotion, "documentation", "APPROVED").await.expect(200);
    assert_eq!(cast.gate(&version, "PRODUCTION").await["verdict"], "ELIGIBLE");
    let done = cast.complete(&promotion).await.expect(200);
    assert_eq!(done["object"]["version"]["stage"], "PRODUCTION");
}

#[tokio::test]
async fn a_rejection_is_final() {
    let cast = Cast::new().await;
    let (version, promotion) = cast.on_the_way("assistant").await;
    let rejected = cast.review(&cast.security, &promotion, "security", "REJECTED").await.expect(200);
    assert_eq!(rejected["object"]["state"], "REJECTED");
    let again = cast.review(&cast.security, &promotion, "security", "APPROVED").await;
    again.problem(409, "wrong-state");
    assert_eq!(cast.gate(&version, "PRODUCTION").await["verdict"], "NOT_ELIGIBLE");
    let anew = cast.promotion(&version, "PRODUCTION").await;
    assert_ne!(anew["id"], promotion["id"]);
}

#[tokio::test]
async fn the_risks_of_the_assistant_are_medium() {
    let cast = Cast::new().await;
    let model = cast.register("assistant", "Automated customer support", &[]).await;
    let begun =
        cast.world.post(&cast.owner, "/api/v1/assessments", json!({"model": model["id"]})).await.expect(201);
    let at = format!("/api/v1/assessments/{}", text(&begun["object"]["id"]));
    for (risk, likelihood, impact, effectiveness) in
        [("MQ-001", 3, 4, 0.6), ("SEC-001", 3, 4, 0.7), ("FAIR-001", 2, 4, 0.5)]
    {
        let body =
            json!({"risk": risk, "likelihood": likelihood, "impact": impact, "effectiveness": effectiveness});
        cast.world.post(&cast.owner, &format!("{at}/risks"), body).await.expect(200);
    }
    let submitted = cast.world.post(&cast.owner, &format!("{at}/submit"), json!({})).await.expect(200);
    let result = &submitted["object"]["result"];
    assert_eq!(
        (&result["weighed"], &result["weight"], &result["class"]),
        (&json!(184.6), &json!(27), &json!("MEDIUM"))
    );
    let sign = format!("{at}/signatures");
    let yes = json!({"verdict": "APPROVED"});
    cast.world.post(&cast.owner, &sign, yes.clone()).await.problem(403, "permission-missing");
    let signed = cast.world.post(&cast.risk, &sign, yes).await.expect(200);
    assert_eq!(signed["object"]["state"], "APPROVED");
}
