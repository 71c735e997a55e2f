//! Details that are too large for an entry.
//!
//! The entry then holds `{"payload":{"sha256":"<hex>","sizeBytes":n}}`, and the canonical bytes of the details are kept
//! beside the log under their digest. Details must not use that shape for anything else; [`offload`] refuses to.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::canonical::{self, CanonicalError};
use crate::entry::{Entry, EntryError, MAX_ENTRY_BYTES};
use crate::hash::Hash;

/// The largest payload in bytes (16 MiB).
pub const MAX_PAYLOAD_BYTES: usize = 16 << 20;

/// Bytes to keep beside the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// SHA-256 of the bytes.
    pub digest: Hash,
    /// The canonical JSON of the details.
    pub bytes: Vec<u8>,
}

/// What an entry says of its payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PayloadReference {
    /// SHA-256 of the payload.
    pub sha256: Hash,
    /// Its size in bytes.
    pub size_bytes: u64,
}

/// Why details cannot be offloaded, or bytes are not the payload of an entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// The details, or the payload, are not canonical JSON.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// More than [`MAX_PAYLOAD_BYTES`].
    #[error(
        "the details have {size_bytes} bytes, more than {MAX_PAYLOAD_BYTES}: keep them as an artifact and log its digest"
    )]
    TooLarge {
        /// The size in bytes.
        size_bytes: usize,
    },
    /// The details already are a reference, or look like one.
    #[error(
        "the details already have the shape of a payload reference: name the member something other than `payload`"
    )]
    Reference,
    /// The details hold no reference.
    #[error("the details of the entry name no payload: read them from the entry itself")]
    NoReference,
    /// Another size or digest than the entry says.
    #[error(
        "the payload has digest `{found}`, the entry says `{expected}`: restore the payload from a backup"
    )]
    Mismatch {
        /// What the entry says.
        expected: Hash,
        /// What the bytes have.
        found: Hash,
    },
}

/// Splits details into the reference that the entry holds and the payload to keep.
pub fn offload(details: &Value) -> Result<(Value, Payload), PayloadError> {
    if reference(details).is_some() {
        return Err(PayloadError::Reference);
    }
    let bytes = canonical::to_vec(details)?;
    if bytes.len() > MAX_PAYLOAD_BYTES {
        return Err(PayloadError::TooLarge { size_bytes: bytes.len() });
    }
    let digest = Hash::of(&bytes);
    let stub = json!({"payload": {"sha256": digest.to_string(), "sizeBytes": bytes.len()}});
    Ok((stub, Payload { digest, bytes }))
}

/// The reference in these details, where they are one.
pub fn reference(details: &Value) -> Option<PayloadReference> {
    let members = details.as_object().filter(|members| members.len() == 1)?;
    PayloadReference::deserialize(members.get("payload")?).ok()
}

/// The details that were offloaded, after checking them against what the entry says.
pub fn restore(details: &Value, payload: &[u8]) -> Result<Value, PayloadError> {
    let expected = reference(details).ok_or(PayloadError::NoReference)?;
    if payload.len() > MAX_PAYLOAD_BYTES {
        return Err(PayloadError::TooLarge { size_bytes: payload.len() });
    }
    let found = Hash::of(payload);
    if found != expected.sha256 || usize::try_from(expected.size_bytes) != Ok(payload.len()) {
        return Err(PayloadError::Mismatch { expected: expected.sha256, found });
    }
    Ok(canonical::parse_strict(payload)?)
}

/// Why an entry could not be encoded, with or without its details.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OffloadError {
    /// The entry itself.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// Its details.
    #[error(transparent)]
    Payload(#[from] PayloadError),
}

impl Entry {
    /// The canonical bytes; where they would exceed [`MAX_ENTRY_BYTES`], the details are first moved out into a payload,
    /// which the caller keeps in the same transaction.
    pub fn encode_or_offload(&mut self) -> Result<(Vec<u8>, Option<Payload>), OffloadError> {
        let bytes = self.encode_any_size()?;
        if bytes.len() <= MAX_ENTRY_BYTES {
            return Ok((bytes, None));
        }
        let (stub, payload) = offload(&self.details)?;
        self.details = stub;
        Ok((self.encode()?, Some(payload)))
    }
}
