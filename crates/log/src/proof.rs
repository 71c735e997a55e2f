//! Inclusion and consistency proofs (RFC 6962, section 2.1; RFC 9162, sections 2.1.3 and 2.1.4).
//!
//! An inclusion proof shows that an entry is in the tree of a checkpoint; a consistency proof shows that the tree of an older
//! checkpoint is the beginning of the tree of a newer one. Both are at most 64 hashes. [`prove_inclusion`] and
//! [`prove_consistency`] read tiles; [`verify_inclusion`] and [`verify_consistency`] need nothing but hashes.

mod prove;

pub use prove::{ProveError, TileSource, prove_consistency, prove_inclusion};

use serde::{Deserialize, Serialize};

use crate::hash::{EMPTY_ROOT, Hash, node_hash};

/// That a leaf is in a tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InclusionProof {
    /// The position of the entry.
    pub index: u64,
    /// The number of entries of the tree.
    pub size: u64,
    /// The leaf hash of the entry.
    pub leaf_hash: Hash,
    /// The hashes of the siblings, from the leaf up.
    pub path: Vec<Hash>,
}

/// That a tree is the beginning of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConsistencyProof {
    /// The number of entries of the older tree.
    pub old_size: u64,
    /// The number of entries of the newer tree.
    pub new_size: u64,
    /// The hashes that both roots can be computed from, in the order of RFC 9162.
    pub path: Vec<Hash>,
}

/// Why a proof does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The entry lies beyond the tree, or the older tree is the larger one.
    #[error("`{smaller}` is not within a tree of `{size}` entries: ask for a proof with a larger tree")]
    Range {
        /// The index, or the older size.
        smaller: u64,
        /// The size of the tree.
        size: u64,
    },
    /// Too many or too few hashes for these sizes.
    #[error("the proof has {found} hashes, which do not fit these sizes: ask for the proof again")]
    Length {
        /// How many hashes the proof has.
        found: usize,
    },
    /// The proof leads to another root.
    #[error(
        "the proof leads to root `{found}`, the checkpoint says `{expected}`: keep both checkpoints and report the log"
    )]
    Root {
        /// The root that was to be reached.
        expected: Hash,
        /// The root that the proof leads to.
        found: Hash,
    },
}

impl InclusionProof {
    /// Whether the proof holds under this root; the caller compares the leaf hash with the entry.
    pub fn verify(&self, root: &Hash) -> Result<(), ProofError> {
        verify_inclusion(self.index, self.size, &self.leaf_hash, &self.path, root)
    }
}

impl ConsistencyProof {
    /// Whether the tree of `old_root` is the beginning of the tree of `new_root`.
    pub fn verify(&self, old_root: &Hash, new_root: &Hash) -> Result<(), ProofError> {
        verify_consistency(self.old_size, self.new_size, old_root, new_root, &self.path)
    }
}

/// Whether `leaf` is at `index` in the tree of `size` entries with this root (RFC 9162, section 2.1.3.2).
pub fn verify_inclusion(
    index: u64,
    size: u64,
    leaf: &Hash,
    path: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Range { smaller: index, size });
    }
    let length = || ProofError::Length { found: path.len() };
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in path {
        if last == 0 {
            return Err(length());
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            climb_to_left_edge(&mut node, &mut last);
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(length());
    }
    same_root(root, hash)
}

/// Whether the tree of `old_size` and `old_root` is the beginning of the other (RFC 9162, section 2.1.4.2). The tree without
/// entries is the beginning of every tree, by an empty proof.
pub fn verify_consistency(
    old_size: u64,
    new_size: u64,
    old_root: &Hash,
    new_root: &Hash,
    path: &[Hash],
) -> Result<(), ProofError> {
    if old_size > new_size {
        return Err(ProofError::Range { smaller: old_size, size: new_size });
    }
    if old_size == 0 || old_size == new_size {
        let expected = if old_size == 0 { &EMPTY_ROOT } else { new_root };
        return if path.is_empty() {
            same_root(expected, *old_root)
        } else {
            Err(ProofError::Length { found: path.len() })
        };
    }
    let length = || ProofError::Length { found: path.len() };
    // Where the old tree is perfect, its root is the first hash, and is left out of the proof.
    let (first, rest) =
        if old_size.is_power_of_two() { (old_root, path) } else { path.split_first().ok_or_else(length)? };
    let (mut node, mut last) = (old_size - 1, new_size - 1);
    let shared = node.trailing_ones();
    node >>= shared;
    last >>= shared;
    let (mut old, mut new) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return Err(length());
        }
        if node & 1 == 1 || node == last {
            old = node_hash(sibling, &old);
            new = node_hash(sibling, &new);
            climb_to_left_edge(&mut node, &mut last);
        } else {
            new = node_hash(&new, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(length());
    }
    same_root(old_root, old)?;
    same_root(new_root, new)
}

/// After a sibling on the left: up past the levels where this node has no sibling at all.
fn climb_to_left_edge(node: &mut u64, last: &mut u64) {
    if *node & 1 == 0 {
        let levels = node.trailing_zeros().min(63);
        *node >>= levels;
        *last >>= levels;
    }
}

fn same_root(expected: &Hash, found: Hash) -> Result<(), ProofError> {
    if *expected == found { Ok(()) } else { Err(ProofError::Root { expected: *expected, found }) }
}
