//! The people of a way of working, and what they do with a model: the same words for every pack.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::world::{Answer, World, text};

pub(crate) struct Walk {
    pub(crate) world: World,
    people: BTreeMap<&'static str, String>,
    /// Whom data sets belong to.
    steward: &'static str,
}

impl Walk {
    pub(crate) async fn new(pack: &str, steward: &'static str, cast: &[(&'static str, &str)]) -> Self {
        let world = World::governed_by(pack).await;
        let mut people = BTreeMap::new();
        for (name, role) in cast {
            people.insert(*name, world.person(name, &[role]).await.1);
        }
        Self { world, people, steward }
    }

    /// The token of somebody.
    pub(crate) fn of(&self, who: &str) -> &str {
        &self.people[who]
    }

    /// What somebody made.
    #[track_caller]
    pub(crate) fn made(answer: Answer) -> Value {
        assert!(answer.status.is_success(), "{}", answer.text());
        let status = answer.status.as_u16();
        answer.expect(status)["object"].clone()
    }

    pub(crate) async fn post(&self, who: &str, path: &str, body: Value) -> Value {
        Self::made(self.world.post(self.of(who), path, body).await)
    }

    pub(crate) async fn model(&self, who: &str, name: &str, purpose: &str) -> Value {
        self.post(who, "/api/v1/models", json!({"name": name, "purpose": purpose})).await
    }

    /// A version of a model from a data set of that classification.
    pub(crate) async fn version(&self, who: &str, model: &str, data: &Value, extra: Value) -> String {
        let artifact = self.world.upload(self.of(who), format!("weights of {model} {extra}")).await;
        let mut body = json!({"kind": "LLM", "datasets": [data["id"]],
            "artifacts": [{"name": "model.json", "sha256": artifact}]});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        text(&self.post(who, &format!("/api/v1/models/{model}/versions"), body).await["id"])
    }

    pub(crate) async fn attach(&self, who: &str, version: &str, kinds: &[&str]) {
        for kind in kinds {
            let sha256 = self.world.upload(self.of(who), format!("{kind} of {version}")).await;
            let body = json!({"kind": kind, "name": format!("{kind}.md"), "sha256": sha256});
            self.post(who, &format!("/api/v1/versions/{version}/documents"), body).await;
        }
    }

    pub(crate) async fn scanned(&self, who: &str, version: &str, findings: Value) {
        let scan = json!({"tool": "scanner", "toolVersion": "1", "status": "PASSED", "findings": findings});
        self.post(who, &format!("/api/v1/versions/{version}/scans"), scan).await;
    }

    /// Figures that a tool reports.
    pub(crate) async fn reported(&self, who: &str, version: &str, metrics: Value) {
        let report = json!({"tool": {"name": "ci", "version": "1"}, "metrics": metrics}).to_string();
        let sha256 = self.world.upload(self.of(who), report).await;
        self.post(who, &format!("/api/v1/versions/{version}/evidence"), json!({"sha256": sha256})).await;
    }

    /// Eighty rows with labels, of which a steward says how sensitive they are.
    pub(crate) async fn data(&self, name: &str, classification: &str, attribute: &str) -> Value {
        let mut labels = format!("id,right,{attribute}\n");
        for row in 0..80 {
            labels += &format!("r{row},{},{}\n", (row + 1) % 2, if row % 4 < 2 { "a" } else { "b" });
        }
        let sha256 = self.world.upload(self.of(self.steward), labels).await;
        let sheet = self.world.upload(self.of(self.steward), "who, what, when").await;
        let body = json!({"name": name, "sha256": sha256, "classification": classification, "datasheet": sheet,
            "sensitiveAttributes": [attribute], "labels": {"id": "id", "label": "right"},
            "designatedFor": ["performance", "bias"]});
        self.post(self.steward, "/api/v1/datasets", body).await
    }

    /// An evaluation in which the first rows of every hundred are wrong: groups of four, so that both groups err alike.
    pub(crate) async fn evaluated(&self, who: &str, version: &str, data: &Value, wrong: usize) {
        let mut predictions = "id,said\n".to_owned();
        for row in 0..80 {
            let right = (row + 1) % 2;
            predictions += &format!("r{row},{}\n", if row < wrong { 1 - right } else { right });
        }
        let predictions = self.world.upload(self.of(who), predictions).await;
        let body = json!({"dataset": data["id"], "predictions": predictions, "prediction": "said",
            "suites": ["performance", "bias"]});
        self.post(who, &format!("/api/v1/versions/{version}/evaluations"), body).await;
    }

    /// A risk assessment with nothing answered, that another approves.
    pub(crate) async fn assessed(&self, who: &str, approver: &str, model: &Value) {
        let begun = self.post(who, "/api/v1/assessments", json!({"model": model["id"]})).await;
        let at = format!("/api/v1/assessments/{}", text(&begun["id"]));
        self.post(who, &format!("{at}/submit"), json!({})).await;
        self.post(approver, &format!("{at}/signatures"), json!({"verdict": "APPROVED"})).await;
    }

    pub(crate) async fn promotion(&self, who: &str, version: &str, target: Value) -> Value {
        self.post(who, "/api/v1/promotions", json!({"version": version, "target": target})).await
    }

    pub(crate) async fn review(&self, who: &str, promotion: &Value, step: &str) -> Answer {
        let at = format!("/api/v1/promotions/{}", text(&promotion["id"]));
        let evidence = self.world.get(self.of(who), &at).await.expect(200)["now"]["evidence"].clone();
        let body = json!({"step": step, "decision": "APPROVED", "comment": "read", "evidence": evidence});
        self.world.post(self.of(who), &format!("{at}/reviews"), body).await
    }

    /// Approvals of several steps.
    pub(crate) async fn approved(&self, promotion: &Value, by: &[(&str, &str)]) {
        for (who, step) in by {
            Self::made(self.review(who, promotion, step).await);
        }
    }

    pub(crate) async fn complete(&self, who: &str, promotion: &Value) -> Answer {
        let path = format!("/api/v1/promotions/{}/complete", text(&promotion["id"]));
        self.world.post(self.of(who), &path, json!({})).await
    }

    pub(crate) async fn gate(&self, version: &str, query: &str) -> Value {
        let path = format!("/api/v1/versions/{version}/gate?{query}");
        self.world.get(self.of(self.steward), &path).await.expect(200)
    }

    /// The steps of a promotion in that state.
    pub(crate) async fn steps(&self, promotion: &Value, state: &str) -> Vec<String> {
        let path = format!("/api/v1/promotions/{}", text(&promotion["id"]));
        let held = self.world.get(self.of(self.steward), &path).await.expect(200);
        let steps = held["now"]["steps"].as_array().unwrap().iter();
        steps.filter(|step| step["state"] == state).map(|step| text(&step["step"])).collect()
    }
}

/// The rules that fail in an answer of the gate, as `policy/rule`.
pub(crate) fn failed(gate: &Value) -> Vec<String> {
    let findings = gate["findings"].as_array().unwrap().iter();
    let failed =
        findings.filter(|finding| finding["status"] == "FAILED" && finding["enforcement"] == "BLOCKING");
    failed.map(|finding| format!("{}/{}", text(&finding["policy"]), text(&finding["rule"]))).collect()
}
