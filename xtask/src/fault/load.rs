//! A small load, the same in every round: one client, one request after another, each noted with its time and answer.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::http::{Answer, Client};
use crate::load::{Ack, Pending, acknowledged, hex};

/// How often the sequence of an upload, a person, a model and a version is sent.
const TURNS: usize = 4;
/// The codes with which the server says that it could not write.
const CODES: [&str; 4] = ["store-unavailable", "storage-full", "outcome-unknown", "halted"];

/// A write that was acknowledged, and when.
#[derive(Debug, Clone)]
pub(super) struct Timed {
    /// What was said.
    pub(super) ack: Ack,
    /// When the answer had come, in seconds since 1970.
    pub(super) answered: f64,
}

/// What the client was told.
#[derive(Debug, Default)]
pub(super) struct Story {
    /// Acknowledged.
    pub(super) acks: Vec<Timed>,
    /// Not carried out as far as the client knows, to be asked again.
    pub(super) pending: Vec<Pending>,
    /// The codes of what was refused, in order.
    pub(super) refused: Vec<String>,
    /// Whether the server went away.
    pub(super) gone: bool,
}

/// Sends everything, or as much as the server lives for.
pub(super) fn run(client: &Client, name: &str) -> Result<Story> {
    let mut story = Story::default();
    let mut model = None;
    for turn in 0..TURNS {
        let artifact = upload(client, format!("{name} {turn}").as_bytes(), &mut story)?;
        let key = |what: &str| format!("{name}-{turn}-{what}");
        let person = Pending {
            path: "/api/v1/principals".to_owned(),
            body: json!({"kind": "USER", "name": key("person")}),
            key: key("person"),
        };
        send(client, person, &mut story)?;
        let new = Pending {
            path: "/api/v1/models".to_owned(),
            body: json!({"name": key("model"), "purpose": "to be there after a fault"}),
            key: key("model"),
        };
        model = send(client, new, &mut story)?.or(model);
        let artifacts: Vec<Value> =
            artifact.iter().map(|sha256| json!({"name": "model.bin", "sha256": sha256})).collect();
        if let Some(model) = &model {
            let version = Pending {
                path: format!("{model}/versions"),
                body: json!({"kind": "CLASSICAL", "artifacts": artifacts}),
                key: key("version"),
            };
            send(client, version, &mut story)?;
        }
        if story.gone {
            break;
        }
    }
    Ok(story)
}

/// The path of what was made, if it was.
fn send(client: &Client, pending: Pending, story: &mut Story) -> Result<Option<String>> {
    if story.gone {
        return Ok(None);
    }
    let Ok(answer) = client.post(&pending.path, Some(&pending.key), &pending.body) else {
        story.gone = true;
        story.pending.push(pending);
        return Ok(None);
    };
    let answered = now();
    if answer.status / 100 == 2 {
        let ack = acknowledged(&pending, &answer, 0)?;
        let path = ack.path.clone();
        story.acks.push(Timed { ack, answered });
        return Ok(path);
    }
    story.refused.push(code(&answer)?);
    story.pending.push(pending);
    Ok(None)
}

fn upload(client: &Client, bytes: &[u8], story: &mut Story) -> Result<Option<String>> {
    if story.gone {
        return Ok(None);
    }
    let Ok(answer) = client.upload("/api/v1/blobs", bytes) else {
        story.gone = true;
        return Ok(None);
    };
    let answered = now();
    if answer.status / 100 != 2 {
        story.refused.push(code(&answer)?);
        return Ok(None);
    }
    let sha256 = hex(&Sha256::digest(bytes));
    let blob = Some((sha256.clone(), bytes.to_vec()));
    story.acks.push(Timed { ack: Ack { events: Vec::new(), path: None, blob, at: 0 }, answered });
    Ok(Some(sha256))
}

/// The code of a problem that says clearly that writing failed; every other answer is an error.
fn code(answer: &Answer) -> Result<String> {
    let said = || String::from_utf8_lossy(&answer.body).into_owned();
    let problem = answer.json().with_context(|| format!("answered {}: {}", answer.status, said()))?;
    let code = problem.get("code").and_then(Value::as_str).unwrap_or_default();
    if answer.status != 503 || !CODES.contains(&code) {
        bail!("a write that failed was answered {} {}", answer.status, said());
    }
    Ok(code.to_owned())
}

#[expect(clippy::disallowed_methods, reason = "compared with the times that the tracer writes")]
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
