//! Models, versions with evidence, and promotions in every state that something can be done in.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::Requests;
use crate::http::Client;
use crate::schemathesis::objects::{Objects, made, text, upload};

const LABELS: &[u8] = b"id,label,group\n1,1,a\n2,0,a\n3,1,b\n4,0,b\n5,1,a\n6,0,a\n7,1,b\n8,0,b\n";
const PREDICTIONS: &[u8] = b"id,said\n1,1\n2,0\n3,1\n4,0\n5,1\n6,0\n7,1\n8,0\n";

const REPORT: &[u8] = br#"{"tool": {"name": "bench"}, "metrics": {"f1": 0.5}}"#;

/// What all versions here have in common.
struct Scene<'a> {
    url: &'a str,
    /// Somebody who makes versions and asks for promotions.
    maker: Client,
    /// The caller of the requests.
    caller: Client,
    objects: &'a Objects,
    model: String,
    dataset: String,
    bytes: String,
    predictions: String,
}

/// What is done with models and what belongs to them.
pub(super) fn requests(url: &str, objects: &Objects) -> Result<Requests> {
    let scene = Scene::make(url, objects)?;
    let mut requests = scene.versions()?;
    requests.extend(scene.registrations()?);
    requests.extend(scene.promotions()?);
    requests.extend(scene.systems()?);
    Ok(requests)
}

impl<'a> Scene<'a> {
    fn make(url: &'a str, objects: &'a Objects) -> Result<Self> {
        let (_, maker) = objects.people.add("Maker", &["model_owner"])?;
        let (maker, caller) = (Client::new(url, Some(&maker)), Client::new(url, Some(&objects.token)));
        let sheet = upload(&caller, b"who, what, when")?;
        let dataset = json!({
            "name": "Labels", "sha256": upload(&caller, LABELS)?, "classification": "RESTRICTED",
            "datasheet": sheet, "sensitiveAttributes": ["group"], "labels": {"id": "id", "label": "label"},
            "designatedFor": ["performance", "bias"],
        });
        let dataset = made(&caller, "/api/v1/datasets", &dataset)?;
        let model = json!({"name": "Example", "purpose": "to be reviewed", "tier": "MEDIUM"});
        let model = made(&maker, "/api/v1/models", &model)?;
        let (bytes, predictions) = (upload(&maker, b"weights")?, upload(&maker, PREDICTIONS)?);
        // Both name them, and predictions are given to nobody.
        upload(&caller, PREDICTIONS)?;
        Ok(Self { url, maker, caller, objects, model, dataset, bytes, predictions })
    }

    fn new_version(&self) -> Value {
        json!({"kind": "CLASSICAL", "artifacts": [{"name": "model.bin", "sha256": self.bytes}]})
    }

    fn evaluation(&self) -> Value {
        json!({"dataset": self.dataset, "predictions": self.predictions, "prediction": "said",
               "suites": ["performance", "bias"]})
    }

    /// A version without any evidence.
    fn bare(&self) -> Result<String> {
        made(&self.maker, &format!("/api/v1/models/{}/versions", self.model), &self.new_version())
    }

    /// A version with all evidence that its promotion takes.
    fn version(&self) -> Result<String> {
        let version = self.bare()?;
        let path = format!("/api/v1/versions/{version}");
        for kind in ["MODEL_CARD", "DATASHEET"] {
            let document = json!({"kind": kind, "name": "about.md", "sha256": self.bytes});
            self.maker.post(&format!("{path}/documents"), None, &document)?.ok()?;
        }
        let scan = json!({"tool": "scanner", "toolVersion": "1", "status": "PASSED"});
        self.maker.post(&format!("{path}/scans"), None, &scan)?.ok()?;
        self.maker.post(&format!("{path}/evaluations"), None, &self.evaluation())?.ok()?;
        Ok(version)
    }

    fn versions(&self) -> Result<Requests> {
        let (read, changed) = (self.version()?, self.bare()?);
        let asked = json!({"path": {"id": read}, "query": {"stage": "STAGING"}});
        let evaluated =
            made(&self.maker, &format!("/api/v1/versions/{read}/evaluations"), &self.evaluation())?;
        let report = json!({"sha256": upload(&self.maker, REPORT)?});
        self.maker.post(&format!("/api/v1/versions/{read}/evidence"), None, &report)?.ok()?;
        let reported = json!({"path": {"id": read, "sha256": report.get("sha256")}});
        let on = |body: Value| json!({"path": {"id": changed}, "body": body});
        let scan = json!({"tool": "scanner", "toolVersion": "1", "status": "PASSED", "findings": {"LOW": 2}});
        let document = json!({"kind": "MODEL_CARD", "name": "card.md", "sha256": self.bytes});
        Ok(vec![
            ("getModel", json!({"path": {"model": self.model}})),
            ("listVersions", json!({"path": {"model": self.model}, "query": {"limit": 10}})),
            ("getVersionByNumber", json!({"path": {"model": self.model, "number": 1}})),
            ("getVersion", json!({"path": {"id": read}})),
            ("check", asked.clone()),
            ("facts", asked.clone()),
            ("checklist", asked.clone()),
            ("gate", asked),
            ("downloadArtifact", json!({"path": {"id": read, "name": "model.bin"}})),
            ("downloadDocument", json!({"path": {"id": read, "kind": "MODEL_CARD"}})),
            ("attachDocument", on(document)),
            ("recordScan", on(scan)),
            ("addEvidence", on(json!({"sha256": upload(&self.caller, REPORT)?}))),
            ("listEvidence", json!({"path": {"id": read}})),
            ("getEvidence", reported.clone()),
            ("downloadEvidence", reported),
            ("scanVersion", json!({"path": {"id": changed}, "query": {"wait": 5}})),
            ("evaluateVersion", on(self.evaluation())),
            ("getEvaluation", json!({"path": {"id": evaluated}})),
            ("listEvaluations", json!({"query": {"version": read, "state": "FINISHED"}})),
            ("draftCard", json!({"path": {"id": read}})),
            ("moveVersion", json!({"path": {"id": self.bare()?}, "body": {"to": "ARCHIVED"}})),
        ])
    }

    fn registrations(&self) -> Result<Requests> {
        let data = upload(&self.caller, b"id,label\n1,1\n2,0\n")?;
        let pack = self.caller.get("/api/v1/packs/current")?.ok()?;
        let pack = pack.get("documents").context("a pack without documents")?;
        let dataset = json!({"name": "Rows of an example", "sha256": data, "classification": "INTERNAL"});
        let model = json!({"name": "Another example", "purpose": "to be registered", "tier": "LOW"});
        let onboarding = json!({"model": {"name": "A whole example", "purpose": "to be onboarded", "tier": "LOW"},
            "version": self.new_version(), "validationData": {"name": "Rows of a whole example", "sha256": data,
                "classification": "INTERNAL"}});
        Ok(vec![
            ("getDataset", json!({"path": {"id": self.dataset}})),
            ("downloadDataset", json!({"path": {"id": self.dataset}})),
            ("registerDataset", json!({"body": dataset})),
            ("registerModel", json!({"body": model})),
            ("registerVersion", json!({"path": {"model": self.model}, "body": self.new_version()})),
            ("onboard", json!({"body": onboarding})),
            ("applyPack", json!({"body": {"documents": pack, "dryRun": true}})),
        ])
    }

    fn systems(&self) -> Result<Requests> {
        let version = self.bare()?;
        let system = |name: &str| {
            json!({"name": name, "purpose": "to be an example", "role": "PROVIDER_AND_DEPLOYER", "category": "EMPLOYMENT",
                "restrictions": ["not without a person"], "businessJustification": "saves time",
                "successCriteria": ["fewer errors"], "uses": [version]})
        };
        let (read, revised, retired) = (
            made(&self.caller, "/api/v1/systems", &system("Read"))?,
            made(&self.caller, "/api/v1/systems", &system("Revised"))?,
            made(&self.caller, "/api/v1/systems", &system("Retired"))?,
        );
        Ok(vec![
            ("registerSystem", json!({"body": system("New")})),
            ("getSystem", json!({"path": {"id": read}})),
            ("listSystems", json!({"query": {"uses": version, "category": "EMPLOYMENT", "retired": true}})),
            ("reviseSystem", json!({"path": {"id": revised}, "body": system("Revised again")})),
            ("retireSystem", json!({"path": {"id": retired}, "body": {"reason": "replaced"}})),
        ])
    }

    /// A promotion to `STAGING`: its id, and the digest of its evidence.
    fn promotion(&self, by: &Client, submit: bool) -> Result<(String, Value)> {
        let asked = json!({"version": self.version()?, "target": {"stage": "STAGING"}, "submit": submit});
        let made = by.post("/api/v1/promotions", None, &asked)?.ok()?;
        let evidence = made.pointer("/object/now/evidence").cloned().unwrap_or_default();
        Ok((text(&made, "/receipt/id")?, evidence))
    }

    /// The caller's review of a promotion: what it says now.
    fn review(&self, promotion: &str, review: &Value) -> Result<Value> {
        let path = format!("/api/v1/promotions/{promotion}/reviews");
        self.caller.post(&path, None, review)?.ok().context("a review of an example")
    }

    /// The caller's signature under an emergency that another person declared.
    fn emergency(&self) -> Result<Value> {
        let (_, risk) = self.objects.people.add("Breaks the glass", &["risk_manager"])?;
        let (id, evidence) = self.promotion(&self.maker, true)?;
        let declared = json!({"justification": "it burns", "evidence": evidence});
        let path = format!("/api/v1/promotions/{id}/emergency");
        Client::new(self.url, Some(&risk)).post(&path, None, &declared)?.ok().context("an emergency")?;
        Ok(json!({"path": {"id": id}, "body": {"verdict": "APPROVED", "evidence": evidence}}))
    }

    fn promotions(&self) -> Result<Requests> {
        let review =
            |evidence: Value| json!({"step": "technical", "decision": "APPROVED", "evidence": evidence});
        let (reviewed, evidence) = self.promotion(&self.maker, true)?;
        let reviewing = json!({"path": {"id": reviewed}, "body": review(evidence)});
        let (completed, evidence) = self.promotion(&self.maker, true)?;
        self.review(&completed, &review(evidence))?;
        let (conditional, evidence) = self.promotion(&self.maker, true)?;
        let condition =
            json!({"text": "write it down", "owner": self.objects.everybody, "when": "BEFORE_DEPLOYMENT"});
        let nearly = json!({"step": "technical", "decision": "CONDITIONAL", "comment": "nearly",
                            "conditions": [condition], "evidence": evidence});
        let condition = text(&self.review(&conditional, &nearly)?, "/object/reviews/0/conditions/0/id")?;
        let (assigned, _) = self.promotion(&self.maker, true)?;
        let assignment = json!({"step": "technical", "to": self.objects.everybody});
        let (submitted, _) = self.promotion(&self.caller, false)?;
        let (withdrawn, _) = self.promotion(&self.caller, true)?;
        let (burning, evidence) = self.promotion(&self.maker, true)?;
        let declared = json!({"justification": "it burns", "evidence": evidence});
        let declaring = json!({"path": {"id": burning}, "body": declared});
        let signing = self.emergency()?;
        let new = json!({"version": self.version()?, "target": {"stage": "STAGING"}});
        Ok(vec![
            ("requestPromotion", json!({"body": new})),
            ("getPromotion", json!({"path": {"id": completed}})),
            ("reviewPromotion", reviewing),
            ("completePromotion", json!({"path": {"id": completed}})),
            (
                "meetCondition",
                json!({"path": {"id": conditional, "condition": condition}, "body": {"comment": "done"}}),
            ),
            ("submitPromotion", json!({"path": {"id": submitted}})),
            ("assignReview", json!({"path": {"id": assigned}, "body": assignment})),
            ("declareEmergency", declaring),
            ("signEmergency", signing),
            ("withdrawPromotion", json!({"path": {"id": withdrawn}, "body": {"comment": "not now"}})),
        ])
    }
}
