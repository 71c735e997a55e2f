//! Lineage: edges between files and runs, and an event of `OpenLineage`.

use anyhow::Result;
use serde_json::{Value, json};

use super::Requests;
use crate::http::Client;
use crate::schemathesis::objects::{Objects, made};

/// What is done with lineage.
pub(super) fn requests(url: &str, objects: &Objects) -> Result<Requests> {
    let (_, owner) = objects.people.add("Tracer", &["model_owner"])?;
    let owner = Client::new(url, Some(&owner));
    let model =
        made(&owner, "/api/v1/models", &json!({"name": "Traced", "purpose": "to be traced", "tier": "LOW"}))?;
    let version = made(&owner, &format!("/api/v1/models/{model}/versions"), &json!({"kind": "VENDOR"}))?;
    let data: Value =
        json!({"namespace": "lake", "name": "mails", "facets": {"version": {"datasetVersion": "3"}}});
    let event = json!({"eventType": "COMPLETE", "run": {"runId": "run-1"}, "inputs": [data],
        "job": {"namespace": "ci", "name": "train"}});
    let edge = json!({"upstream": {"kind": "FILE", "sha256": "0".repeat(64)}, "label": "mails.csv",
        "downstream": {"kind": "RUN", "namespace": "ci", "job": "train", "run": "run-1"}});
    Ok(vec![
        ("recordLineage", json!({"body": {"edges": [edge]}})),
        ("takeOpenLineage", json!({"body": event})),
        (
            "lineage",
            json!({"path": {"node": format!("version:{version}")}, "query": {"direction": "DOWNSTREAM"}}),
        ),
    ])
}
