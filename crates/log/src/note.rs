//! C2SP signed notes: a text, a blank line, and a line for each signature.
//!
//! INVARIANT: [`Note::parse`] and [`Note::to_text`] are inverse to each other, byte for byte.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::hex;
use crate::key::{Algorithm, SigningKey, VerifyingKey, check_name};

/// The largest note in bytes.
pub const MAX_NOTE_BYTES: usize = 65_536;

/// The most signatures on a note.
pub const MAX_SIGNATURES: usize = 64;

/// The most bytes of one signature, after the key id; leaves room for other algorithms.
const MAX_SIGNATURE_BYTES: usize = 16_384;

/// A text with signatures, none of them verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// One signature line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    /// The name of the key.
    pub name: String,
    /// The id of the key.
    pub key_id: [u8; 4],
    /// The bytes after the id.
    pub signature: Vec<u8>,
}

/// Why bytes are not a note, or a note is not to be trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// More than [`MAX_NOTE_BYTES`].
    #[error("the note has {size_bytes} bytes, more than {MAX_NOTE_BYTES}: check that it is a checkpoint")]
    TooLarge {
        /// The size in bytes.
        size_bytes: usize,
    },
    /// More than [`MAX_SIGNATURES`].
    #[error("the note has more than {MAX_SIGNATURES} signatures: drop those that nobody asks for")]
    TooManySignatures,
    /// Not UTF-8, a control character, or no newline at the end.
    #[error(
        "the text of the note is not lines of UTF-8 without control characters: fetch it again as it was published"
    )]
    Text,
    /// No blank line with signatures after it.
    #[error("the note has no signatures after a blank line: fetch it again as it was published")]
    Unsigned,
    /// A signature line of another form.
    #[error("signature line {line} of the note is not `— name base64`: fetch it again as it was published")]
    SignatureLine {
        /// The number of the line among the signatures, from 1.
        line: usize,
    },
    /// A known key did not sign this text.
    #[error(
        "the signature of key `{name}+{id}` does not fit the note: it was changed after signing, or is a forgery"
    )]
    Invalid {
        /// The name of the key.
        name: String,
        /// The id of the key in hex.
        id: String,
    },
    /// No signature is by a known key.
    #[error(
        "no signature of the note is by a known key (it is signed by {found}): give the verifier key of the log"
    )]
    UnknownKeys {
        /// Who signed, as `name+id` (at most 8 of them).
        found: String,
    },
}

impl Note {
    /// An unsigned note. The text is lines of UTF-8, each with a newline at its end.
    pub fn new(text: &str) -> Result<Self, NoteError> {
        let odd = |c: char| c < ' ' && c != '\n';
        if text.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLarge { size_bytes: text.len() });
        }
        if !text.ends_with('\n') || text.contains(odd) {
            return Err(NoteError::Text);
        }
        Ok(Self { text: text.to_owned(), signatures: Vec::new() })
    }

    /// A note signed by each of the keys, in this order. A key rotation is signed by the old and the new key.
    pub fn sign(text: &str, keys: &[&SigningKey]) -> Result<Self, NoteError> {
        let mut note = Self::new(text)?;
        for key in keys {
            note.add_signature(key, 0)?;
        }
        Ok(note)
    }

    /// Reads a note; nothing is verified.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLarge { size_bytes: bytes.len() });
        }
        let all = std::str::from_utf8(bytes).map_err(|_| NoteError::Text)?;
        let (text, signatures) = all.rsplit_once("\n\n").ok_or(NoteError::Unsigned)?;
        let mut note = Self::new(&format!("{text}\n"))?;
        let lines = signatures.strip_suffix('\n').ok_or(NoteError::Unsigned)?;
        for (position, line) in lines.split('\n').enumerate() {
            if position == MAX_SIGNATURES {
                return Err(NoteError::TooManySignatures);
            }
            let signature = NoteSignature::parse(line);
            note.signatures.push(signature.ok_or(NoteError::SignatureLine { line: position + 1 })?);
        }
        Ok(note)
    }

    /// The bytes that are published.
    pub fn to_text(&self) -> String {
        let mut out = format!("{}\n", self.text);
        for line in &self.signatures {
            let mut bytes = line.key_id.to_vec();
            bytes.extend_from_slice(&line.signature);
            // Writing to a string cannot fail.
            let _ = writeln!(out, "— {} {}", line.name, STANDARD.encode(bytes));
        }
        out
    }

    /// The text that is signed, with its last newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures, in their order.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Signs the note with one more key; an earlier signature of the same key is replaced. `unix_seconds` is the time that a
    /// witness states; it counts for nothing with the key of a log.
    pub fn add_signature(&mut self, key: &SigningKey, unix_seconds: u64) -> Result<(), NoteError> {
        let public = key.verifying_key();
        self.signatures.retain(|line| !line.is_by(public));
        if self.signatures.len() == MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        let signature = key.sign(&self.text, unix_seconds);
        self.signatures.push(NoteSignature {
            name: public.name().to_owned(),
            key_id: public.id(),
            signature,
        });
        let size_bytes = self.to_text().len();
        if size_bytes > MAX_NOTE_BYTES {
            self.signatures.pop();
            return Err(NoteError::TooLarge { size_bytes });
        }
        Ok(())
    }

    /// The known keys that signed this text. Signatures by keys that are not known are passed over; a signature under the
    /// name and id of a known key that does not fit is an error, and so is a note that no known key signed.
    pub fn verify<'a>(&self, known: &'a [VerifyingKey]) -> Result<Vec<&'a VerifyingKey>, NoteError> {
        let mut signers: Vec<&VerifyingKey> = Vec::new();
        for line in &self.signatures {
            let Some(key) = known.iter().find(|key| line.is_by(key)) else { continue };
            if !key.accepts(&self.text, &line.signature) {
                return Err(NoteError::Invalid { name: line.name.clone(), id: hex::encode(&line.key_id) });
            }
            if !signers.contains(&key) {
                signers.push(key);
            }
        }
        if signers.is_empty() {
            Err(NoteError::UnknownKeys { found: self.signer_names() })
        } else {
            Ok(signers)
        }
    }

    fn signer_names(&self) -> String {
        let names = self
            .signatures
            .iter()
            .take(8)
            .map(|line| format!("`{}+{}`", line.name, hex::encode(&line.key_id)));
        let names = names.collect::<Vec<_>>().join(", ");
        if names.is_empty() { "nobody".to_owned() } else { names }
    }
}

impl NoteSignature {
    /// The time that a witness stated, in seconds since 1970. Only to be trusted after [`Note::verify`] with that key.
    pub fn cosigned_at(&self, key: &VerifyingKey) -> Option<u64> {
        if key.algorithm() != Algorithm::CosignatureV1 || !self.is_by(key) {
            return None;
        }
        self.signature.first_chunk().map(|&time| u64::from_be_bytes(time))
    }

    fn is_by(&self, key: &VerifyingKey) -> bool {
        self.key_id == key.id() && self.name == key.name()
    }

    fn parse(line: &str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
        check_name(name).ok()?;
        let bytes = STANDARD.decode(encoded).ok()?;
        let (&key_id, signature) = bytes.split_first_chunk()?;
        let fits = (1..=MAX_SIGNATURE_BYTES).contains(&signature.len());
        fits.then(|| Self { name: name.to_owned(), key_id, signature: signature.to_vec() })
    }
}
