//! `assent card attach`

use std::path::PathBuf;

use assent_cards::AnyRecord;
use clap::Args;
use serde_json::{Value, json};

use super::file;
use crate::client::{self, Client};
use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent card attach`.
#[derive(Debug, Args)]
pub(crate) struct Attach {
    /// Its id, or `model:number`
    version: String,
    /// The card, or the datasheet of its data; whatever its form, it is sent as JSON
    file: PathBuf,
}

impl Attach {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let held = file::read(&self.file)?;
        let client = context.client()?;
        let version = names::version_id(&client, &self.version)?;
        let body = sent(&client, &held.record)?;
        let answer = client.post(&format!("/api/v1/versions/{version}/documents"), &body)?;
        let documents =
            answer.pointer("/object/documents").and_then(Value::as_array).cloned().unwrap_or_default();
        let is_new = |document: &&Value| document.get("sha256") == body.get("sha256");
        let card = documents.iter().rev().find(is_new).and_then(|document| document.get("card")).cloned();
        let mut answer = super::shown(Answer::new(answer), &card.unwrap_or_default());
        for line in &held.left_out {
            answer = answer.hint(format!("left out: {line}"));
        }
        Ok(answer)
    }
}

/// Uploads a record as JSON; gives the document as it is sent.
pub(in crate::commands) fn sent(client: &Client, record: &AnyRecord) -> Result<Value, Problem> {
    let (kind, name) = match record {
        AnyRecord::ModelCard(_) => ("MODEL_CARD", "model-card.json"),
        AnyRecord::Datasheet(_) => ("DATASHEET", "datasheet.json"),
    };
    let json = record.to_value().map_err(Problem::new)?;
    let bytes = serde_json::to_vec_pretty(&json).map_err(Problem::new)?;
    let blob = client::success(&client.send_bytes("/api/v1/blobs", bytes.as_slice())?)?;
    Ok(json!({"kind": kind, "name": name, "sha256": blob.get("sha256")}))
}
