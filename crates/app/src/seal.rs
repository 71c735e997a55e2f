//! Sealing: personal data and free text are encrypted under a key of their subject before they reach a command, so that
//! destroying the key erases them while the log still verifies.
//!
//! AES-256-GCM with a random 96-bit nonce; the associated data is the subject's id, so that a sealed text cannot be moved to
//! another subject. Stored as base64 of nonce ‖ ciphertext ‖ tag.

use std::sync::Arc;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use assent_domain::Sealed;
use assent_store::{StoreError, SubjectKeys};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

use crate::wiring::Wiring;

const NONCE_BYTES: usize = 12;

/// Seals and opens texts of subjects.
#[derive(Clone)]
pub struct Sealer {
    keys: Arc<dyn SubjectKeys>,
    wiring: Wiring,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer")
    }
}

impl Sealer {
    /// A sealer with these keys.
    pub fn new(keys: Arc<dyn SubjectKeys>, wiring: Wiring) -> Self {
        Self { keys, wiring }
    }

    /// Seals a text of `subject`, whose key is made at its first use.
    pub fn seal(&self, subject: Uuid, text: &str) -> Result<Sealed, StoreError> {
        let key = match self.keys.get(subject)? {
            Some(key) => key,
            None => self.keys.get_or_insert(subject, self.wiring.random())?,
        };
        let nonce: [u8; NONCE_BYTES] = self.wiring.random();
        let payload = Payload { msg: text.as_bytes(), aad: subject.as_bytes() };
        let sealed = cipher(key)
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| StoreError::Unavailable("the text could not be encrypted".to_owned()))?;
        let data = STANDARD.encode([nonce.as_slice(), &sealed].concat());
        Ok(Sealed { subject, data })
    }

    /// The text, or `None` where its key was destroyed or it does not open.
    pub fn open(&self, sealed: &Sealed) -> Result<Option<String>, StoreError> {
        let Some(key) = self.keys.get(sealed.subject)? else { return Ok(None) };
        let Ok(bytes) = STANDARD.decode(&sealed.data) else { return Ok(None) };
        let Some((nonce, ciphertext)) = bytes.split_first_chunk::<NONCE_BYTES>() else { return Ok(None) };
        let payload = Payload { msg: ciphertext, aad: sealed.subject.as_bytes() };
        let text = cipher(key).decrypt(&Nonce::from(*nonce), payload).ok();
        Ok(text.and_then(|text| String::from_utf8(text).ok()))
    }
}

fn cipher(key: [u8; 32]) -> Aes256Gcm {
    Aes256Gcm::new(&Key::<Aes256Gcm>::from(key))
}
