//! Checkpoints: signed tree heads. Only a committed head that was read back is signed; the note is persisted, then
//! published.

use std::sync::Arc;

use assent_log::proof::TileSource;
use assent_log::tree::LoadError;
use assent_log::{Checkpoint, Hash, SigningKey, Tree};
use assent_store::{Head, Read, Store, StoreError};

use crate::ledger::Ledger;

/// Tiles of a store, for proofs.
pub struct StoredTiles<'a>(pub &'a dyn Read);

impl TileSource for StoredTiles<'_> {
    type Error = StoreError;

    fn tile(&self, level: u8, n: u64, width: u16) -> Result<Vec<u8>, StoreError> {
        let missing = || StoreError::Corrupt(format!("the tile {level}/{n} with {width} hashes is missing"));
        let tile = self.0.tile(level, n)?.ok_or_else(missing)?;
        if tile.len() < usize::from(width) * 32 { Err(missing()) } else { Ok(tile) }
    }
}

/// The tree of that many entries, from the stored tiles. A store that is away has no damage: its error stays what it is.
pub fn stored_tree(read: &dyn Read, size: u64) -> Result<Tree, StoreError> {
    let tiles = StoredTiles(read);
    let tree = Tree::load(size, |level, n, width| tiles.tile(level, n, width));
    tree.map_err(|error| match error {
        LoadError::Source { cause, .. } => cause,
        LoadError::Length { .. } | LoadError::Parent { .. } => {
            StoreError::Corrupt(format!("the tiles of the log: {error}"))
        }
    })
}

/// The tree of a head, from the stored tiles; an error where they do not give its root.
pub fn load_tree(read: &dyn Read, head: &Head) -> Result<Tree, StoreError> {
    let tree = stored_tree(read, head.size)?;
    if tree.root() != Hash(head.root) || tree.last_leaf() != Hash(head.last_hash) {
        return Err(StoreError::Corrupt("the tiles of the log do not give the root of its head".to_owned()));
    }
    Ok(tree)
}

/// Signs checkpoints.
#[derive(Clone)]
pub struct Signer {
    store: Arc<dyn Store>,
    key: Arc<SigningKey>,
    origin: Arc<str>,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", self.origin)
    }
}

impl Signer {
    /// A signer of the log of that origin.
    pub fn new(store: Arc<dyn Store>, key: SigningKey, origin: &str) -> Self {
        Self { store, key: Arc::new(key), origin: origin.into() }
    }

    /// The key that verifies what is signed here.
    pub fn vkey(&self) -> String {
        self.key.vkey()
    }

    /// The name of the log.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Signs the head, if it has grown since the last checkpoint: reads it back, recomputes its root from the tiles, signs,
    /// persists, publishes. Gives the newest checkpoint; `None` for a log without entries.
    pub fn sign_head(&self, ledger: &Ledger) -> Result<Option<assent_store::Checkpoint>, StoreError> {
        let read = self.store.read()?;
        let head = read.head()?;
        if let Some(latest) = read.latest_checkpoint()?.filter(|latest| latest.size >= head.size) {
            ledger.publish(&String::from_utf8_lossy(&latest.note));
            return Ok(Some(latest));
        }
        if head.size == 0 {
            return Ok(None);
        }
        let tree = load_tree(&*read, &head)?;
        drop(read);
        let checkpoint = Checkpoint::new(&self.origin, tree.size(), tree.root());
        let note = checkpoint
            .sign(&[&self.key])
            .map_err(|error| StoreError::Unavailable(format!("the checkpoint could not be signed: {error}")))?
            .to_text();
        let stored = assent_store::Checkpoint { size: tree.size(), note: note.clone().into_bytes() };
        self.store.put_checkpoint(&stored)?;
        ledger.publish(&note);
        Ok(Some(stored))
    }
}
