//! The Merkle tree as it grows: its peaks, and the tiles that the store keeps.
//!
//! A tree of n leaves is a row of perfect subtrees, one for each set bit of n, largest first: the peaks. Pushing a leaf
//! merges peaks like a carry in binary addition, one node hash per leaf on average. Every hash that the carry
//! meets at a height divisible by 8 also belongs to a tile of that level, where it is appended.
//!
//! INVARIANT: `peaks.len()` is the number of ones in `size`; the open tile of level L holds the hashes
//! `n * 256 .. size / 256^L` of that level, fewer than 256.

mod load;

pub use load::LoadError;

use crate::hash::{EMPTY_ROOT, Hash, node_hash};
use crate::tile::{self, TILE_WIDTH, TileHashes};

/// A growing tree. Cheap to clone: at most 8 KiB for each level, of which ten million entries have three.
#[derive(Clone, Debug)]
pub struct Tree {
    size: u64,
    peaks: Vec<Hash>,
    levels: Vec<OpenTile>,
    completed: Vec<TileHashes>,
    last_leaf: Hash,
    keeps_tiles: bool,
}

/// The tile of one level that is still being filled.
#[derive(Clone, Debug, Default)]
struct OpenTile {
    n: u64,
    hashes: Vec<Hash>,
    changed: bool,
}

impl Default for Tree {
    fn default() -> Self {
        Self::new()
    }
}

impl Tree {
    /// The tree without entries.
    pub fn new() -> Self {
        Self {
            size: 0,
            peaks: Vec::new(),
            levels: Vec::new(),
            completed: Vec::new(),
            last_leaf: EMPTY_ROOT,
            keeps_tiles: true,
        }
    }

    /// The same tree, which from now on computes roots only and gives no tiles: constant memory however long the log.
    #[must_use]
    pub fn without_tiles(mut self) -> Self {
        self.keeps_tiles = false;
        self.levels = Vec::new();
        self.completed = Vec::new();
        self
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The hash of the last leaf, which is `previousHash` of the next entry; [`EMPTY_ROOT`] where there is none.
    pub fn last_leaf(&self) -> Hash {
        self.last_leaf
    }

    /// The root of the tree (RFC 6962, section 2.1).
    pub fn root(&self) -> Hash {
        let join = |right: Hash, left: &Hash| node_hash(left, &right);
        let mut peaks = self.peaks.iter().rev();
        peaks.next().map_or(EMPTY_ROOT, |&last| peaks.fold(last, join))
    }

    /// Appends a leaf by its hash.
    pub fn push(&mut self, leaf: Hash) {
        self.last_leaf = leaf;
        self.append(0, leaf);
        let mut hash = leaf;
        let mut height: u32 = 0;
        while self.size >> height & 1 == 1
            && let Some(left) = self.peaks.pop()
        {
            hash = node_hash(&left, &hash);
            height += 1;
            if height.is_multiple_of(tile::TILE_HEIGHT) {
                self.append((height / tile::TILE_HEIGHT) as usize, hash);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The tiles that were completed or widened since this was last asked, for the store to keep in the transaction that
    /// appends the entries. A widened tile comes with its new width and replaces the narrower one.
    pub fn take_changed(&mut self) -> Vec<TileHashes> {
        let mut changed = std::mem::take(&mut self.completed);
        for (level, open) in (0_u8..).zip(&mut self.levels) {
            if std::mem::take(&mut open.changed) && !open.hashes.is_empty() {
                changed.push(TileHashes::new(level, open.n, &open.hashes));
            }
        }
        changed
    }

    /// The partial tiles at the right edge of the tree, changed or not.
    pub fn open_tiles(&self) -> Vec<TileHashes> {
        let open = (0_u8..).zip(&self.levels).filter(|(_, open)| !open.hashes.is_empty());
        open.map(|(level, open)| TileHashes::new(level, open.n, &open.hashes)).collect()
    }

    fn append(&mut self, level: usize, hash: Hash) {
        if !self.keeps_tiles {
            return;
        }
        if self.levels.len() <= level {
            self.levels.resize_with(level + 1, OpenTile::default);
        }
        let Some(open) = self.levels.get_mut(level) else { return };
        open.hashes.push(hash);
        open.changed = true;
        if open.hashes.len() == usize::from(TILE_WIDTH) {
            self.completed.push(TileHashes::new(
                u8::try_from(level).unwrap_or(u8::MAX),
                open.n,
                &open.hashes,
            ));
            open.n += 1;
            open.hashes.clear();
            open.changed = false;
        }
    }
}
