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
    let said = json!({"edges": [{"upstream": {"kind": "DATA", "namespace": "lake", "name": "raw"},
        "downstream": {"kind": "RUN", "namespace": "ci", "job": "extract"}}]});
    let caller = Client::new(url, Some(&objects.token));
    let recorded = caller.post("/api/v1/lineage", None, &said)?.ok()?;
    let of_version = json!({"node": format!("version:{version}")});
    Ok(vec![
        ("recordLineage", json!({"body": {"edges": [edge]}})),
        ("takeOpenLineage", json!({"body": event})),
        ("lineage", json!({"path": of_version, "query": {"direction": "DOWNSTREAM"}})),
        ("listLineageEdges", json!({"path": of_version, "query": {"direction": "DOWNSTREAM"}})),
        (
            "retractLineage",
            json!({"path": {"id": recorded.pointer("/receipt/id")}, "body": {"reason": "it was another run"}}),
        ),
    ])
}
