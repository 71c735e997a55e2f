//! A secret of 32 bytes wrapped under a master key.
//!
//! ```text
//! 1   the number of this form: 1
//! 8   the name of the master key
//! 12  nonce
//! 48  AES-256-GCM of the secret, with its tag
//! ```
//!
//! The associated data is the number, the name of the key, and what the secret belongs to.

use aes_gcm::Nonce;
use aes_gcm::aead::{Aead as _, Payload};

use super::master::{KeyId, MasterKey};
use super::{Purpose, VaultError};

/// The number of this form.
const FORM: u8 = 1;
const NONCE_BYTES: usize = 12;
const SHUT_BYTES: usize = 48;

/// A wrapped secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Wrapped {
    key: KeyId,
    nonce: [u8; NONCE_BYTES],
    shut: [u8; SHUT_BYTES],
}

impl std::fmt::Debug for Wrapped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Wrapped(under {})", self.key)
    }
}

impl Wrapped {
    /// Its length in bytes.
    pub const BYTES: usize = 1 + 8 + NONCE_BYTES + SHUT_BYTES;

    pub(super) fn new(
        key: &MasterKey,
        nonce: [u8; NONCE_BYTES],
        secret: &[u8; 32],
        purpose: Purpose<'_>,
    ) -> Result<Self, VaultError> {
        let wrong = || VaultError::Damaged("it cannot be encrypted");
        let aad = associated(key.id(), purpose);
        let payload = Payload { msg: secret, aad: &aad };
        let shut = key.cipher().encrypt(&Nonce::from(nonce), payload).map_err(|_| wrong())?;
        Ok(Self { key: key.id(), nonce, shut: shut.try_into().map_err(|_| wrong())? })
    }

    /// Reads one.
    pub fn decode(bytes: &[u8]) -> Result<Self, VaultError> {
        let wrong = || VaultError::Damaged("it has the length of no key");
        let bytes: &[u8; Self::BYTES] = bytes.try_into().map_err(|_| wrong())?;
        let (form, rest) = bytes.split_first_chunk::<1>().ok_or_else(wrong)?;
        let (key, rest) = rest.split_first_chunk::<8>().ok_or_else(wrong)?;
        let (nonce, shut) = rest.split_first_chunk::<NONCE_BYTES>().ok_or_else(wrong)?;
        if form != &[FORM] {
            return Err(VaultError::Damaged("it is wrapped in a form that this release does not know"));
        }
        Ok(Self { key: KeyId(*key), nonce: *nonce, shut: shut.try_into().map_err(|_| wrong())? })
    }

    /// Writes it.
    pub fn encode(&self) -> Vec<u8> {
        [&[FORM], self.key.0.as_slice(), &self.nonce, &self.shut].concat()
    }

    /// The master key that opens it.
    pub fn key_id(&self) -> KeyId {
        self.key
    }

    pub(super) fn open(&self, key: &MasterKey, purpose: Purpose<'_>) -> Result<[u8; 32], VaultError> {
        let aad = associated(self.key, purpose);
        let payload = Payload { msg: self.shut.as_slice(), aad: &aad };
        let opened = key.cipher().decrypt(&Nonce::from(self.nonce), payload).ok();
        let secret = opened.and_then(|secret| <[u8; 32]>::try_from(secret).ok());
        secret.ok_or(VaultError::Damaged("its master key does not open it"))
    }
}

/// What a secret is bound to. No two purposes give the same bytes.
fn associated(key: KeyId, purpose: Purpose<'_>) -> Vec<u8> {
    let mut bytes = [&[FORM], key.0.as_slice()].concat();
    match purpose {
        Purpose::Subject(subject) => {
            bytes.extend_from_slice(b"subject ");
            bytes.extend_from_slice(subject.as_bytes());
        }
        Purpose::LookUp => bytes.extend_from_slice(b"look-up"),
        Purpose::Signing(origin) => {
            bytes.extend_from_slice(b"signing ");
            bytes.extend_from_slice(origin.as_bytes());
        }
        Purpose::Blob { digest, envelope } => {
            bytes.extend_from_slice(b"blob ");
            bytes.extend_from_slice(envelope.as_bytes());
            bytes.extend_from_slice(&digest.0);
        }
    }
    bytes
}
