//! `assent audit prove`: that an entry is in the log, checked here.

use assent_log::key::VerifyingKey;
use assent_log::proof::verify_inclusion;
use assent_log::tile::{TILE_WIDTH, TilePath, decode_bundle};
use assent_log::{Checkpoint, Hash, leaf_hash};
use clap::Args;
use serde_json::{Value, json};
use ureq::http::Method;

use crate::client::{Client, refused, with_query};
use crate::commands::Context;
use crate::installation::vkey_argument;
use crate::output::{Answer, Block};
use crate::pin;
use crate::problem::{Exit, Problem};
use crate::table::Table;

const SIGNED_SOON: &str =
    "checkpoints are signed every second while the log grows: ask again, or name an earlier entry";

/// Options of `assent audit prove`.
#[derive(Debug, Args)]
pub(crate) struct Prove {
    /// Index of the entry
    index: u64,
    /// The verifier key of the log as it was published, or a file with it: the signature of the checkpoint is then checked
    #[arg(long, value_name = "VKEY")]
    vkey: Vec<String>,
}

impl Prove {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let keys: Vec<VerifyingKey> =
            self.vkey.iter().map(|key| vkey_argument(key)).collect::<Result<_, _>>()?;
        let proven = proven(&context.client()?, self.index, &keys)?;
        let json = proven.json();
        let facts = [
            ("entry", "/index"),
            ("leaf hash", "/leafHash"),
            ("tree size", "/size"),
            ("root", "/root"),
            ("log", "/origin"),
            ("hashes in the proof", "/hashes"),
        ];
        let answer = Answer::new(json.clone()).table(Table::facts(&json, &facts));
        let line =
            format!("entry {} is in the log: the proof leads to the root of the checkpoint", proven.index);
        let answer = answer.with(Block::Good(line));
        Ok(if keys.is_empty() {
            answer
                .hint("the signature of the checkpoint was not checked: give the key of the log with --vkey")
        } else {
            answer.with(Block::Good("the checkpoint is signed by the log".to_owned()))
        })
    }
}

/// An entry whose inclusion was checked here.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Proven {
    index: u64,
    leaf: Hash,
    path: Vec<Hash>,
    checkpoint: Checkpoint,
    signed: bool,
    entry: Value,
}

impl Proven {
    /// As JSON.
    pub(crate) fn json(&self) -> Value {
        json!({
            "verified": true,
            "index": self.index,
            "leafHash": self.leaf,
            "size": self.checkpoint.size,
            "root": self.checkpoint.root,
            "origin": self.checkpoint.origin,
            "signatureChecked": self.signed,
            "hashes": self.path.len(),
            "path": self.path,
            "entry": self.entry,
        })
    }
}

/// Fetches an entry, its proof and the checkpoint, and checks the one against the other. Who lacks the right to read the
/// bytes of entries cannot ask.
pub(crate) fn proven(client: &Client, index: u64, keys: &[VerifyingKey]) -> Result<Proven, Problem> {
    let reply = client.send(&Method::GET, "/log/checkpoint", None)?;
    let note = match reply.status {
        404 => return Err(Problem::new("the log has no checkpoint yet").hint(SIGNED_SOON)),
        _ if reply.is_success() => reply.body,
        _ => return Err(refused(&reply)),
    };
    let checkpoint = if keys.is_empty() {
        pin::parse(&note)?.0
    } else {
        Checkpoint::open(&note, keys).map_err(|error| Problem::new(error).exit(Exit::Refused))?.0
    };
    if index >= checkpoint.size {
        return Err(Problem::new(format!(
            "entry {index} is not covered by a checkpoint yet, which has {} entries",
            checkpoint.size
        ))
        .hint(SIGNED_SOON));
    }
    let bytes = entry(client, index, checkpoint.size)?;
    let leaf = leaf_hash(&bytes);
    let query = [("index", Some(index.to_string())), ("size", Some(checkpoint.size.to_string()))];
    let at = with_query("/api/v1/log/proofs/inclusion", &query);
    let path = pin::hashes(&at, &client.get(&at)?)?;
    verify_inclusion(index, checkpoint.size, &leaf, &path, &checkpoint.root)
        .map_err(|error| Problem::new(error).code("proof-wrong").exit(Exit::No))?;
    let entry = serde_json::from_slice(&bytes).unwrap_or_default();
    Ok(Proven { index, leaf, path, checkpoint, signed: !keys.is_empty(), entry })
}

/// The bytes of an entry, from the bundle that holds it.
fn entry(client: &Client, index: u64, size: u64) -> Result<Vec<u8>, Problem> {
    let n = index / u64::from(TILE_WIDTH);
    let width = u16::try_from(size - n * u64::from(TILE_WIDTH)).unwrap_or(TILE_WIDTH).min(TILE_WIDTH);
    let bundle = client.get_bytes(&format!("/log/{}", TilePath::Entries { n, width }))?;
    let entries = decode_bundle(&bundle).map_err(|error| Problem::new(error).exit(Exit::Refused))?;
    let position = usize::try_from(index % u64::from(TILE_WIDTH)).unwrap_or(usize::MAX);
    let entry = entries.get(position).map(|entry| entry.to_vec());
    entry.ok_or_else(|| {
        Problem::new(format!("the bundle {n} of the server lacks entry {index}")).exit(Exit::Refused)
    })
}
