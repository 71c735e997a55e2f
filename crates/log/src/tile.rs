//! The tree and the entries as files (C2SP tlog-tiles).
//!
//! A hash tile holds up to 256 hashes of one level of tiles: level 0 the leaf hashes, level L the roots of the full tiles of
//! level L - 1. A bundle holds up to 256 entries, each with its length in two bytes, big-endian, before it.

mod path;

pub use path::{PathError, TilePath};

use crate::entry::MAX_ENTRY_BYTES;
use crate::hash::{HASH_BYTES, Hash, node_hash};

/// How many levels of the tree one tile spans.
pub const TILE_HEIGHT: u32 = 8;

/// How many hashes a full tile holds, and how many entries a full bundle.
pub const TILE_WIDTH: u16 = 256;

/// The largest bundle in bytes.
pub const MAX_BUNDLE_BYTES: usize = TILE_WIDTH as usize * (2 + MAX_ENTRY_BYTES);

/// The largest hash tile in bytes.
pub const MAX_TILE_BYTES: usize = TILE_WIDTH as usize * HASH_BYTES;

/// One hash tile with its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TileHashes {
    /// The level, 0 for leaf hashes.
    pub level: u8,
    /// The number within the level.
    pub n: u64,
    /// How many hashes it holds, 1 to 256.
    pub width: u16,
    /// `width` hashes of 32 bytes.
    pub bytes: Vec<u8>,
}

impl TileHashes {
    pub(crate) fn new(level: u8, n: u64, hashes: &[Hash]) -> Self {
        let bytes = hashes.iter().flat_map(|hash| hash.0).collect();
        Self { level, n, width: u16::try_from(hashes.len()).unwrap_or(TILE_WIDTH), bytes }
    }

    /// Where C2SP clients look for it.
    pub fn path(&self) -> TilePath {
        TilePath::Hashes { level: self.level, n: self.n, width: self.width }
    }
}

/// Bytes that are not a bundle, or entries that do not fit in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// More than [`TILE_WIDTH`] entries.
    #[error("a bundle holds at most {TILE_WIDTH} entries: start another one")]
    TooMany,
    /// An entry of more than [`MAX_ENTRY_BYTES`].
    #[error(
        "entry {position} of the bundle has {size_bytes} bytes, more than {MAX_ENTRY_BYTES}: keep large details as a payload"
    )]
    TooLarge {
        /// The position within the bundle.
        position: usize,
        /// Its size in bytes.
        size_bytes: usize,
    },
    /// The bytes end within an entry.
    #[error("the bundle ends within entry {position}: fetch the file again, or restore it from a backup")]
    Cut {
        /// The position within the bundle.
        position: usize,
    },
}

/// The bytes of a bundle of up to 256 entries.
pub fn encode_bundle<T: AsRef<[u8]>>(entries: &[T]) -> Result<Vec<u8>, BundleError> {
    if entries.len() > usize::from(TILE_WIDTH) {
        return Err(BundleError::TooMany);
    }
    let mut out = Vec::with_capacity(entries.iter().map(|entry| 2 + entry.as_ref().len()).sum());
    for (position, entry) in entries.iter().map(AsRef::as_ref).enumerate() {
        let length = u16::try_from(entry.len());
        let length = length.map_err(|_| BundleError::TooLarge { position, size_bytes: entry.len() })?;
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(entry);
    }
    Ok(out)
}

/// The entries of a bundle, borrowed from its bytes; at most 256.
pub fn decode_bundle(bytes: &[u8]) -> Result<Vec<&[u8]>, BundleError> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let position = entries.len();
        if position == usize::from(TILE_WIDTH) {
            return Err(BundleError::TooMany);
        }
        let cut = BundleError::Cut { position };
        let (&length, after) = rest.split_first_chunk::<2>().ok_or(cut)?;
        let (entry, after) = after.split_at_checked(usize::from(u16::from_be_bytes(length))).ok_or(cut)?;
        entries.push(entry);
        rest = after;
    }
    Ok(entries)
}

/// The first `width` hashes of a tile, or nothing where it has fewer, more than 256, or half a hash.
pub(crate) fn read_hashes(bytes: &[u8], width: u16) -> Option<Vec<Hash>> {
    let (hashes, rest) = bytes.as_chunks::<HASH_BYTES>();
    if !rest.is_empty() || hashes.len() > usize::from(TILE_WIDTH) {
        return None;
    }
    Some(hashes.get(..usize::from(width))?.iter().map(|&hash| Hash(hash)).collect())
}

/// The root of a perfect subtree given its lowest row, 2^k hashes; nothing for an empty row.
pub(crate) fn subtree_root(row: &[Hash]) -> Option<Hash> {
    let mut row = row.to_vec();
    while row.len() > 1 {
        row = row.as_chunks::<2>().0.iter().map(|[left, right]| node_hash(left, right)).collect();
    }
    row.first().copied()
}
