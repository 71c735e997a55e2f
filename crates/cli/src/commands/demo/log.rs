//! The record of it all: verified, replayed, proven, and read by the auditor.

use std::process::Command;
use std::thread;
use std::time::Duration;

use assent_log::proof::verify_consistency;
use assent_log::{Checkpoint, VerifyingKey};
use serde_json::{Value, json};

use super::cast::EVA;
use super::story::{Ask, Story};
use super::versions::Scene;
use crate::client::Client;
use crate::commands::audit::{self, People, Proven};
use crate::installation::Installation;
use crate::output::Block;
use crate::pin;
use crate::problem::Problem;
use crate::table::text;

/// How often, and how many times, the next checkpoint is asked for. They are signed every second.
const PAUSE: Duration = Duration::from_millis(100);
const PATIENCE: usize = 300;

/// Tells it.
pub(super) fn tell(story: &mut Story, scene: &Scene, installation: &Installation) -> Result<(), Problem> {
    story.chapter("The record");
    let key = installation.assent.signer.vkey();
    let key =
        VerifyingKey::parse(&key).map_err(|error| story.broken("the key of the log", &error.to_string()))?;
    let trail = trail(story, scene)?;
    let last = trail.first().and_then(|entry| entry.get("index")).and_then(Value::as_u64).unwrap_or_default();
    let client = story.client_of(EVA)?;
    let (note, checkpoint) = covering(story, &client, &key, last + 1)?;
    prove(story, &client, &key, last, &checkpoint)?;
    verify(story, installation)?;
    story.keep("checkpoint", json!(note));
    story.keep("logSize", json!(checkpoint.size));
    Ok(())
}

/// Waits for the first checkpoint.
pub(super) fn first_checkpoint(story: &Story) -> Result<(), Problem> {
    newest_checkpoint(&story.client_of(EVA)?).map(drop)
}

/// The auditor reads what happened to the model, newest first.
fn trail(story: &mut Story, scene: &Scene) -> Result<Vec<Value>, Problem> {
    let title = "reads the trail of the model";
    let path = format!("/api/v1/log/entries?model={}&limit=200", scene.model);
    let answer = story.ask(&Ask::get(EVA, title, path))?;
    let entries = answer.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    if entries.is_empty() {
        return Err(story.broken(title, "the trail is empty"));
    }
    let people = People::known_to(&story.client_of(EVA)?);
    story.show(&[Block::Table(audit::table(&entries, &people))]);
    story.keep("trail", Value::Array(entries.clone()));
    Ok(entries)
}

/// The first checkpoint that covers so many entries, with its signature verified.
fn covering(
    story: &Story,
    client: &Client,
    key: &VerifyingKey,
    size: u64,
) -> Result<(String, Checkpoint), Problem> {
    let title = "a signed checkpoint that covers the story";
    for _ in 0..PATIENCE {
        let (note, checkpoint) = newest(story, client, key)?;
        if checkpoint.size >= size {
            return Ok((note, checkpoint));
        }
        thread::sleep(PAUSE);
    }
    Err(story.broken(title, &format!("no checkpoint of {size} entries came")))
}

fn newest(story: &Story, client: &Client, key: &VerifyingKey) -> Result<(String, Checkpoint), Problem> {
    let note = newest_checkpoint(client)?;
    let opened = Checkpoint::open(&note, std::slice::from_ref(key));
    let (checkpoint, _) = opened.map_err(|error| story.broken("the checkpoint", &error.to_string()))?;
    Ok((String::from_utf8_lossy(&note).into_owned(), checkpoint))
}

/// Proofs, checked here and not by the server: that the last event is in the log, and that the log only grew since the
/// middle of the story.
fn prove(
    story: &mut Story,
    client: &Client,
    key: &VerifyingKey,
    last: u64,
    checkpoint: &Checkpoint,
) -> Result<(), Problem> {
    let proven: Proven = audit::proven(client, last, std::slice::from_ref(key))?;
    let early = early(story, key)?;
    let path = if early.size < checkpoint.size {
        pin::fetch(client, early.size, checkpoint.size)?
    } else {
        Vec::new()
    };
    verify_consistency(early.size, checkpoint.size, &early.root, &checkpoint.root, &path)
        .map_err(|error| story.broken("the consistency proof", &error.to_string()))?;
    let inclusion = proven.json();
    let good = [
        format!("entry {last} is in the log: {} hashes lead to the signed root", text(&inclusion, "/hashes")),
        format!(
            "the log of {} entries begins with that of {}: {} hashes",
            checkpoint.size,
            early.size,
            path.len()
        ),
    ];
    story.show(&good.map(Block::Good));
    let consistency = json!({
        "verified": true,
        "from": early.size,
        "to": checkpoint.size,
        "oldRoot": early.root,
        "newRoot": checkpoint.root,
        "path": path,
    });
    story.keep("proofs", json!({"inclusion": inclusion, "consistency": consistency}));
    Ok(())
}

/// The checkpoint that came with an answer in the course of the story: the earliest that a receipt carries.
fn early(story: &Story, key: &VerifyingKey) -> Result<Checkpoint, Problem> {
    let document = story.document();
    let steps = document.get("steps").and_then(Value::as_array);
    let note =
        steps.into_iter().flatten().find_map(|step| step.pointer("/result/receipt/checkpoint")?.as_str());
    let note = note.ok_or_else(|| story.broken("receipts", "none of them carries a checkpoint"))?;
    let opened = Checkpoint::open(note.as_bytes(), std::slice::from_ref(key));
    opened
        .map(|(checkpoint, _)| checkpoint)
        .map_err(|error| story.broken("the early checkpoint", &error.to_string()))
}

/// Another process verifies the log on disk, and a third one rebuilds the state from it.
pub(super) fn verify(story: &mut Story, installation: &Installation) -> Result<(), Problem> {
    let title = "another process verifies and replays the log";
    let program = std::env::current_exe().map_err(|error| story.broken(title, &error.to_string()))?;
    let output = Command::new(program)
        .args(["audit", "verify", "--replay", "--output", "json", "--data-dir"])
        .arg(&installation.paths.data)
        .args(["--vkey", &installation.assent.signer.vkey()])
        .output()
        .map_err(|error| story.broken(title, &error.to_string()))?;
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    if !output.status.success() || report.get("sound") != Some(&json!(true)) {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(story.broken(title, &format!("the answer was {}: {report} {said}", output.status)));
    }
    let good = [
        format!(
            "verified by another process: {} entries, chain, tree and signatures",
            text(&report, "/log/size")
        ),
        format!(
            "replayed by a third: {} rows of {} tables are what the log makes",
            text(&report, "/replay/rows"),
            report.pointer("/replay/tables").and_then(Value::as_array).map_or(0, Vec::len)
        ),
    ];
    story.show(&good.map(Block::Good));
    story.keep("verification", report.get("log").cloned().unwrap_or_default());
    story.keep("replay", report.get("replay").cloned().unwrap_or_default());
    Ok(())
}

/// The newest checkpoint; the first one is signed within a second or so of the first entry.
fn newest_checkpoint(client: &crate::client::Client) -> Result<Vec<u8>, Problem> {
    const TRIES: u32 = 100;
    let mut tries = 0;
    loop {
        match client.get_bytes("/log/checkpoint") {
            Err(_) if tries < TRIES => tries += 1,
            answer => return answer,
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}
