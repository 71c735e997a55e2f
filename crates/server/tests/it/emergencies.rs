//! Emergencies, as the people declare, sign, use and review them.

use assent_domain::ids::Digest;
use serde_json::{Value, json};

use crate::story;
use crate::world::{World, text};

/// People, and a promotion of a version of the tier MEDIUM to `STAGING` that waits for its technical review.
struct Cast {
    world: World,
    owner: String,
    lead: String,
    risk: String,
    chief: String,
    deployer: String,
    version: String,
    path: String,
    evidence: Value,
}

/// The token of a person with that role, which outlives what the tests wait for.
async fn lasting(world: &World, name: &str, role: &str) -> String {
    let body = json!({"kind": "USER", "name": name});
    let made = world.post(&world.admin, "/api/v1/principals", body).await.expect(201);
    let path = format!("/api/v1/principals/{}", text(&made["object"]["id"]));
    let token = world.post(&world.admin, &format!("{path}/tokens"), json!({"life": "30d"})).await.expect(201);
    world.post(&world.admin, &format!("{path}/grants"), json!({"role": role})).await.expect(200);
    text(&token["object"]["secret"])
}

impl Cast {
    async fn new() -> Self {
        let world = World::new().await;
        let (_, owner) = world.person("Olga", &["model_owner"]).await;
        let (_, steward) = world.person("Stan", &["data_steward"]).await;
        let lead = lasting(&world, "Lena", "tech_lead").await;
        let (_, risk) = world.person("Rita", &["risk_manager"]).await;
        let chief = lasting(&world, "Carl", "executive").await;
        let deployer = lasting(&world, "Dana", "deployer").await;
        let (_, version) = world.version(&owner, "sorter", "MEDIUM").await;
        story::evidence(&world, &owner, &version).await;
        let (labels, predictions) = story::files();
        let data = story::dataset(&world, &steward, &labels).await;
        let predictions = world.upload(&owner, predictions).await;
        let body = json!({"dataset": data["id"], "predictions": predictions, "prediction": "said",
            "suites": ["performance", "bias"]});
        world.post(&owner, &format!("/api/v1/versions/{version}/evaluations"), body).await.expect(201);
        let body = json!({"version": version, "target": {"stage": "STAGING"}});
        let asked = world.post(&owner, "/api/v1/promotions", body).await.expect(201)["object"].clone();
        assert_eq!(asked["state"], "IN_REVIEW", "{asked}");
        let path = format!("/api/v1/promotions/{}", text(&asked["id"]));
        let evidence = asked["now"]["evidence"].clone();
        Self { world, owner, lead, risk, chief, deployer, version, path, evidence }
    }

    fn at(&self, rest: &str) -> String {
        format!("{}/{rest}", self.path)
    }

    fn declared(&self) -> Value {
        json!({"justification": "fraud runs through the old one", "evidence": self.evidence})
    }

    async fn gate(&self) -> Value {
        let path = format!("/api/v1/versions/{}/gate?stage=STAGING", self.version);
        self.world.get(&self.deployer, &path).await.expect(200)
    }

    async fn flag(&self) -> Value {
        let path = format!("/api/v1/versions/{}", self.version);
        self.world.get(&self.deployer, &path).await.expect(200)["emergency"].clone()
    }

    async fn open(&self, token: &str) -> usize {
        let page = self.world.get(token, "/api/v1/emergencies").await.expect(200);
        page["items"].as_array().unwrap().len()
    }

    /// Through by an emergency.
    async fn through(&self) {
        self.world.post(&self.risk, &self.at("emergency"), self.declared()).await.expect(200);
        let yes = json!({"verdict": "APPROVED", "evidence": self.evidence});
        self.world.post(&self.chief, &self.at("emergency/signatures"), yes).await.expect(200);
        self.world.post(&self.deployer, &self.at("complete"), json!({})).await.expect(200);
    }
}

fn codes(answer: &Value) -> Vec<&str> {
    answer["reasons"].as_array().unwrap().iter().map(|reason| reason["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn two_persons_let_a_version_through_and_it_is_reviewed_afterwards() {
    let cast = Cast::new().await;
    let world = &cast.world;
    assert_eq!(codes(&cast.gate().await), ["approval-missing"]);
    let emergency = cast.at("emergency");
    let blank = json!({"justification": " ", "evidence": cast.evidence});
    assert_eq!(
        world.post(&cast.risk, &emergency, blank).await.problem(400, "invalid-text")["pointer"],
        "/justification"
    );
    let blind = json!({"justification": "it burns"});
    world.post(&cast.risk, &emergency, blind).await.problem(422, "evidence-missing");
    let other = json!({"justification": "it burns", "evidence": Digest::of(b"other")});
    world.post(&cast.risk, &emergency, other).await.problem(409, "evidence-moved");
    world.post(&cast.lead, &emergency, cast.declared()).await.problem(403, "reviewer-lacks-role");
    let declared = world.post(&cast.risk, &emergency, cast.declared()).await.expect(200)["object"].clone();
    let first = &declared["emergencies"][0];
    assert_eq!(
        (&first["state"], &first["roles"]),
        (&json!("DECLARED"), &json!(["risk_manager", "executive"]))
    );
    assert_eq!(first["justification"]["text"], "fraud runs through the old one");
    assert_eq!(cast.open(&cast.lead).await, 1, "every reader of the model sees it");
    world.post(&cast.deployer, &cast.at("complete"), json!({})).await.problem(422, "gate-shut");

    let sign = cast.at("emergency/signatures");
    let yes = json!({"verdict": "APPROVED", "evidence": cast.evidence});
    world.post(&cast.risk, &sign, yes.clone()).await.problem(409, "reviewer-decided-already");
    let signed = world.post(&cast.chief, &sign, yes.clone()).await.expect(200);
    assert_eq!(signed["receipt"]["events"][1]["type"], "emergencyGranted");
    let gate = cast.gate().await;
    assert_eq!(
        (&gate["verdict"], &gate["emergency"]["steps"]),
        (&json!("ELIGIBLE"), &json!(["technical"])),
        "{gate}"
    );
    let done =
        world.post(&cast.deployer, &cast.at("complete"), json!({})).await.expect(200)["object"].clone();
    assert_eq!(
        (&done["state"], &done["emergencies"][0]["state"]),
        (&json!("COMPLETED"), &json!("FOLLOW_UP_DUE"))
    );
    for kind in ["emergencyDeclared", "emergencySigned", "emergencyGranted", "promotionCompleted"] {
        let page = world.get(&world.admin, &format!("/api/v1/log/entries?type={kind}")).await.expect(200);
        assert_eq!(page["items"][0]["entry"]["riskLevel"], "HIGH", "{kind}");
    }

    // It is flagged, and waits for those who would have reviewed it.
    assert_eq!(cast.flag().await["state"], "FOLLOW_UP_DUE");
    assert_eq!(cast.gate().await["emergency"]["state"], "FOLLOW_UP_DUE");
    let inbox = world.get(&cast.lead, "/api/v1/inbox").await.expect(200);
    assert_eq!(inbox["items"][0]["steps"], json!(["technical"]));
    assert_eq!(world.get(&cast.risk, "/api/v1/inbox").await.expect(200)["items"], json!([]));
    let again = json!({"step": "technical", "decision": "CHANGES_REQUESTED", "comment": "mend it"});
    world.post(&cast.lead, &cast.at("reviews"), again).await.problem(422, "decision-not-allowed");
    let review = json!({"step": "technical", "decision": "APPROVED", "evidence": cast.evidence});
    let reviewed = world.post(&cast.lead, &cast.at("reviews"), review).await.expect(200);
    assert_eq!(reviewed["receipt"]["events"][1]["type"], "emergencyFollowedUp");
    assert_eq!(reviewed["object"]["emergencies"][0]["state"], "ACCEPTED");
    assert_eq!((cast.flag().await, cast.open(&cast.lead).await), (Value::Null, 0));
    let gate = cast.gate().await;
    assert_eq!((&gate["verdict"], gate.get("emergency")), (&json!("ELIGIBLE"), None));
}

#[tokio::test]
async fn what_is_rejected_afterwards_has_to_leave() {
    let cast = Cast::new().await;
    cast.through().await;
    let no = json!({"step": "technical", "decision": "REJECTED", "comment": "it is not sound"});
    cast.world.post(&cast.lead, &cast.at("reviews"), no).await.expect(200);
    assert_eq!(cast.flag().await["state"], "REJECTED");
    let gate = cast.gate().await;
    assert!(codes(&gate).contains(&"emergency-rejected"), "{gate}");
    assert_eq!(cast.open(&cast.lead).await, 1);
    let moved = json!({"to": "DEVELOPMENT", "comment": "back"});
    cast.world
        .post(&cast.deployer, &format!("/api/v1/versions/{}/move", cast.version), moved)
        .await
        .expect(200);
    assert_eq!((cast.flag().await, cast.open(&cast.lead).await), (Value::Null, 0));

    // Nobody goes past the rejection by another emergency.
    let body = json!({"version": cast.version, "target": {"stage": "STAGING"}});
    let asked = cast.world.post(&cast.owner, "/api/v1/promotions", body).await.expect(201)["object"].clone();
    let path = format!("/api/v1/promotions/{}/emergency", text(&asked["id"]));
    let body = json!({"justification": "it burns", "evidence": asked["now"]["evidence"]});
    cast.world.post(&cast.risk, &path, body).await.problem(422, "emergency-after-rejection");
}

#[tokio::test]
async fn what_nobody_reviews_in_time_shuts_the_gate() {
    let cast = Cast::new().await;
    cast.through().await;
    cast.world.clock.advance(8 * 24 * 3_600);
    assert_eq!(cast.flag().await["state"], "FOLLOW_UP_OVERDUE");
    assert!(codes(&cast.gate().await).contains(&"follow-up-overdue"));
}

#[tokio::test]
async fn an_emergency_that_nobody_uses_ends() {
    let cast = Cast::new().await;
    cast.world.post(&cast.risk, &cast.at("emergency"), cast.declared()).await.expect(200);
    assert_eq!(cast.open(&cast.lead).await, 1);
    cast.world.clock.advance(24 * 3_600);
    assert_eq!(cast.open(&cast.lead).await, 0);
    let yes = json!({"verdict": "APPROVED", "evidence": cast.evidence});
    cast.world.post(&cast.chief, &cast.at("emergency/signatures"), yes).await.problem(409, "wrong-state");
}

#[tokio::test]
async fn of_two_at_once_one_breaks_the_glass() {
    let cast = Cast::new().await;
    let path = cast.at("emergency");
    let (one, other) = tokio::join!(
        cast.world.post(&cast.risk, &path, cast.declared()),
        cast.world.post(&cast.chief, &path, cast.declared()),
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}
