//! What there is to be tried, and who tries it.

mod requests;

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use super::MISSING;
use crate::world::{World, text};
use crate::{exceptions, story};

/// A model with what belongs to it.
#[derive(Clone)]
pub(super) struct Objects {
    model: String,
    version: String,
    promotion: String,
    exception: String,
    change: String,
}

impl Objects {
    pub(super) fn ids(&self) -> [&String; 5] {
        [&self.model, &self.version, &self.promotion, &self.exception, &self.change]
    }
}

/// A caller, and what there is to be tried.
pub(super) struct Stage {
    pub(super) world: World,
    owner_id: String,
    owner: String,
    steward: String,
    own: Objects,
    pub(super) foreign: Objects,
    data: String,
    own_data: String,
    predictions: String,
    /// A proposal that only has to be read.
    proposal: String,
    /// Those who approve exceptions for the models here.
    signers: [String; 2],
    /// The caller with grants for some models, and with one for everything: ids and tokens; empty without a token.
    scoped: (String, String),
    all: (String, String),
    made: AtomicU64,
}

impl Stage {
    pub(super) async fn new(role: &str) -> Self {
        let world = World::new().await;
        let (owner_id, owner) = world.person("Olga", &["model_owner"]).await;
        let (_, steward) = world.person("Stan", &["data_steward"]).await;
        let (labels, predictions) = story::files();
        let data = text(&story::dataset(&world, &steward, &labels).await["id"]);
        let predictions = world.upload(&owner, predictions).await;
        let (_, compliance) = world.person("Cora", &["compliance_officer"]).await;
        let (_, security) = world.person("Sid", &["security_reviewer"]).await;
        let own = objects(&world, &owner, "own").await;
        let foreign = objects(&world, &owner, "foreign").await;
        let grants = |scope: Value| match role {
            "nobody" | "guest" => Vec::new(),
            role => vec![json!({"role": role, "scope": scope})],
        };
        let scoped = world.person_with("Rita", &grants(json!({"tags": ["team=own"]}))).await;
        let all = world.person_with("Rolf", &grants(json!({}))).await;
        let own_data = stewarded(&world, &scoped).await;
        world.assent.signer.sign_head(&world.assent.ledger).unwrap();
        let made = AtomicU64::new(0);
        // With a second administrator, what lets somebody approve has to be proposed.
        world.person("Bea", &["admin"]).await;
        let proposal = String::new();
        let mut stage = Self {
            world,
            owner_id,
            owner,
            steward,
            own,
            foreign,
            data,
            own_data,
            predictions,
            proposal,
            signers: [compliance, security],
            scoped,
            all,
            made,
        };
        stage.proposal = stage.proposed().await.0;
        if role == "nobody" {
            (stage.scoped.1, stage.all.1) = (String::new(), String::new());
        }
        stage
    }

    pub(super) fn token(&self, object: &str) -> &str {
        match object {
            "own" | "foreign" | "missing" | "scoped" => &self.scoped.1,
            "all" | "bundle" => &self.all.1,
            other => panic!("no object {other}"),
        }
    }

    fn number(&self) -> u64 {
        self.made.fetch_add(1, Ordering::SeqCst)
    }

    /// The objects that a row is about, with a promotion of their own where it is to change.
    async fn objects(&self, operation: &str, object: &str) -> Objects {
        let held = match object {
            "own" => &self.own,
            "missing" => {
                let missing = MISSING.to_owned();
                let [model, version, promotion, exception] = [(); 4].map(|()| missing.clone());
                return Objects { model, version, promotion, exception, change: missing };
            }
            _ => &self.foreign,
        };
        if operation == "signChange" {
            let change = change(&self.world, &self.owner, &held.version, true).await;
            return Objects { change, ..held.clone() };
        }
        let submit = match operation {
            "reviewPromotion" | "completePromotion" | "meetCondition" | "withdrawPromotion"
            | "declareEmergency" | "signEmergency" => Some(true),
            "submitPromotion" => Some(false),
            "moveVersion" | "requestPromotion" | "requestException" => None,
            _ => return held.clone(),
        };
        let version = version(&self.world, &self.owner, &held.model).await;
        if submit == Some(true) {
            self.evidence(&version).await;
        }
        let promotion = match submit {
            Some(submit) => promotion(&self.world, &self.owner, &version, submit).await,
            None => String::new(),
        };
        Objects { version, promotion, ..held.clone() }
    }

    /// Digest of the evidence of a promotion.
    async fn seen(&self, promotion: &str) -> Value {
        let path = format!("/api/v1/promotions/{promotion}");
        let answer = self.world.get(&self.owner, &path).await;
        if answer.status.is_success() { answer.json()["now"]["evidence"].clone() } else { Value::Null }
    }

    fn lent(&self, delegate: &str, role: &str) -> Value {
        let now = self.world.assent.wiring.now();
        let until = now.checked_add(jiff::SignedDuration::from_hours(24)).unwrap();
        json!({"delegate": delegate, "roles": [role], "from": now, "until": until, "reason": "a week off"})
    }

    /// A delegation that the compliance officer gave: to the caller, if that is a reviewer, or else to another one.
    async fn delegation(&self, object: &str) -> String {
        if object == "missing" {
            return MISSING.to_owned();
        }
        let own = self.lent(&self.scoped.0, "compliance_officer");
        if object == "own" {
            let given = self.world.post(&self.signers[0], "/api/v1/delegations", own).await;
            if given.status.is_success() {
                return text(&given.json()["object"]["id"]);
            }
        }
        let (other, _) = self.world.person(&format!("Lee{}", self.number()), &["tech_lead"]).await;
        let body = self.lent(&other, "compliance_officer");
        text(
            &self.world.post(&self.signers[0], "/api/v1/delegations", body).await.expect(201)["object"]["id"],
        )
    }

    /// A proposal that somebody else made: its id and digest.
    async fn proposed(&self) -> (String, String) {
        let (id, _) = self.world.person(&format!("Pia{}", self.number()), &[]).await;
        let path = format!("/api/v1/principals/{id}/grants");
        let made = self.world.post(&self.world.admin, &path, json!({"role": "tech_lead"})).await.expect(202);
        (text(&made["object"]["id"]), text(&made["object"]["digest"]))
    }

    /// What the automated steps of a promotion ask for.
    async fn evidence(&self, version: &str) {
        story::evidence(&self.world, &self.owner, version).await;
        let body = json!({"dataset": self.data, "predictions": self.predictions, "prediction": "said",
            "suites": ["performance", "bias"]});
        let path = format!("/api/v1/versions/{version}/evaluations");
        self.world.post(&self.owner, &path, body).await.expect(201);
    }

    /// An evaluation of the version.
    async fn evaluated(&self, version: &str) -> String {
        let body = json!({"dataset": self.data, "predictions": self.predictions, "prediction": "said",
            "suites": ["performance"]});
        let path = format!("/api/v1/versions/{version}/evaluations");
        text(&self.world.post(&self.owner, &path, body).await.expect(201)["object"]["id"])
    }

    /// The principal that a row is about, with a grant and a token.
    async fn principal(&self, operation: &str, object: &str) -> (String, String, String) {
        let (id, grant) = match object {
            "own" => (self.scoped.0.clone(), MISSING.to_owned()),
            "missing" => return (MISSING.to_owned(), MISSING.to_owned(), MISSING.to_owned()),
            _ => {
                let (id, _) = self.world.person(&format!("Eve{}", self.number()), &["auditor"]).await;
                let held =
                    self.world.get(&self.world.admin, &format!("/api/v1/principals/{id}")).await.expect(200);
                (id, text(&held["grants"][0]["id"]))
            }
        };
        if operation != "revokeToken" {
            return (id, grant, String::new());
        }
        let path = format!("/api/v1/principals/{id}/tokens");
        let answer = self.world.post(&self.world.admin, &path, json!({"life": "1h"})).await;
        let token = answer.json()["object"].clone();
        if let Some(proposal) = token["proposal"].as_str() {
            self.world.confirm_as_second(proposal).await;
        }
        (id, grant, text(&token["id"]))
    }

    /// A session of that principal.
    async fn session(&self, object: &str, principal: &str) -> String {
        if object == "missing" {
            return MISSING.to_owned();
        }
        let secret = crate::people::invite(&self.world, principal).await;
        let body = json!({"secret": secret, "password": "quiet otter mends kettles"});
        let started = self.world.post("", "/api/v1/auth/invitations/accept", body).await.expect(200);
        text(&started["session"])
    }

    fn dataset(&self, object: &str) -> &str {
        match object {
            "own" => &self.own_data,
            "missing" => MISSING,
            _ => &self.data,
        }
    }
}

/// The report of a tool.
const REPORT: &str = r#"{"tool": {"name": "bench"}, "metrics": {"f1": 0.5}}"#;

/// A model with the tag `team`, one version with a card, and a draft of a promotion.
async fn objects(world: &World, owner: &str, team: &str) -> Objects {
    let body = json!({"name": format!("of {team}"), "purpose": "prototype", "tier": "MEDIUM", "tags": {"team": team}});
    let model = text(&world.post(owner, "/api/v1/models", body).await.expect(201)["object"]["id"]);
    let version = version(world, owner, &model).await;
    let promotion = promotion(world, owner, &version, false).await;
    let asked = exceptions::asked(&version, "data-privacy");
    let exception = world.post(owner, "/api/v1/exceptions", asked).await.expect(201);
    let exception = text(&exception["object"]["id"]);
    let change = change(world, owner, &version, false).await;
    Objects { model, version, promotion, exception, change }
}

async fn version(world: &World, owner: &str, model: &str) -> String {
    let artifact = world.upload(owner, "a model").await;
    let body = json!({"kind": "CLASSICAL", "artifacts": [{"name": "model.json", "sha256": artifact}]});
    let made = world.post(owner, &format!("/api/v1/models/{model}/versions"), body).await.expect(201);
    let version = text(&made["object"]["id"]);
    let card = world.upload(owner, "a card").await;
    let body = json!({"kind": "MODEL_CARD", "name": "card.md", "sha256": card});
    world.post(owner, &format!("/api/v1/versions/{version}/documents"), body).await.expect(200);
    let body = json!({"sha256": world.upload(owner, REPORT).await});
    world.post(owner, &format!("/api/v1/versions/{version}/evidence"), body).await.expect(201);
    version
}

async fn promotion(world: &World, owner: &str, version: &str, submit: bool) -> String {
    let body = json!({"version": version, "target": {"stage": "STAGING"}, "submit": submit});
    text(&world.post(owner, "/api/v1/promotions", body).await.expect(201)["object"]["id"])
}

/// A change that the owner of the model asks for, and that waits for reviewers where it was submitted.
async fn change(world: &World, owner: &str, version: &str, submit: bool) -> String {
    let made = world.post(owner, "/api/v1/changes", wanted(version, submit)).await.expect(201);
    text(&made["object"]["id"])
}

fn wanted(version: &str, submit: bool) -> Value {
    json!({"type": "INFRASTRUCTURE", "title": "t", "description": "d", "justification": "j", "environment": "STAGING",
        "targetVersion": version, "rollbackPlan": "r", "submit": submit, "impact": {"affectedSystems": [],
        "affectedUsers": "ALL_USERS", "estimatedDowntime": "none", "rollbackTime": "none"}})
}

/// A data set whose steward is the caller, who does not hold the role for it any more.
async fn stewarded(world: &World, (id, token): &(String, String)) -> String {
    let grants = format!("/api/v1/principals/{id}/grants");
    let held = world.post(&world.admin, &grants, json!({"role": "data_steward"})).await.expect(200);
    let grant = text(&held["object"]["grants"].as_array().unwrap().last().unwrap()["id"]);
    let sha256 = world.upload(token, "id\nmine\n").await;
    let body = json!({"name": "mine", "sha256": sha256, "classification": "INTERNAL"});
    let made = world.post(token, "/api/v1/datasets", body).await.expect(201);
    world.delete(&world.admin, &format!("{grants}/{grant}")).await.expect(200);
    text(&made["object"]["id"])
}
