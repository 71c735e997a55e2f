//! Reading a tree back from its stored tiles.

use super::{OpenTile, Tree};
use crate::hash::Hash;
use crate::tile::{TILE_HEIGHT, TILE_WIDTH, read_hashes, subtree_root};

/// Why stored tiles do not make a tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError<E> {
    /// The store could not give a tile.
    #[error("tile {n} of level {level} cannot be read: {cause}")]
    Source {
        /// The level of the tile.
        level: u8,
        /// Its number within the level.
        n: u64,
        /// What the store said.
        cause: E,
    },
    /// A tile has fewer hashes than asked for, more than a full tile, or half a hash.
    #[error(
        "tile {n} of level {level} has {found_bytes} bytes where {width} hashes are needed: rebuild the tiles from the entries"
    )]
    Length {
        /// The level of the tile.
        level: u8,
        /// Its number within the level.
        n: u64,
        /// The width asked for, in hashes.
        width: u16,
        /// What the tile has, in bytes.
        found_bytes: usize,
    },
    /// A full tile does not hash to what the level above holds for it.
    #[error("tile {n} of level {level} does not hash to its entry in level {above}: rebuild the tiles from the entries", above = level + 1)]
    Parent {
        /// The level of the tile.
        level: u8,
        /// Its number within the level.
        n: u64,
    },
}

impl Tree {
    /// The tree of `size` leaves, from the tiles on its right edge. `read(level, n, width)` gives at least `width` hashes of
    /// a tile (a wider version serves a narrower one). The tile to the left of each edge is read too, to check that the
    /// levels fit together; the caller compares the root with a checkpoint.
    pub fn load<E>(
        size: u64,
        mut read: impl FnMut(u8, u64, u16) -> Result<Vec<u8>, E>,
    ) -> Result<Self, LoadError<E>> {
        let mut tree = Self { size, ..Self::new() };
        let mut roots_below = None;
        for level in 0_u8..8 {
            let hashes_here = size.checked_shr(u32::from(level) * TILE_HEIGHT).unwrap_or(0);
            if hashes_here == 0 {
                break;
            }
            let edge = Edge::read(level, hashes_here, &mut read)?;
            if let (Some(root), Some(last)) = (roots_below, edge.last())
                && root != last
            {
                return Err(LoadError::Parent { level: level - 1, n: hashes_here - 1 });
            }
            if level == 0 {
                tree.last_leaf = edge.last().unwrap_or(tree.last_leaf);
            }
            roots_below = subtree_root(&edge.full);
            tree.levels.push(OpenTile {
                n: hashes_here / u64::from(TILE_WIDTH),
                hashes: edge.open,
                changed: false,
            });
        }
        tree.peaks = peaks(&tree.levels);
        Ok(tree)
    }
}

/// The right edge of one level: its last full tile and the open one after it.
struct Edge {
    full: Vec<Hash>,
    open: Vec<Hash>,
}

impl Edge {
    fn read<E>(
        level: u8,
        hashes: u64,
        read: &mut impl FnMut(u8, u64, u16) -> Result<Vec<u8>, E>,
    ) -> Result<Self, LoadError<E>> {
        let mut one = |n: u64, width: u16| {
            let bytes = read(level, n, width).map_err(|cause| LoadError::Source { level, n, cause })?;
            let error = LoadError::Length { level, n, width, found_bytes: bytes.len() };
            read_hashes(&bytes, width).ok_or(error)
        };
        let n = hashes / u64::from(TILE_WIDTH);
        let width = u16::try_from(hashes % u64::from(TILE_WIDTH)).unwrap_or(0);
        let full = if n > 0 { one(n - 1, TILE_WIDTH)? } else { Vec::new() };
        let open = if width > 0 { one(n, width)? } else { Vec::new() };
        Ok(Self { full, open })
    }

    fn last(&self) -> Option<Hash> {
        self.open.last().or(self.full.last()).copied()
    }
}

/// The roots of the perfect subtrees that the open tiles hold, largest first.
fn peaks(levels: &[OpenTile]) -> Vec<Hash> {
    let mut peaks = Vec::new();
    for open in levels.iter().rev() {
        let mut rest = open.hashes.as_slice();
        for height in (0..TILE_HEIGHT).rev() {
            if open.hashes.len() >> height & 1 == 1 {
                let (subtree, after) = rest.split_at_checked(1 << height).unwrap_or((rest, &[]));
                peaks.extend(subtree_root(subtree));
                rest = after;
            }
        }
    }
    peaks
}
