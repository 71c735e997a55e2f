//! Builds proofs from tiles.
//!
//! A proof is a list of subtrees. Each is a range of leaves, cut into perfect subtrees, each of which lies within one tile.

use std::collections::BTreeMap;

use super::{ConsistencyProof, InclusionProof};
use crate::hash::{Hash, node_hash};
use crate::tile::{TILE_HEIGHT, TILE_WIDTH, read_hashes, subtree_root};

/// Where tiles come from. A proof reads at most two for each level.
pub trait TileSource {
    /// Why a tile cannot be given.
    type Error;

    /// At least the first `width` hashes (1 to 256) of tile `n` of `level`, as bytes. A wider version of the tile serves a
    /// narrower one, so only the widest needs to be kept.
    fn tile(&self, level: u8, n: u64, width: u16) -> Result<Vec<u8>, Self::Error>;
}

/// Why a proof cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProveError<E> {
    /// The entry lies beyond the tree, or the older tree is the larger one.
    #[error("`{smaller}` is not within a tree of `{size}` entries: ask for a larger tree")]
    Range {
        /// The index, or the older size.
        smaller: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The source could not give a tile.
    #[error("tile {n} of level {level} cannot be read: {cause}")]
    Source {
        /// The level of the tile.
        level: u8,
        /// Its number within the level.
        n: u64,
        /// What the source said.
        cause: E,
    },
    /// The source gave too few hashes, or half a hash.
    #[error("tile {n} of level {level} does not hold {width} hashes: rebuild the tiles from the entries")]
    Tile {
        /// The level of the tile.
        level: u8,
        /// Its number within the level.
        n: u64,
        /// The width asked for, in hashes.
        width: u16,
    },
}

/// The proof that the entry at `index` is in the tree of `size` entries.
pub fn prove_inclusion<S: TileSource>(
    source: &S,
    index: u64,
    size: u64,
) -> Result<InclusionProof, ProveError<S::Error>> {
    if index >= size {
        return Err(ProveError::Range { smaller: index, size });
    }
    let mut tiles = Tiles { source, size, seen: BTreeMap::new() };
    let leaf_hash = tiles.perfect(0, index)?;
    let path = inclusion_ranges(index, size)
        .into_iter()
        .map(|range| tiles.range(range))
        .collect::<Result<_, _>>()?;
    Ok(InclusionProof { index, size, leaf_hash, path })
}

/// The proof that the tree of `old_size` entries is the beginning of the tree of `new_size`.
pub fn prove_consistency<S: TileSource>(
    source: &S,
    old_size: u64,
    new_size: u64,
) -> Result<ConsistencyProof, ProveError<S::Error>> {
    if old_size > new_size {
        return Err(ProveError::Range { smaller: old_size, size: new_size });
    }
    let mut tiles = Tiles { source, size: new_size, seen: BTreeMap::new() };
    let ranges = consistency_ranges(old_size, new_size);
    let path = ranges.into_iter().map(|range| tiles.range(range)).collect::<Result<_, _>>()?;
    Ok(ConsistencyProof { old_size, new_size, path })
}

/// Leaves from the first number to before the second.
type Range = (u64, u64);

/// The siblings on the way from the root to a leaf, the lowest first (RFC 6962: PATH).
fn inclusion_ranges(index: u64, size: u64) -> Vec<Range> {
    let mut ranges = Vec::new();
    let (mut from, mut to) = (0, size);
    while to - from > 1 {
        let middle = from + largest_power_below(to - from);
        if index < middle {
            ranges.push((middle, to));
            to = middle;
        } else {
            ranges.push((from, middle));
            from = middle;
        }
    }
    ranges.reverse();
    ranges
}

/// The subtrees that both trees are made of (RFC 6962: SUBPROOF).
fn consistency_ranges(old_size: u64, new_size: u64) -> Vec<Range> {
    let mut ranges = Vec::new();
    if old_size == 0 {
        return ranges;
    }
    let (mut from, mut to) = (0, new_size);
    while old_size != to {
        let middle = from + largest_power_below(to - from);
        if old_size <= middle {
            ranges.push((middle, to));
            to = middle;
        } else {
            ranges.push((from, middle));
            from = middle;
        }
    }
    // The old tree itself is left out where it is one perfect subtree: the verifier knows its root.
    if from > 0 {
        ranges.push((from, to));
    }
    ranges.reverse();
    ranges
}

/// The largest power of two below `count`, which is 2 or more.
fn largest_power_below(count: u64) -> u64 {
    1 << (count - 1).checked_ilog2().unwrap_or(0)
}

struct Tiles<'a, S> {
    source: &'a S,
    size: u64,
    seen: BTreeMap<(u8, u64), Vec<Hash>>,
}

impl<S: TileSource> Tiles<'_, S> {
    /// The root over a range that starts where a subtree of its size may start.
    fn range(&mut self, (from, to): Range) -> Result<Hash, ProveError<S::Error>> {
        let height = (to - from).ilog2();
        let whole = 1 << height;
        let left = self.perfect(height, from >> height)?;
        if to - from == whole {
            return Ok(left);
        }
        Ok(node_hash(&left, &self.range((from + whole, to))?))
    }

    /// The root of the perfect subtree number `position` of 2^height leaves.
    fn perfect(&mut self, height: u32, position: u64) -> Result<Hash, ProveError<S::Error>> {
        let level = u8::try_from(height / TILE_HEIGHT).unwrap_or(u8::MAX);
        let within = height % TILE_HEIGHT;
        let first = position << within;
        let n = first / u64::from(TILE_WIDTH);
        let start = usize::try_from(first % u64::from(TILE_WIDTH)).unwrap_or(0);
        let tile = self.tile(level, n)?;
        let missing = ProveError::Tile { level, n, width: u16::try_from(tile.len()).unwrap_or(0) };
        tile.get(start..start + (1 << within)).and_then(subtree_root).ok_or(missing)
    }

    fn tile(&mut self, level: u8, n: u64) -> Result<&[Hash], ProveError<S::Error>> {
        match self.seen.entry((level, n)) {
            std::collections::btree_map::Entry::Occupied(seen) => Ok(seen.into_mut()),
            std::collections::btree_map::Entry::Vacant(place) => {
                let hashes = self.size >> (u32::from(level) * TILE_HEIGHT);
                let available = hashes.saturating_sub(n * u64::from(TILE_WIDTH)).min(TILE_WIDTH.into());
                let width = u16::try_from(available).unwrap_or(TILE_WIDTH);
                let bytes = self.source.tile(level, n, width);
                let bytes = bytes.map_err(|cause| ProveError::Source { level, n, cause })?;
                Ok(place.insert(read_hashes(&bytes, width).ok_or(ProveError::Tile { level, n, width })?))
            }
        }
    }
}
