//! Whether what was acknowledged is there: in the log by index and id, on the disk by digest, over HTTP by its path.

use std::collections::HashMap;
use std::fs;

use anyhow::{Context as _, Result, bail, ensure};
use assent_store::Store;
use assent_store_sqlite::{Options, SqliteStore};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::http::Client;
use crate::load::{Ack, EVENTS, hex};
use crate::server::Home;

/// The log as it is stored: id and type of each entry.
#[derive(Debug)]
pub(crate) struct Entries(Vec<(String, String)>);

impl Entries {
    /// Reads the log of an installation whose server is down.
    pub(crate) fn read(home: &Home) -> Result<Self> {
        Self::of(&SqliteStore::open_read_only(&home.data.join("log.sqlite"), Options::default())?)
    }

    /// Reads the log of a store.
    pub(crate) fn of(store: &dyn Store) -> Result<Self> {
        let mut entries = Vec::new();
        let mut undecodable = None;
        store.read()?.scan_entries(0, &mut |index, bytes| {
            match serde_json::from_slice::<Value>(bytes) {
                Ok(entry) => {
                    let text = |name| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
                    entries.push((text("id"), text("type")));
                }
                Err(error) => undecodable = Some(format!("entry {index}: {error}")),
            }
            Ok(())
        })?;
        match undecodable {
            Some(error) => bail!(error),
            None => Ok(Self(entries)),
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many entries the requests of a load have made.
    pub(crate) fn of_load(&self) -> usize {
        self.0.iter().filter(|(_, kind)| EVENTS.contains(&kind.as_str())).count()
    }

    /// The first acknowledged write that is not there.
    pub(crate) fn ensure_has<'a>(&self, acks: impl Iterator<Item = &'a Ack>) -> Result<()> {
        for (id, index) in acks.flat_map(|ack| &ack.events) {
            let found = usize::try_from(*index).ok().and_then(|index| self.0.get(index));
            match found {
                Some((found, _)) if found == id => {}
                Some((found, _)) => {
                    bail!("LOST: event {id} was acknowledged at index {index}, where {found} stands")
                }
                None => bail!(
                    "LOST: event {id} was acknowledged at index {index}, the log has {} entries",
                    self.len()
                ),
            }
        }
        Ok(())
    }

    /// No id stands twice.
    pub(crate) fn ensure_distinct(&self) -> Result<()> {
        let mut seen = HashMap::new();
        for (index, (id, _)) in self.0.iter().enumerate() {
            if let Some(first) = seen.insert(id, index) {
                bail!("event {id} stands at the indices {first} and {index}");
            }
        }
        Ok(())
    }
}

/// The first acknowledged upload whose bytes are not there.
pub(crate) fn ensure_blobs<'a>(home: &Home, acks: impl Iterator<Item = &'a Ack>) -> Result<()> {
    for (sha256, bytes) in acks.filter_map(|ack| ack.blob.as_ref()) {
        let folder: String = sha256.chars().take(2).collect();
        let path = home.data.join("blobs").join("sha256").join(folder).join(sha256);
        let kept = fs::read(&path).with_context(|| format!("LOST: the acknowledged blob {sha256}"))?;
        ensure!(kept == *bytes, "LOST: the acknowledged blob {sha256} has {} other bytes", kept.len());
    }
    Ok(())
}

/// The first acknowledged object that cannot be read, or whose sealed name cannot be opened any more.
pub(crate) fn ensure_readable<'a>(client: &Client, acks: impl Iterator<Item = &'a Ack>) -> Result<()> {
    for path in acks.filter_map(|ack| ack.path.as_ref()) {
        let answer = client.get(path)?;
        let object = answer.ok().with_context(|| format!("LOST: the acknowledged object {path}"))?;
        let erased = path.starts_with("/api/v1/principals/") && object.get("name").is_none_or(Value::is_null);
        ensure!(!erased, "LOST: the key that the name of {path} is sealed under: {object}");
    }
    Ok(())
}

/// The first artifact of an acknowledged version that cannot be read, or has other bytes than its digest says.
pub(crate) fn ensure_artifacts<'a>(client: &Client, acks: impl Iterator<Item = &'a Ack>) -> Result<()> {
    for path in acks.filter_map(|ack| ack.path.as_ref()).filter(|path| path.starts_with("/api/v1/versions/"))
    {
        let version = client.get(path)?.ok()?;
        let artifacts =
            version.get("artifacts").and_then(Value::as_array).context("a version without artifacts")?;
        for artifact in artifacts {
            let text = |name| artifact.get(name).and_then(Value::as_str).unwrap_or_default();
            let answer = client.get(&format!("{path}/artifacts/{}", text("name")))?;
            ensure!(
                answer.status == 200,
                "LOST: the artifact {artifact}: {}",
                String::from_utf8_lossy(&answer.body)
            );
            ensure!(
                hex(&Sha256::digest(&answer.body)) == text("sha256"),
                "LOST: the artifact {artifact} has other bytes"
            );
        }
    }
    Ok(())
}
