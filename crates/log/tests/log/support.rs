//! Logs, tiles and folders to test with.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use assent_log::entry::{Actor, ActorKind, Entry, Outcome, RiskLevel, SCHEMA_VERSION, Subject};
use assent_log::proof::TileSource;
use assent_log::tile::{TILE_WIDTH, TilePath, encode_bundle};
use assent_log::{Checkpoint, EMPTY_ROOT, Hash, SigningKey, Tree, leaf_hash, node_hash};
use serde_json::json;
use uuid::Uuid;

pub(crate) const ORIGIN: &str = "log.example/assent";

pub(crate) fn key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, [7; 32]).unwrap()
}

/// Entry number `index` of the test log, with the link given.
pub(crate) fn entry(index: u64, previous_hash: Hash) -> Entry {
    Entry {
        schema_version: SCHEMA_VERSION,
        id: Uuid::from_u128(0x019a_a000_0000_7000_8000_0000_0000_0000 + u128::from(index)),
        index,
        time: format!("2026-11-21T{:02}:{:02}:36.123Z", index / 60 % 24, index % 60),
        kind: "reviewDecided".to_owned(),
        actor: Actor { id: Uuid::from_u128(0xa), kind: ActorKind::User },
        subject: Subject { kind: "version".to_owned(), id: format!("v{index}"), name: None },
        action: "approved the version for production".to_owned(),
        details: json!({"decision": "APPROVED", "score": "0.93", "step": index}),
        outcome: Outcome::Success,
        risk_level: Some(RiskLevel::High),
        request: None,
        causation_id: None,
        correlation_id: None,
        model_id: Some(Uuid::from_u128(0xb)),
        previous_hash,
    }
}

/// The entries of a sound log.
pub(crate) fn log(count: u64) -> Vec<Vec<u8>> {
    let mut previous = EMPTY_ROOT;
    let mut entries = Vec::new();
    for index in 0..count {
        let bytes = entry(index, previous).encode().unwrap();
        previous = leaf_hash(&bytes);
        entries.push(bytes);
    }
    entries
}

pub(crate) fn tree_of(entries: &[Vec<u8>]) -> Tree {
    let mut tree = Tree::new();
    for entry in entries {
        tree.push(leaf_hash(entry));
    }
    tree
}

pub(crate) fn root_of(entries: &[Vec<u8>]) -> Hash {
    tree_of(entries).root()
}

/// The definition of RFC 6962, section 2.1, word for word.
pub(crate) fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => EMPTY_ROOT,
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&naive_root(left), &naive_root(right))
        }
    }
}

/// Distinct leaf hashes without entries behind them.
pub(crate) fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

/// The leaf at an index.
pub(crate) fn at(leaves: &[Hash], index: u64) -> Hash {
    leaves[usize::try_from(index).unwrap()]
}

/// The leaves of an older tree.
pub(crate) fn first(leaves: &[Hash], count: u64) -> &[Hash] {
    &leaves[..usize::try_from(count).unwrap()]
}

/// The widest version of each tile, as a store keeps them.
#[derive(Default, Clone)]
pub(crate) struct MemoryTiles(pub(crate) BTreeMap<(u8, u64), Vec<u8>>);

impl MemoryTiles {
    pub(crate) fn keep(&mut self, tree: &mut Tree) {
        for tile in tree.take_changed() {
            self.0.insert((tile.level, tile.n), tile.bytes);
        }
    }

    pub(crate) fn of(leaves: &[Hash]) -> Self {
        let (mut tree, mut tiles) = (Tree::new(), Self::default());
        for &leaf in leaves {
            tree.push(leaf);
        }
        tiles.keep(&mut tree);
        tiles
    }

    pub(crate) fn read(&self, level: u8, n: u64, _width: u16) -> Result<Vec<u8>, String> {
        self.0.get(&(level, n)).cloned().ok_or_else(|| "no such tile".to_owned())
    }
}

impl TileSource for MemoryTiles {
    type Error = String;

    fn tile(&self, level: u8, n: u64, width: u16) -> Result<Vec<u8>, String> {
        self.read(level, n, width)
    }
}

pub(crate) fn checkpoint(entries: &[Vec<u8>]) -> String {
    Checkpoint::new(ORIGIN, entries.len() as u64, root_of(entries)).sign(&[&key()]).unwrap().to_text()
}

/// Writes a log in the C2SP layout.
pub(crate) fn export(folder: &Path, entries: &[Vec<u8>]) {
    put(folder, "checkpoint", checkpoint(entries).as_bytes());
    for tile in tree_of(entries).take_changed() {
        put(folder, &tile.path().to_string(), &tile.bytes);
    }
    for (n, bundle) in entries.chunks(usize::from(TILE_WIDTH)).enumerate() {
        let path = TilePath::Entries { n: n as u64, width: u16::try_from(bundle.len()).unwrap() };
        put(folder, &path.to_string(), &encode_bundle(bundle).unwrap());
    }
}

pub(crate) fn put(folder: &Path, path: &str, bytes: &[u8]) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}
