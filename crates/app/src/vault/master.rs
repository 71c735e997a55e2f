//! Master keys: how they are written, and how they are called.

use std::fmt;

use aes_gcm::{Aes256Gcm, KeyInit as _};
use assent_log::Hash;
use ring::hmac;

/// So many keys are enough for any rotation.
const MAX_KEYS: usize = 16;

/// The name of a master key: computed from it, and telling nothing of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub(super) [u8; 8]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A master key. What wraps, and what names it, are both derived from it, so that neither tells of the other.
#[derive(Clone)]
pub struct MasterKey {
    id: KeyId,
    cipher: Aes256Gcm,
}

// Keys must not end up in a debug message.
impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id)
    }
}

impl MasterKey {
    /// The key of these bytes.
    pub fn new(bytes: &[u8; 32]) -> Self {
        let derive = hmac::Key::new(hmac::HMAC_SHA256, bytes);
        let tag = |label: &str| {
            let mut derived = [0; 32];
            derived
                .iter_mut()
                .zip(hmac::sign(&derive, label.as_bytes()).as_ref())
                .for_each(|(to, from)| *to = *from);
            derived
        };
        let mut id = [0; 8];
        id.iter_mut().zip(tag("assent master key 1: id")).for_each(|(to, from)| *to = from);
        Self { id: KeyId(id), cipher: Aes256Gcm::new(&tag("assent master key 1: wrap").into()) }
    }

    /// Its name.
    pub fn id(&self) -> KeyId {
        self.id
    }

    pub(super) fn cipher(&self) -> &Aes256Gcm {
        &self.cipher
    }
}

/// Why a text holds no master keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    /// A line is something else.
    #[error("line {0} is no master key: 64 hexadecimal digits")]
    NoKey(usize),
    /// A key stands twice.
    #[error("line {0} repeats the master key `{1}`")]
    Twice(usize, KeyId),
    /// There are too many.
    #[error("there are more than {MAX_KEYS} master keys")]
    TooMany,
    /// There is none.
    #[error("there is no master key in it")]
    Empty,
}

/// Master keys: the first one encrypts, all of them decrypt.
#[derive(Debug, Clone, Default)]
pub struct MasterKeys(Vec<MasterKey>);

impl MasterKeys {
    /// Nothing is encrypted.
    pub fn none() -> Self {
        Self::default()
    }

    /// Reads one key a line, as 64 hexadecimal digits. Empty lines and those that begin with `#` are passed over.
    pub fn parse(text: &str) -> Result<Self, KeyFileError> {
        let mut keys: Vec<MasterKey> = Vec::new();
        for (line, number) in text.lines().map(str::trim).zip(1..) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let hash: Hash = line.to_ascii_lowercase().parse().map_err(|_| KeyFileError::NoKey(number))?;
            let key = MasterKey::new(hash.as_bytes());
            if keys.iter().any(|known| known.id == key.id) {
                return Err(KeyFileError::Twice(number, key.id));
            }
            if keys.len() == MAX_KEYS {
                return Err(KeyFileError::TooMany);
            }
            keys.push(key);
        }
        if keys.is_empty() { Err(KeyFileError::Empty) } else { Ok(Self(keys)) }
    }

    /// The text of a new key file with one key.
    pub fn write(bytes: &[u8; 32]) -> String {
        format!("# Assent master key {}\n{}\n", MasterKey::new(bytes).id, Hash(*bytes))
    }

    /// The key that encrypts; `None` where nothing is encrypted.
    pub fn first(&self) -> Option<&MasterKey> {
        self.0.first()
    }

    /// The key of that name.
    pub fn find(&self, id: KeyId) -> Option<&MasterKey> {
        self.0.iter().find(|key| key.id == id)
    }

    /// The names of all of them.
    pub fn ids(&self) -> Vec<KeyId> {
        self.0.iter().map(MasterKey::id).collect()
    }
}
