//! Encryption at rest: the master keys that lie outside of an installation, and what they open.
//!
//! A master key encrypts no content. It wraps secrets of 32 bytes: the data key of each blob ([`envelope`]), the keys of
//! subjects, the key of look-ups, and the seed of the signing key. So another master key is put in its place by wrapping a
//! few bytes anew ([`rotate`]), however much was encrypted.
//!
//! A wrapped secret names the master key that opens it, so that a wrong key is called by its name and never tried, and it is
//! bound to what it belongs to, so that it cannot be moved to another blob or person.
//!
//! Without a master key nothing is wrapped. Both forms can stand side by side: they differ in length.

pub mod envelope;
mod master;
pub mod rotate;
mod wrapped;

use std::sync::{Arc, PoisonError, RwLock};

use assent_domain::ids::Digest;
use assent_store::StoreError;
use uuid::Uuid;

pub use master::{KeyFileError, KeyId, MasterKey, MasterKeys};
pub use wrapped::Wrapped;

use crate::wiring::Wiring;

/// What a secret belongs to. Bound into its wrapped form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// The key of a subject.
    Subject(Uuid),
    /// The key that look-ups of e-mail addresses are computed under.
    LookUp,
    /// The seed that signs checkpoints of the log of this name.
    Signing(&'a str),
    /// The data key of one envelope around a blob.
    Blob {
        /// What is in it.
        digest: Digest,
        /// Which one, of all that were ever made around these bytes.
        envelope: Uuid,
    },
}

/// Why a secret stays shut.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// It is wrapped under a master key that was not given.
    #[error("it is encrypted under the master key `{wanted}`, and {}", listed(.given))]
    UnknownKey {
        /// The key that is wanted.
        wanted: KeyId,
        /// The keys that there are.
        given: Vec<KeyId>,
    },
    /// It is neither a secret nor the wrapped form of one, or it was changed, or it belongs to something else.
    #[error("it is damaged: {0}")]
    Damaged(&'static str),
}

impl From<VaultError> for StoreError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::UnknownKey { .. } => Self::Unavailable(format!("a key of a person: {error}")),
            VaultError::Damaged(_) => Self::Corrupt(format!("a key of a person: {error}")),
        }
    }
}

/// Wraps and opens secrets under the master keys of this process. A clone is another handle on the same keys.
#[derive(Clone)]
pub struct Vault {
    keys: Arc<RwLock<MasterKeys>>,
    wiring: Wiring,
}

// Keys must not end up in a debug message.
impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("keys", &self.keys().ids()).finish_non_exhaustive()
    }
}

impl Vault {
    /// A vault with these keys; with none of them, nothing is encrypted.
    pub fn new(keys: MasterKeys, wiring: Wiring) -> Self {
        Self { keys: Arc::new(RwLock::new(keys)), wiring }
    }

    /// The keys, as they are now.
    pub fn keys(&self) -> MasterKeys {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts other keys in their place, for every handle.
    pub fn replace_keys(&self, keys: MasterKeys) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    /// A secret as it is kept: wrapped under the first key, or as it is where there is none.
    pub fn shut(&self, secret: &[u8; 32], purpose: Purpose<'_>) -> Result<Vec<u8>, VaultError> {
        match self.keys().first() {
            Some(key) => Ok(Wrapped::new(key, self.wiring.random(), secret, purpose)?.encode()),
            None => Ok(secret.to_vec()),
        }
    }

    /// The secret that was kept.
    pub fn open(&self, kept: &[u8], purpose: Purpose<'_>) -> Result<[u8; 32], VaultError> {
        match Form::of(kept)? {
            Form::Plain(secret) => Ok(secret),
            Form::Wrapped(wrapped) => {
                let keys = self.keys();
                let unknown = || VaultError::UnknownKey { wanted: wrapped.key_id(), given: keys.ids() };
                wrapped.open(keys.find(wrapped.key_id()).ok_or_else(unknown)?, purpose)
            }
        }
    }

    /// The secret as it should be kept from now on, where that differs from how it is kept: it is plain, or wrapped under
    /// another key than the first.
    pub fn shut_anew(&self, kept: &[u8], purpose: Purpose<'_>) -> Result<Option<Vec<u8>>, VaultError> {
        let first = self.keys().first().map(MasterKey::id);
        if first.is_none() || key_of(kept)? == first {
            return Ok(None);
        }
        self.shut(&self.open(kept, purpose)?, purpose).map(Some)
    }

    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        self.wiring.random()
    }
}

/// The master key that a kept secret is wrapped under; `None` where it is plain.
pub fn key_of(kept: &[u8]) -> Result<Option<KeyId>, VaultError> {
    Ok(match Form::of(kept)? {
        Form::Plain(_) => None,
        Form::Wrapped(wrapped) => Some(wrapped.key_id()),
    })
}

enum Form {
    Plain([u8; 32]),
    Wrapped(Wrapped),
}

impl Form {
    fn of(kept: &[u8]) -> Result<Self, VaultError> {
        match <[u8; 32]>::try_from(kept) {
            Ok(secret) => Ok(Self::Plain(secret)),
            Err(_) => Wrapped::decode(kept).map(Self::Wrapped),
        }
    }
}

fn listed(ids: &[KeyId]) -> String {
    match ids {
        [] => "no master key was given".to_owned(),
        ids => {
            let ids: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
            format!("given: {}", ids.join(", "))
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
