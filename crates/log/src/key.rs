//! Ed25519 keys of C2SP signed notes, for the log and for its witnesses.
//!
//! A key has a name, and an id of four bytes: the beginning of SHA-256(name ‖ 0x0A ‖ algorithm ‖ public key). A verifier key
//! is written `name+<id in hex>+<base64 of algorithm ‖ public key>`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _};

use crate::hash::Hasher;

use crate::hex;

/// The longest key name in bytes.
pub const MAX_NAME_BYTES: usize = 256;

/// What a key signs, and the byte that stands for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// The text of the note itself: what a log does (0x01).
    Ed25519,
    /// The text and the time of signing: what a witness does (0x04, C2SP tlog-cosignature).
    CosignatureV1,
}

impl Algorithm {
    fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 1,
            Self::CosignatureV1 => 4,
        }
    }

    fn from_byte(byte: u8) -> Option<Self> {
        [Self::Ed25519, Self::CosignatureV1].into_iter().find(|algorithm| algorithm.byte() == byte)
    }
}

/// Why something is not a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A name that cannot stand in a note.
    #[error(
        "`{name}` cannot name a key: give 1 to {MAX_NAME_BYTES} bytes without spaces, `+` or control characters"
    )]
    Name {
        /// The start of the name (at most 80 characters).
        name: String,
    },
    /// Not of the form `name+id+base64`.
    #[error("`{text}` is not a verifier key: copy the whole `name+id+key` text")]
    Format {
        /// The start of the text (at most 80 characters).
        text: String,
    },
    /// An algorithm that this release does not know.
    #[error(
        "key `{name}` has algorithm {algorithm}, which is not known here: use an Ed25519 key (1) or a witness key (4)"
    )]
    Algorithm {
        /// The name of the key.
        name: String,
        /// The byte that stands for the algorithm.
        algorithm: u8,
    },
    /// The id is not the hash of name and key.
    #[error("the id of key `{name}` does not fit its bytes: copy the whole `name+id+key` text again")]
    Id {
        /// The name of the key.
        name: String,
    },
    /// The bytes are not a usable point of the curve.
    #[error(
        "the bytes of key `{name}` are not an Ed25519 public key: copy the whole `name+id+key` text again"
    )]
    Point {
        /// The name of the key.
        name: String,
    },
}

/// A public key with its name.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    name: String,
    id: [u8; 4],
    algorithm: Algorithm,
    key: ed25519_dalek::VerifyingKey,
}

impl VerifyingKey {
    /// Reads a verifier key.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let format = || KeyError::Format { text: text.chars().take(80).collect() };
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(format());
        };
        let id = hex::decode(id.as_bytes()).ok_or_else(format)?;
        check_name(name)?;
        // One algorithm byte and a key of 32 bytes make 44 characters.
        let bytes = STANDARD.decode(key).ok().filter(|_| key.len() == 44).ok_or_else(format)?;
        let (&algorithm, key) = bytes.split_first().ok_or_else(format)?;
        let key = <&[u8; 32]>::try_from(key).map_err(|_| format())?;
        let name = name.to_owned();
        let Some(algorithm) = Algorithm::from_byte(algorithm) else {
            return Err(KeyError::Algorithm { name, algorithm });
        };
        let Some(key) = ed25519_dalek::VerifyingKey::from_bytes(key).ok().filter(|key| !key.is_weak()) else {
            return Err(KeyError::Point { name });
        };
        let parsed = Self::new(name, algorithm, key);
        if parsed.id == id { Ok(parsed) } else { Err(KeyError::Id { name: parsed.name }) }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id, a hint which key made a signature.
    pub fn id(&self) -> [u8; 4] {
        self.id
    }

    /// What the key signs.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The text that [`VerifyingKey::parse`] reads.
    pub fn vkey(&self) -> String {
        let mut bytes = vec![self.algorithm.byte()];
        bytes.extend_from_slice(self.key.as_bytes());
        format!("{}+{}+{}", self.name, hex::encode(&self.id), STANDARD.encode(bytes))
    }

    /// Whether these bytes of a signature line are this key's signature of the text.
    pub(crate) fn accepts(&self, text: &str, signature: &[u8]) -> bool {
        let verify = |message: &[u8], signature: &[u8]| {
            let signature = Signature::from_slice(signature);
            signature.is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
        };
        match self.algorithm {
            Algorithm::Ed25519 => verify(text.as_bytes(), signature),
            Algorithm::CosignatureV1 => signature.split_first_chunk().is_some_and(|(&time, signature)| {
                verify(&cosigned(u64::from_be_bytes(time), text), signature)
            }),
        }
    }

    fn new(name: String, algorithm: Algorithm, key: ed25519_dalek::VerifyingKey) -> Self {
        let mut hasher = Hasher::new();
        for part in [name.as_bytes(), &[b'\n', algorithm.byte()], key.as_bytes()] {
            hasher.update(part);
        }
        let id = hasher.finish().0.first_chunk().copied().unwrap_or_default();
        Self { name, id, algorithm, key }
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.vkey())
    }
}

/// A private key with its name. Its debug form shows the public half only.
#[derive(Clone)]
pub struct SigningKey {
    key: ed25519_dalek::SigningKey,
    public: VerifyingKey,
}

impl SigningKey {
    /// The key of a log from 32 secret random bytes (the seed of RFC 8032).
    pub fn from_seed(name: &str, seed: [u8; 32]) -> Result<Self, KeyError> {
        Self::with_algorithm(name, seed, Algorithm::Ed25519)
    }

    /// The key of a witness from 32 secret random bytes.
    pub fn witness_from_seed(name: &str, seed: [u8; 32]) -> Result<Self, KeyError> {
        Self::with_algorithm(name, seed, Algorithm::CosignatureV1)
    }

    /// The public half.
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.public
    }

    /// The public half as text, for others to pin.
    pub fn vkey(&self) -> String {
        self.public.vkey()
    }

    /// The bytes of a signature line after the key id. `unix_seconds` counts for a witness only.
    pub(crate) fn sign(&self, text: &str, unix_seconds: u64) -> Vec<u8> {
        match self.public.algorithm {
            Algorithm::Ed25519 => self.key.sign(text.as_bytes()).to_bytes().to_vec(),
            Algorithm::CosignatureV1 => {
                let mut signature = unix_seconds.to_be_bytes().to_vec();
                signature.extend_from_slice(&self.key.sign(&cosigned(unix_seconds, text)).to_bytes());
                signature
            }
        }
    }

    fn with_algorithm(name: &str, seed: [u8; 32], algorithm: Algorithm) -> Result<Self, KeyError> {
        check_name(name)?;
        let key = ed25519_dalek::SigningKey::from_bytes(&seed);
        let public = VerifyingKey::new(name.to_owned(), algorithm, key.verifying_key());
        Ok(Self { key, public })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("public", &self.public).finish_non_exhaustive()
    }
}

/// What a witness signs: the time in seconds since 1970, then the text.
fn cosigned(unix_seconds: u64, text: &str) -> Vec<u8> {
    format!("cosignature/v1\ntime {unix_seconds}\n{text}").into_bytes()
}

pub(crate) fn check_name(name: &str) -> Result<(), KeyError> {
    let odd = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.len() > MAX_NAME_BYTES || name.contains(odd) {
        return Err(KeyError::Name { name: name.chars().take(80).collect() });
    }
    Ok(())
}
