//! Sealing: personal data and free text are encrypted under a key of their subject before they reach a command, so that
//! destroying the key erases them while the log still verifies.
//!
//! AES-256-GCM with a random 96-bit nonce; the associated data is the subject's id, so that a sealed text cannot be moved to
//! another subject. Stored as base64 of nonce ‖ ciphertext ‖ tag.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use assent_domain::Sealed;
use assent_store::{StoreError, SubjectKeys};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

use crate::vault::{Purpose, Vault};
use crate::wiring::Wiring;

const NONCE_BYTES: usize = 12;

/// Seals and opens texts of subjects.
#[derive(Clone)]
pub struct Sealer {
    pub(crate) keys: Arc<dyn SubjectKeys>,
    pub(crate) vault: Vault,
    pub(crate) wiring: Wiring,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer")
    }
}

impl Sealer {
    /// A sealer with these keys, which the vault opens.
    pub fn new(keys: Arc<dyn SubjectKeys>, vault: Vault, wiring: Wiring) -> Self {
        Self { keys, vault, wiring }
    }

    /// A ring that asks for each key once: for the length of one request, no longer, since keys can be destroyed.
    pub fn ring(&self) -> KeyRing<'_> {
        KeyRing { sealer: self, known: RefCell::default() }
    }

    /// Seals a text of `subject`, whose key is made at its first use.
    pub fn seal(&self, subject: Uuid, text: &str) -> Result<Sealed, StoreError> {
        self.ring().seal(subject, text)
    }

    /// The text, or `None` where its key was destroyed or it does not open.
    pub fn open(&self, sealed: &Sealed) -> Result<Option<String>, StoreError> {
        self.ring().open(sealed)
    }
}

/// Seals and opens texts during one request.
pub struct KeyRing<'a> {
    sealer: &'a Sealer,
    known: RefCell<HashMap<Uuid, Option<Aes256Gcm>>>,
}

impl std::fmt::Debug for KeyRing<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyRing")
    }
}

impl KeyRing<'_> {
    /// Seals a text of `subject`, whose key is made at its first use.
    pub fn seal(&self, subject: Uuid, text: &str) -> Result<Sealed, StoreError> {
        let cipher = if let Some(cipher) = self.cipher(subject)? {
            cipher
        } else {
            let Sealer { keys, vault, wiring } = self.sealer;
            let fresh = vault.shut(&wiring.random(), Purpose::Subject(subject))?;
            let kept = keys.get_or_insert(subject, &fresh)?;
            let made = cipher(vault.open(&kept, Purpose::Subject(subject))?);
            self.known.borrow_mut().insert(subject, Some(made.clone()));
            made
        };
        let nonce: [u8; NONCE_BYTES] = self.sealer.wiring.random();
        let payload = Payload { msg: text.as_bytes(), aad: subject.as_bytes() };
        let sealed = cipher
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| StoreError::Unavailable("the text could not be encrypted".to_owned()))?;
        let data = STANDARD.encode([nonce.as_slice(), &sealed].concat());
        Ok(Sealed { subject, data })
    }

    /// The text, or `None` where its key was destroyed or it does not open.
    pub fn open(&self, sealed: &Sealed) -> Result<Option<String>, StoreError> {
        let Some(cipher) = self.cipher(sealed.subject)? else { return Ok(None) };
        let Ok(bytes) = STANDARD.decode(&sealed.data) else { return Ok(None) };
        let Some((nonce, ciphertext)) = bytes.split_first_chunk::<NONCE_BYTES>() else { return Ok(None) };
        let payload = Payload { msg: ciphertext, aad: sealed.subject.as_bytes() };
        let text = cipher.decrypt(&Nonce::from(*nonce), payload).ok();
        Ok(text.and_then(|text| String::from_utf8(text).ok()))
    }

    fn cipher(&self, subject: Uuid) -> Result<Option<Aes256Gcm>, StoreError> {
        if let Some(known) = self.known.borrow().get(&subject) {
            return Ok(known.clone());
        }
        let kept = self.sealer.keys.get(subject)?;
        let open = |kept: Vec<u8>| self.sealer.vault.open(&kept, Purpose::Subject(subject));
        let found = kept.map(open).transpose()?.map(cipher);
        self.known.borrow_mut().insert(subject, found.clone());
        Ok(found)
    }
}

fn cipher(key: [u8; 32]) -> Aes256Gcm {
    Aes256Gcm::new(&Key::<Aes256Gcm>::from(key))
}
