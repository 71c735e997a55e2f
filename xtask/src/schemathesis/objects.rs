//! What is there before the requests come: people with every role, and one object of each kind, so that a request can get
//! further than `404`.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::http::Client;

/// Data with labels, and predictions for them.
const DATA: &[u8] = b"id,label,group\n1,1,a\n2,0,a\n3,1,b\n4,0,b\n5,1,a\n6,0,b\n";
const PREDICTIONS: &[u8] = b"id,prediction\n1,1\n2,0\n3,0\n4,0\n5,1\n6,1\n";

/// Who sends requests, and which values lead somewhere.
#[derive(Debug)]
pub(crate) struct Objects {
    /// The token of somebody with every role, who made none of the objects.
    pub(crate) token: String,
    /// The token of an administrator who may lose it.
    pub(crate) spare: String,
    /// Values by the name of the dictionary that holds them.
    pub(crate) values: Vec<(&'static str, Vec<String>)>,
}

impl Objects {
    /// Makes them on a fresh installation.
    pub(crate) fn make(url: &str, administrator: &str) -> Result<Self> {
        let admin = Client::new(url, Some(administrator));
        let roles = roles(&admin)?;
        let all: Vec<&str> = roles.iter().map(String::as_str).collect();
        let (builder, build) = person(&admin, "Builder", &["model_owner"])?;
        let (_, steward) = person(&admin, "Steward", &["data_steward"])?;
        let (_, token) = person(&admin, "Everybody", &all)?;
        let (_, spare) = person(&admin, "Spare", &["admin"])?;
        let (guest, _) = person(&admin, "Guest", &["auditor", "executive"])?;
        let grant = admin.get(&format!("/api/v1/principals/{guest}"))?.ok()?;
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
        let mut promotions = Vec::new();
        for (version, submit) in versions.iter().zip([true, false]) {
            let asked = json!({"version": version, "target": {"stage": "STAGING"}, "submit": submit});
            promotions.push(made(&build, "/api/v1/promotions", &asked)?);
        }
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let values = vec![
            ("models", vec![model]),
            ("versions", versions),
            ("datasets", vec![dataset]),
            ("promotions", promotions),
            ("principals", vec![builder, guest]),
            ("grants", vec![grant]),
            ("digests", vec![data, predictions, bytes]),
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
        Ok(Self { token, spare, values })
    }
}

/// The roles of the pack in force.
fn roles(admin: &Client) -> Result<Vec<String>> {
    let pack = admin.get("/api/v1/packs/current")?.ok()?;
    let documents = pack.get("documents").and_then(Value::as_array).context("a pack without documents")?;
    let documents = documents.iter().map(|document| document.get("document").unwrap_or(document));
    let roles = documents.filter(|document| document.get("kind").and_then(Value::as_str) == Some("Role"));
    roles.map(|role| text(role, "/id")).collect()
}

/// A person with these roles, and a token: id and secret.
fn person(admin: &Client, name: &str, roles: &[&str]) -> Result<(String, String)> {
    let id = made(admin, "/api/v1/principals", &json!({"kind": "USER", "name": name}))?;
    let path = format!("/api/v1/principals/{id}");
    for role in roles {
        admin.post(&format!("{path}/grants"), None, &json!({"role": role}))?.ok()?;
    }
    let token = admin.post(&format!("{path}/tokens"), None, &json!({"life": "30d"}))?.ok()?;
    Ok((id, text(&token, "/object/secret")?))
}

fn made(client: &Client, path: &str, body: &Value) -> Result<String> {
    let answer = client.post(path, None, body)?.ok().with_context(|| format!("POST {path}"))?;
    text(&answer, "/receipt/id")
}

fn upload(client: &Client, bytes: &[u8]) -> Result<String> {
    text(&client.upload("/api/v1/blobs", bytes)?.ok().context("an upload")?, "/sha256")
}

fn text(value: &Value, pointer: &str) -> Result<String> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.map(str::to_owned).with_context(|| format!("no `{pointer}` in {value}"))
}
