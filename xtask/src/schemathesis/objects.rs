//! What is there before the requests come: people with every role, and one object of each kind, so that a request can get
//! further than `404`.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::http::Client;

/// Data with labels, and predictions for them.
const DATA: &[u8] = b"id,label,group\n1,1,a\n2,0,a\n3,1,b\n4,0,b\n5,1,a\n6,0,b\n";
/// The report of a tool.
const REPORT: &[u8] = br#"{"tool": {"name": "bench"}, "metrics": {"f1": 0.5}}"#;
const PREDICTIONS: &[u8] = b"id,prediction\n1,1\n2,0\n3,0\n4,0\n5,1\n6,1\n";

/// Who sends requests, and which values lead somewhere.
#[derive(Debug)]
pub(crate) struct Objects {
    /// Who lets others in.
    pub(super) people: People,
    /// Somebody with every role, who made none of the objects.
    pub(super) everybody: String,
    /// Their token.
    pub(crate) token: String,
    /// The token of an administrator who may lose it.
    pub(crate) spare: String,
    /// Values by the name of the dictionary that holds them.
    pub(crate) values: Vec<(&'static str, Vec<String>)>,
}

impl Objects {
    /// Makes them on a fresh installation.
    pub(crate) fn make(url: &str, administrator: &str) -> Result<Self> {
        let people = People::new(url, administrator)?;
        let roles = roles(&people.admin)?;
        let all: Vec<&str> = roles.iter().map(String::as_str).collect();
        let (builder, build) = people.add("Builder", &["model_owner"])?;
        let (_, steward) = people.add("Steward", &["data_steward"])?;
        let (everybody, token) = people.add("Everybody", &all)?;
        let (_, spare) = people.add("Spare", &["admin"])?;
        let (guest, _) = people.add("Guest", &["auditor", "executive"])?;
        let grant = people.admin.get(&format!("/api/v1/principals/{guest}"))?.ok()?;
        let grant = text(&grant, "/grants/0/id")?;

        let steward = Client::new(url, Some(&steward));
        let data = upload(&steward, DATA)?;
        let dataset = json!({
            "name": "Rows", "sha256": data, "classification": "INTERNAL", "designatedFor": ["performance", "bias"],
            "labels": {"id": "id", "label": "label"},
        });
        let dataset = made(&steward, "/api/v1/datasets", &dataset)?;

        let build = Client::new(url, Some(&build));
        let (predictions, bytes) = (upload(&build, PREDICTIONS)?, upload(&build, b"a model")?);
        upload(&Client::new(url, Some(&token)), PREDICTIONS)?;
        let model = json!({"name": "Model", "purpose": "to be asked about", "tier": "LOW"});
        let model = made(&build, "/api/v1/models", &model)?;
        let mut versions = Vec::new();
        for _ in 0..3 {
            let version = json!({
                "kind": "CLASSICAL", "artifacts": [{"name": "model.bin", "sha256": bytes}], "datasets": [dataset],
            });
            let version = made(&build, &format!("/api/v1/models/{model}/versions"), &version)?;
            let document = json!({"kind": "MODEL_CARD", "name": "card.md", "sha256": bytes});
            build.post(&format!("/api/v1/versions/{version}/documents"), None, &document)?.ok()?;
            versions.push(version);
        }
        let report = evidence(&build, &versions)?;
        let (promotions, system) = (promotions(&build, &versions)?, system(&build, &versions)?);
        let exceptions = exceptions(&build, &versions)?;
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let values = vec![
            ("models", vec![model]),
            ("exceptions", exceptions),
            ("versions", versions),
            ("datasets", vec![dataset]),
            ("promotions", promotions),
            ("systems", vec![system]),
            ("policies", words(&["data-privacy", "performance-thresholds", "security-scan-required"])),
            ("principals", vec![builder, guest]),
            ("grants", vec![grant]),
            ("digests", vec![data, predictions, bytes, report]),
            ("roles", roles),
            ("stages", words(&["DEVELOPMENT", "STAGING", "PRODUCTION", "ARCHIVED"])),
            ("tiers", words(&["LOW", "MEDIUM", "HIGH", "CRITICAL"])),
            ("kinds", words(&["MODEL_CARD", "DATASHEET"])),
            ("names", words(&["model.bin"])),
            ("ids", words(&["id"])),
            ("labels", words(&["label", "prediction"])),
            ("suites", words(&["performance", "bias"])),
            ("numbers", words(&["1", "2", "4"])),
            ("indices", words(&["0", "1", "20", "1000000"])),
            ("tiles", words(&["0/000.p/9", "entries/000.p/9", "entries/000", "0/x000/000"])),
        ];
        Ok(Self { people, everybody, token, spare, values })
    }
}

/// A promotion that is submitted, and one that is not.
fn promotions(build: &Client, versions: &[String]) -> Result<Vec<String>> {
    let one = |(version, submit): (&String, bool)| {
        let asked = json!({"version": version, "target": {"stage": "STAGING"}, "submit": submit});
        made(build, "/api/v1/promotions", &asked)
    };
    versions.iter().zip([true, false]).map(one).collect()
}

/// A system that uses the versions.
fn system(build: &Client, versions: &[String]) -> Result<String> {
    let system =
        json!({"name": "System", "purpose": "to be asked about", "role": "DEPLOYER", "uses": versions});
    made(build, "/api/v1/systems", &system)
}

/// A scan of each version, and the report of a tool about it; gives the digest of the report.
fn evidence(build: &Client, versions: &[String]) -> Result<String> {
    let report = upload(build, REPORT)?;
    for version in versions {
        let path = format!("/api/v1/versions/{version}");
        build.post(&format!("{path}/evidence"), None, &json!({"sha256": report}))?.ok()?;
        build.post(&format!("{path}/artifact-scans"), None, &json!({}))?.ok()?;
    }
    Ok(report)
}

/// An exception that waits for signatures, and a draft.
fn exceptions(build: &Client, versions: &[String]) -> Result<Vec<String>> {
    let asked = |(version, submit): (&String, bool)| {
        let asked = json!({
            "version": version, "policy": "data-privacy", "justification": "later", "riskAssessment": "small",
            "mitigation": "read twice", "remediationPlan": "write it", "duration": "1d", "submit": submit,
        });
        made(build, "/api/v1/exceptions", &asked)
    };
    versions.iter().zip([true, false]).map(asked).collect()
}

/// The roles of the pack in force.
fn roles(admin: &Client) -> Result<Vec<String>> {
    let pack = admin.get("/api/v1/packs/current")?.ok()?;
    let documents = pack.get("documents").and_then(Value::as_array).context("a pack without documents")?;
    let documents = documents.iter().map(|document| document.get("document").unwrap_or(document));
    let roles = documents.filter(|document| document.get("kind").and_then(Value::as_str) == Some("Role"));
    roles.map(|role| text(role, "/id")).collect()
}

/// Two persons who manage access: what lets somebody approve takes both.
#[derive(Debug)]
pub(crate) struct People {
    pub(super) admin: Client,
    second: Client,
}

impl People {
    fn new(url: &str, administrator: &str) -> Result<Self> {
        let admin = Client::new(url, Some(administrator));
        let id = stranger(&admin, "Second")?;
        // Nobody has to confirm the second person, since there is none before; from then on a token would have to be confirmed.
        let token = admin.post(&format!("/api/v1/principals/{id}/tokens"), None, &json!({"life": "30d"}))?;
        let second = Client::new(url, Some(&text(&token.ok()?, "/object/secret")?));
        admin.post(&format!("/api/v1/principals/{id}/grants"), None, &json!({"role": "admin"}))?.ok()?;
        Ok(Self { admin, second })
    }

    /// A person with these roles, and a token: id and secret.
    pub(super) fn add(&self, name: &str, roles: &[&str]) -> Result<(String, String)> {
        let id = stranger(&self.admin, name)?;
        for role in roles {
            self.decide(&format!("/api/v1/principals/{id}/grants"), &json!({"role": role}))?;
        }
        let token = self.decide(&format!("/api/v1/principals/{id}/tokens"), &json!({"life": "30d"}))?;
        Ok((id, text(&token, "/object/secret")?))
    }

    /// Does something that a second person may have to confirm.
    pub(super) fn decide(&self, path: &str, body: &Value) -> Result<Value> {
        let answer = self.admin.post(path, None, body)?;
        let done = answer.ok().with_context(|| format!("POST {path}"))?;
        if answer.status == 202 {
            let path = format!("/api/v1/proposals/{}", text(&done, "/receipt/id")?);
            let digest = text(&self.second.get(&path)?.ok()?, "/digest")?;
            self.second.post(&format!("{path}/confirm"), None, &json!({"digest": digest}))?.ok()?;
        }
        Ok(done)
    }
}

/// A person without any role.
pub(super) fn stranger(admin: &Client, name: &str) -> Result<String> {
    made(admin, "/api/v1/principals", &json!({"kind": "USER", "name": name}))
}

pub(super) fn made(client: &Client, path: &str, body: &Value) -> Result<String> {
    let answer = client.post(path, None, body)?.ok().with_context(|| format!("POST {path}"))?;
    text(&answer, "/receipt/id")
}

pub(super) fn upload(client: &Client, bytes: &[u8]) -> Result<String> {
    text(&client.upload("/api/v1/blobs", bytes)?.ok().context("an upload")?, "/sha256")
}

pub(super) fn text(value: &Value, pointer: &str) -> Result<String> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.map(str::to_owned).with_context(|| format!("no `{pointer}` in {value}"))
}
