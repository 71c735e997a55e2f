//! SHA-256 values and the two hashes of the tree (RFC 6962, section 2.1).

use std::fmt;
use std::str::FromStr;

use ring::digest::{Context, Digest, SHA256, digest};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::hex;

/// The root of the tree without entries: SHA-256 of no bytes. Also `previousHash` of the first entry.
pub const EMPTY_ROOT: Hash = Hash([
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
    0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
]);

/// The size of a hash in bytes.
pub const HASH_BYTES: usize = 32;

/// A SHA-256 value. Written as 64 lower-case hex digits, in text and in JSON.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; HASH_BYTES]);

impl Hash {
    /// The plain SHA-256 of `bytes`, as used for payloads and blobs. Not a hash of the tree.
    pub fn of(bytes: &[u8]) -> Self {
        Self::finished(&digest(&SHA256, bytes))
    }

    fn finished(digest: &Digest) -> Self {
        let mut hash = [0; HASH_BYTES];
        hash.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
        Self(hash)
    }

    /// A hash from its 32 bytes; `None` where there are more or fewer.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; HASH_BYTES] {
        &self.0
    }

    /// The 64 lower-case hex digits, without an allocation.
    pub(crate) fn hex_digits(&self) -> [u8; 2 * HASH_BYTES] {
        let mut text = [0; 2 * HASH_BYTES];
        for (pair, &byte) in text.as_chunks_mut::<2>().0.iter_mut().zip(&self.0) {
            *pair = hex::digits(byte);
        }
        text
    }
}

/// The plain SHA-256 of bytes that come in parts.
#[derive(Clone)]
pub struct Hasher(Context);

impl Hasher {
    /// A hasher that has seen no bytes yet.
    #[expect(clippy::new_without_default, reason = "hashing is begun, there is no default of it")]
    pub fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    /// Takes the next part.
    pub fn update(&mut self, part: &[u8]) {
        self.0.update(part);
    }

    /// The hash of all parts.
    pub fn finish(self) -> Hash {
        Hash::finished(&self.0.finish())
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hasher")
    }
}

/// The leaf hash of an entry: SHA-256(0x00 ‖ entry).
pub fn leaf_hash(entry: &[u8]) -> Hash {
    let mut hasher = Hasher::new();
    hasher.update(&[0]);
    hasher.update(entry);
    hasher.finish()
}

/// The hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut block = [1; 1 + 2 * HASH_BYTES];
    if let Some(halves) = block.last_chunk_mut::<{ 2 * HASH_BYTES }>()
        && let ([to_left, to_right], _) = halves.as_chunks_mut::<HASH_BYTES>()
    {
        *to_left = left.0;
        *to_right = right.0;
    }
    Hash::of(&block)
}

/// A text that is not a hash.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a hash: give 64 lower-case hexadecimal digits")]
pub struct ParseHashError {
    /// The start of what was given (at most 80 characters).
    pub text: String,
}

impl FromStr for Hash {
    type Err = ParseHashError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseHashError { text: text.chars().take(80).collect() };
        hex::decode(text.as_bytes()).map(Self).ok_or_else(error)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.hex_digits()).unwrap_or_default())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(HashVisitor)
    }
}

struct HashVisitor;

impl serde::de::Visitor<'_> for HashVisitor {
    type Value = Hash;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("64 lower-case hexadecimal digits")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Hash, E> {
        text.parse().map_err(E::custom)
    }
}
