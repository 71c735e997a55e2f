//! Concurrent writers, and what each of them was told.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::http::{Answer, Client};
use crate::rng::Rng;

/// The entries that requests of this load make, one for each request.
pub(crate) const EVENTS: [&str; 3] = ["modelRegistered", "versionRegistered", "principalRegistered"];

/// A write that the server acknowledged.
#[derive(Debug, Clone)]
pub(crate) struct Ack {
    /// Its entries: id and index. None for an upload.
    pub(crate) events: Vec<(String, u64)>,
    /// Where its object can be read; of an upload, nothing.
    pub(crate) path: Option<String>,
    /// SHA-256 of bytes that were acknowledged, in hex, with the bytes.
    pub(crate) blob: Option<(String, Vec<u8>)>,
    /// How long the journal of the recorder was when the answer had come; 0 without one.
    pub(crate) at: u64,
}

/// A write of which nobody knows whether it was done.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    /// The route.
    pub(crate) path: String,
    /// Its idempotency key.
    pub(crate) key: String,
    /// What is sent.
    pub(crate) body: Value,
}

/// What became of the requests of one or more writers.
#[derive(Debug, Default, Clone)]
pub(crate) struct Told {
    /// Acknowledged.
    pub(crate) acks: Vec<Ack>,
    /// Sent, and not answered.
    pub(crate) pending: Vec<Pending>,
}

/// How writers work.
pub(crate) struct Load<'a> {
    /// The server.
    pub(crate) url: &'a str,
    /// Their token.
    pub(crate) token: &'a str,
    /// How many there are.
    pub(crate) writers: usize,
    /// Tells a writer to end.
    pub(crate) stop: &'a AtomicBool,
    /// How many writes were acknowledged so far.
    pub(crate) count: &'a AtomicU64,
    /// How long the journal of the recorder is.
    pub(crate) journal: &'a (dyn Fn() -> u64 + Sync),
    /// Begins every name and key, so that nothing is asked twice.
    pub(crate) prefix: &'a str,
}

impl Load<'_> {
    /// Runs the writers until they are told to stop or cannot reach the server any more.
    pub(crate) fn run(&self, rng: &mut Rng) -> Result<Told> {
        let seeds: Vec<Rng> = (0..self.writers).map(|_| rng.fork()).collect();
        std::thread::scope(|scope| {
            let started = seeds.into_iter().enumerate().map(|(number, rng)| {
                let writer =
                    Writer { load: self, client: Client::new(self.url, Some(self.token)), rng, number };
                scope.spawn(move || writer.run())
            });
            let started: Vec<_> = started.collect();
            let mut told = Told::default();
            for writer in started {
                let part = writer.join().map_err(|_| anyhow::anyhow!("a writer panicked"))??;
                told.acks.extend(part.acks);
                told.pending.extend(part.pending);
            }
            Ok(told)
        })
    }
}

struct Writer<'a> {
    load: &'a Load<'a>,
    client: Client,
    rng: Rng,
    number: usize,
}

impl Writer<'_> {
    fn run(mut self) -> Result<Told> {
        let (mut told, mut models, mut turn) = (Told::default(), Vec::new(), 0_u64);
        while !self.load.stop.load(Ordering::Acquire) {
            turn += 1;
            let key = format!("{}-{}-{turn}", self.load.prefix, self.number);
            let artifact = if self.rng.percent(25) { self.upload(&mut told)? } else { None };
            let pending = self.request(&key, &models, artifact.as_ref());
            let Some(answer) = self.send(&pending) else {
                told.pending.push(pending);
                break;
            };
            if answer.status == UNAVAILABLE {
                // The database is away, or was lost in the middle: nobody knows, and others go on.
                told.pending.push(pending);
                std::thread::sleep(PAUSE);
                continue;
            }
            let ack = acknowledged(&pending, &answer, (self.load.journal)())?;
            self.load.count.fetch_add(1, Ordering::Relaxed);
            if pending.path == MODELS {
                models.extend(ack.path.clone());
            }
            told.acks.push(ack);
        }
        Ok(told)
    }

    /// The answer, if one came.
    fn send(&self, pending: &Pending) -> Option<Answer> {
        self.client.post(&pending.path, Some(&pending.key), &pending.body).ok()
    }

    fn upload(&mut self, told: &mut Told) -> Result<Option<String>> {
        let bytes: Vec<u8> =
            (0..=self.rng.below(9_000)).map(|_| self.rng.next_u64().to_be_bytes()[0]).collect();
        let Ok(answer) = self.client.upload("/api/v1/blobs", &bytes) else { return Ok(None) };
        if answer.status == UNAVAILABLE {
            return Ok(None);
        }
        let at = (self.load.journal)();
        let kept = answer.ok()?.get("sha256").and_then(Value::as_str).map(str::to_owned);
        let sha256 = hex(&Sha256::digest(&bytes));
        if kept.as_deref() != Some(&sha256) {
            bail!("the server calls the bytes `{kept:?}`, their SHA-256 is `{sha256}`");
        }
        told.acks.push(Ack { events: Vec::new(), path: None, blob: Some((sha256.clone(), bytes)), at });
        Ok(Some(sha256))
    }

    fn request(&mut self, key: &str, models: &[String], artifact: Option<&String>) -> Pending {
        let model = self.rng.pick(models).cloned();
        let (path, body) = match model {
            Some(model) if artifact.is_some() || self.rng.percent(40) => {
                let artifacts: Vec<Value> =
                    artifact.iter().map(|sha256| json!({"name": "model.bin", "sha256": sha256})).collect();
                (
                    format!("{model}/versions"),
                    json!({"kind": "CLASSICAL", "artifacts": artifacts, "params": {"key": key}}),
                )
            }
            _ if self.rng.percent(15) => {
                ("/api/v1/principals".to_owned(), json!({"kind": "USER", "name": key}))
            }
            _ => (MODELS.to_owned(), json!({"name": key, "purpose": "to be there after a crash"})),
        };
        Pending { path, key: key.to_owned(), body }
    }
}

/// The status of a server that cannot say whether it did what was asked.
const UNAVAILABLE: u16 = 503;
/// How long a writer waits after such an answer.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(20);
const MODELS: &str = "/api/v1/models";

/// Sends what nobody was told about once more, under the same key: each of them is then there once.
pub(crate) fn resolve(client: &Client, pending: Vec<Pending>) -> Result<Vec<Ack>> {
    let resolved = pending.into_iter().map(|pending| {
        let answer = client.post(&pending.path, Some(&pending.key), &pending.body)?;
        acknowledged(&pending, &answer, 0).with_context(|| format!("the repeated request `{}`", pending.key))
    });
    resolved.collect()
}

/// What the answer acknowledges; an error where it acknowledges nothing.
pub(crate) fn acknowledged(pending: &Pending, answer: &Answer, at: u64) -> Result<Ack> {
    let body = answer.ok()?;
    let events =
        body.pointer("/receipt/events").and_then(Value::as_array).context("a receipt without events")?;
    let event = |event: &Value| {
        let id = event.get("id").and_then(Value::as_str)?.to_owned();
        Some((id, event.get("index").and_then(Value::as_u64)?))
    };
    let events: Option<Vec<_>> = events.iter().map(event).collect();
    let id = body.pointer("/receipt/id").and_then(Value::as_str).context("a receipt without id")?;
    let path = if pending.path.ends_with("/versions") {
        format!("/api/v1/versions/{id}")
    } else {
        format!("{}/{id}", pending.path)
    };
    Ok(Ack { events: events.context("an event without id and index")?, path: Some(path), blob: None, at })
}

/// Bytes as lowercase hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}
