//! The append-only Merkle log of Assent: canonical entries, tree, proofs, checkpoints, verifier.
//!
//! An [`Entry`] is one audited fact. Its canonical JSON bytes ([`canonical`]) are what is hashed, stored and exported.
//! Each entry names the leaf hash of the one before, so the log is a chain that can be checked line by line; the same
//! leaf hashes are the leaves of an RFC 6962 Merkle tree ([`tree`]), so that short proofs ([`proof`]) show that an entry is in
//! the log and that a log only grew. A [`Checkpoint`] is a signed tree head ([`note`]). [`tile`] lays the tree out in files that any
//! C2SP client can read. [`verify`] puts it all together and says what is damaged, where, and what to do.
//!
//! Invariants:
//! - The crate is pure: no I/O, no clock, no randomness. Only its verifier program reads files.
//! - Entry bytes never change: decoding accepts exactly the bytes that encoding writes.
//! - Everything that is parsed is bounded in size, depth and count.
//!
//! The format is written down in `docs/reference/log-format.md`, with test vectors that the tests of this crate check.

pub mod canonical;
pub mod checkpoint;
pub mod entry;
pub mod hash;
mod hex;
pub mod key;
pub mod note;
pub mod payload;
pub mod proof;
pub mod tile;
pub mod tree;
pub mod verify;

pub use checkpoint::Checkpoint;
pub use entry::Entry;
pub use hash::{EMPTY_ROOT, Hash, Hasher, leaf_hash, node_hash};
pub use key::{SigningKey, VerifyingKey};
pub use note::Note;
pub use tree::Tree;
pub use verify::Verifier;
