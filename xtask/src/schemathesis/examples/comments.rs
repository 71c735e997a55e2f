//! Comments on a model, with a file and an answer.

use anyhow::Result;
use serde_json::json;

use super::Requests;
use crate::http::Client;
use crate::schemathesis::objects::{Objects, made, upload};

/// What is done with comments.
pub(super) fn requests(url: &str, objects: &Objects) -> Result<Requests> {
    let (_, owner) = objects.people.add("Talker", &["model_owner"])?;
    let (owner, caller) = (Client::new(url, Some(&owner)), Client::new(url, Some(&objects.token)));
    let model = json!({"name": "Talked about", "purpose": "to be talked about", "tier": "LOW"});
    let model = made(&owner, "/api/v1/models", &model)?;
    let thread = format!("/api/v1/threads/models/{model}");
    let comment = || made(&caller, &thread, &json!({"text": "well", "mentions": [objects.everybody]}));
    let (first, retracted) = (comment()?, comment()?);
    let attached =
        json!({"name": "notes.txt", "mediaType": "text/plain", "sha256": upload(&caller, b"notes")?});
    let attached = made(&caller, &thread, &json!({"text": "see there", "attachments": [attached]}))?;
    let of_model = json!({"collection": "models", "id": model});
    Ok(vec![
        ("listComments", json!({"path": of_model})),
        ("comment", json!({"path": of_model, "body": {"text": "it is", "answers": first}})),
        ("getComment", json!({"path": {"id": first}})),
        ("downloadAttachment", json!({"path": {"id": attached, "number": 1}})),
        ("retractComment", json!({"path": {"id": retracted}})),
    ])
}
