//! The newest checkpoint that was seen of each server, and the demand that its log only grew since.
//!
//! Every command that speaks to a server first asks for its checkpoint. Where one was seen before, the log of the new one has
//! to begin with the log of the old one, by a consistency proof that is checked here: a server whose log was rolled back
//! or forked is refused, whatever it says about itself. The keys of the log are taken from the server when it is first seen,
//! and every checkpoint has to be signed by one of them. Pins are files in the user's state directory, one for each address.

use std::fs;
use std::path::{Path, PathBuf};

use assent_domain::ids::Digest;
use assent_log::proof::verify_consistency;
use assent_log::{Checkpoint, Hash, Note, VerifyingKey};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ureq::http::Method;

use crate::client::{Client, refused, success, unexpected, with_query};
use crate::output::Printer;
use crate::problem::{Exit, Problem};

/// What is remembered of a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pin {
    /// Its address.
    url: String,
    /// The name of its log.
    origin: String,
    /// The size that was seen.
    size: u64,
    /// The root then.
    root: Hash,
    /// The keys of the log when it was first seen.
    keys: Vec<String>,
    /// The signed note.
    checkpoint: String,
}

/// Checks the server against what was seen of it, and remembers what is seen now.
pub(crate) fn check(client: &Client, state_dir: Option<&Path>, printer: Printer) -> Result<(), Problem> {
    let Some(path) = path(client.base(), state_dir) else {
        printer.remark("warning: there is no state directory, so the server is not held to its log; set ASSENT_STATE_DIR");
        return Ok(());
    };
    let known = read(&path)?;
    let keys = match &known {
        Some(known) => known.keys.clone(),
        None => published_keys(client)?,
    };
    let seen = match (newest(client, keys, &path)?, &known) {
        (Some(seen), _) => seen,
        (None, None) => return Ok(()),
        (None, Some(known)) => {
            let message = format!(
                "the server at `{}` has no checkpoint, and its log had {} entries",
                known.url, known.size
            );
            return Err(forged(message, &path));
        }
    };
    if let Some(known) = &known {
        compare(client, known, &seen, &path)?;
    }
    if known.as_ref() == Some(&seen) { Ok(()) } else { write(&path, &seen) }
}

/// The keys that the server says it signs with: taken on trust once, when it is first seen.
fn published_keys(client: &Client) -> Result<Vec<String>, Problem> {
    let reply = client.send(&Method::GET, "/log/vkey", None)?;
    if !reply.is_success() {
        return Err(refused(&reply));
    }
    Ok(String::from_utf8_lossy(&reply.body).lines().map(str::to_owned).collect())
}

/// The newest checkpoint of a server, signed by one of these keys; `None` where there is none yet.
fn newest(client: &Client, keys: Vec<String>, path: &Path) -> Result<Option<Pin>, Problem> {
    let reply = client.send(&Method::GET, "/log/checkpoint", None)?;
    if reply.status == 404 {
        return Ok(None);
    }
    if !reply.is_success() {
        return Err(refused(&reply));
    }
    let (checkpoint, note) = parse(&reply.body)?;
    let known: Vec<VerifyingKey> = keys.iter().filter_map(|key| VerifyingKey::parse(key).ok()).collect();
    note.verify(&known).map_err(|error| {
        let (url, keys) = (client.base(), keys.join(", "));
        forged(format!("the checkpoint of `{url}` is not signed by `{keys}`: {error}"), path)
    })?;
    Ok(Some(Pin {
        url: client.base().to_owned(),
        origin: checkpoint.origin,
        size: checkpoint.size,
        root: checkpoint.root,
        keys,
        checkpoint: note.to_text(),
    }))
}

/// A checkpoint whose signatures are not verified yet.
pub(crate) fn parse(bytes: &[u8]) -> Result<(Checkpoint, Note), Problem> {
    let wrong = |error: &dyn std::fmt::Display| {
        Problem::new(format!("the checkpoint of the server cannot be read: {error}")).exit(Exit::Refused)
    };
    let note = Note::parse(bytes).map_err(|error| wrong(&error))?;
    let checkpoint = Checkpoint::parse(note.text()).map_err(|error| wrong(&error))?;
    Ok((checkpoint, note))
}

fn compare(client: &Client, known: &Pin, seen: &Pin, path: &Path) -> Result<(), Problem> {
    let url = &known.url;
    if known.origin != seen.origin {
        let message =
            format!("the server at `{url}` has the log `{}`, and it had `{}`", seen.origin, known.origin);
        return Err(forged(message, path));
    }
    if seen.size < known.size {
        let message = format!(
            "the log of `{url}` was rolled back: it has {} entries, and {} were seen before",
            seen.size, known.size
        );
        return Err(forged(message, path));
    }
    let proof = if seen.size == known.size { Vec::new() } else { fetch(client, known.size, seen.size)? };
    verify_consistency(known.size, seen.size, &known.root, &seen.root, &proof).map_err(|error| {
        forged(format!("the log of `{url}` was changed behind what was seen before: {error}"), path)
    })
}

/// The hashes of a consistency proof.
pub(crate) fn fetch(client: &Client, from: u64, to: u64) -> Result<Vec<Hash>, Problem> {
    let query = [("from", Some(from.to_string())), ("to", Some(to.to_string()))];
    let path = with_query("/api/v1/log/proofs/consistency", &query);
    hashes(&path, &success(&client.send(&Method::GET, &path, None)?)?)
}

/// The hashes of a proof in an answer.
pub(crate) fn hashes(what: &str, answer: &Value) -> Result<Vec<Hash>, Problem> {
    let path = answer.get("path").or_else(|| answer.pointer("/proof/path"));
    let hashes = path.and_then(|path| serde_json::from_value(path.clone()).ok());
    hashes.ok_or_else(|| unexpected(what, answer))
}

fn forged(message: String, path: &Path) -> Problem {
    Problem::new(message).code("log-inconsistent").exit(Exit::Refused).hint(format!(
        "do not trust this server until its operator has explained it, and keep `{}` as evidence; if the installation was \
         set up anew on purpose, remove that file",
        path.display()
    ))
}

fn path(url: &str, state_dir: Option<&Path>) -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = state_dir.map(Path::to_path_buf).or_else(|| {
        let base = variable("XDG_STATE_HOME").or_else(|| Some(variable("HOME")?.join(".local/state")));
        base.map(|base| base.join("assent"))
    })?;
    Some(folder.join("pins").join(Digest::of(url.as_bytes()).to_string()))
}

fn read(path: &Path) -> Result<Option<Pin>, Problem> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| {
            Problem::path("read", path, error)
                .hint("it holds what was seen of a server; remove it to begin anew, or use --no-pin once")
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Problem::path("read", path, error)),
    }
}

/// Whole or not at all: two commands may run at the same time.
fn write(path: &Path, pin: &Pin) -> Result<(), Problem> {
    let write = || -> std::io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let partial = path.with_extension(format!("{}.partial", std::process::id()));
        fs::write(&partial, serde_json::to_vec_pretty(pin)?)?;
        fs::rename(&partial, path)
    };
    write().map_err(|error| {
        Problem::path("written", path, error).hint("name another place with --state-dir, or use --no-pin")
    })
}
