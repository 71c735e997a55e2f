//! The envelope around the bytes of a blob: AES-256-GCM in chunks, so that it is written and read as a stream, and nothing
//! is handed out before it was authenticated.
//!
//! ```text
//! 7   `ASSENT` and a zero byte
//! 1   the number of this form: 1
//! 16  the id of this envelope
//! then chunks: 65,536 bytes and a tag of 16 each; the last one has at most as many, and none only if it is the first
//! ```
//!
//! The data key is random and of one envelope alone. The nonce of a chunk is its number and whether it is the last one; its
//! associated data is the head. So a chunk that was changed, moved, left out, repeated, or taken from another envelope does
//! not open, nor does an envelope that was cut off, even between two chunks.
//!
//! The data key lies beside the envelope and not in it, wrapped under a master key: it can be wrapped anew without touching
//! the content.

use aes_gcm::aead::AeadInOut as _;
use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce};
use assent_sabotage::{Fault, planted};
use uuid::Uuid;

/// Bytes of content in a chunk.
pub const CHUNK_BYTES: usize = 64 * 1024;
const TAG_BYTES: usize = 16;
const SHUT_CHUNK_BYTES: usize = CHUNK_BYTES + TAG_BYTES;
const MAGIC: [u8; 8] = *b"ASSENT\0\x01";

/// Why an envelope cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// It begins with something else.
    #[error("it does not begin as an encrypted blob of this release does")]
    Head,
    /// A chunk does not open.
    #[error("the part from byte {0} on was changed, moved or cut off")]
    Chunk(u64),
    /// It cannot be written: it would be longer than any counter.
    #[error("it has too many parts")]
    Long,
}

/// The head of an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Its id.
    pub envelope: Uuid,
}

impl Head {
    /// Its length in bytes.
    pub const BYTES: usize = 24;

    /// Reads the head at the start of an envelope.
    pub fn decode(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let (magic, rest) = bytes.split_first_chunk::<8>().ok_or(EnvelopeError::Head)?;
        let (id, _) = rest.split_first_chunk::<16>().ok_or(EnvelopeError::Head)?;
        if *magic != MAGIC {
            return Err(EnvelopeError::Head);
        }
        Ok(Self { envelope: Uuid::from_bytes(*id) })
    }

    /// Writes it.
    pub fn encode(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let whole = MAGIC.iter().chain(self.envelope.as_bytes());
        bytes.iter_mut().zip(whole).for_each(|(to, from)| *to = *from);
        bytes
    }
}

/// The length of the content of an envelope of that length, if there are such.
pub fn content_bytes(envelope_bytes: u64) -> Option<u64> {
    let body = envelope_bytes.checked_sub(Head::BYTES as u64)?;
    let chunks = body.div_ceil(SHUT_CHUNK_BYTES as u64);
    let content = body.checked_sub(chunks.checked_mul(TAG_BYTES as u64)?)?;
    let is_one = chunks > 0 && chunks == content.div_ceil(CHUNK_BYTES as u64).max(1);
    is_one.then_some(content)
}

/// The cipher of one envelope, and how far it is.
struct Chunks {
    cipher: Aes256Gcm,
    head: [u8; Head::BYTES],
    number: u64,
}

impl Chunks {
    fn new(key: &[u8; 32], head: Head) -> Self {
        Self { cipher: Aes256Gcm::new(&(*key).into()), head: head.encode(), number: 0 }
    }

    /// The nonce of the next chunk.
    fn nonce(&self, is_last: bool) -> Nonce<aes_gcm::aes::cipher::consts::U12> {
        let mut nonce = [0; 12];
        let whole = self.number.to_be_bytes().into_iter().chain([
            0,
            0,
            0,
            u8::from(is_last && !planted(Fault::LastChunk)),
        ]);
        nonce.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
        nonce.into()
    }

    /// What every chunk is bound to.
    fn associated(&self) -> &[u8] {
        if planted(Fault::ChunkHead) { &[] } else { &self.head }
    }

    /// Encrypts the next chunk onto `out`.
    fn shut(&mut self, chunk: &[u8], is_last: bool, out: &mut Vec<u8>) -> Result<(), EnvelopeError> {
        let at = out.len();
        out.extend_from_slice(chunk);
        let nonce = self.nonce(is_last);
        let content = out.get_mut(at..).unwrap_or_default();
        let tag = self.cipher.encrypt_inout_detached(&nonce, self.associated(), content.into());
        out.extend_from_slice(&tag.map_err(|_| EnvelopeError::Long)?);
        self.number = self.number.checked_add(1).ok_or(EnvelopeError::Long)?;
        Ok(())
    }

    /// Decrypts the next chunk onto `out`, which is left as it was where that fails.
    fn open(&mut self, shut: &[u8], is_last: bool, out: &mut Vec<u8>) -> Result<(), EnvelopeError> {
        let wrong = EnvelopeError::Chunk(self.number.saturating_mul(CHUNK_BYTES as u64));
        let (content, tag) = shut.split_last_chunk::<TAG_BYTES>().ok_or(wrong)?;
        let at = out.len();
        out.extend_from_slice(content);
        let nonce = self.nonce(is_last);
        let place = out.get_mut(at..).unwrap_or_default();
        if self
            .cipher
            .decrypt_inout_detached(&nonce, self.associated(), place.into(), &(*tag).into())
            .is_err()
        {
            out.truncate(at);
            return Err(wrong);
        }
        self.number = self.number.checked_add(1).ok_or(EnvelopeError::Long)?;
        Ok(())
    }
}

/// Writes an envelope.
pub struct Encoder {
    chunks: Chunks,
    held: Vec<u8>,
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Encoder")
    }
}

impl Encoder {
    /// Begins an envelope: writes its head. The key must be used for no other.
    pub fn new(key: &[u8; 32], head: Head, out: &mut Vec<u8>) -> Self {
        out.extend_from_slice(&head.encode());
        Self { chunks: Chunks::new(key, head), held: Vec::with_capacity(CHUNK_BYTES) }
    }

    /// Takes the next bytes. A full chunk is held back until it is known whether it is the last one.
    pub fn push(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) -> Result<(), EnvelopeError> {
        while !bytes.is_empty() {
            if self.held.len() == CHUNK_BYTES {
                self.chunks.shut(&self.held, false, out)?;
                self.held.clear();
            }
            let room = CHUNK_BYTES.saturating_sub(self.held.len());
            let (now, later) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
            self.held.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// Writes the last chunk.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), EnvelopeError> {
        self.chunks.shut(&self.held, true, out)
    }
}

/// Opens some chunks of an envelope, the first of which has this number; `to_end` says whether they reach to its end.
pub fn open_part(
    key: &[u8; 32],
    head: Head,
    number: u64,
    shut: &[u8],
    to_end: bool,
) -> Result<Vec<u8>, EnvelopeError> {
    let mut chunks = Chunks { number, ..Chunks::new(key, head) };
    let mut out = Vec::with_capacity(shut.len());
    let mut rest = shut.chunks(SHUT_CHUNK_BYTES).peekable();
    while let Some(chunk) = rest.next() {
        let is_last = to_end && rest.peek().is_none();
        chunks.open(chunk, is_last, &mut out)?;
    }
    Ok(out)
}

/// Where the envelope of so much content has these chunks, in bytes from its start.
pub fn place_of(content_bytes: u64, number: u64, count: u64) -> std::ops::Range<u64> {
    let all = content_bytes.div_ceil(CHUNK_BYTES as u64).max(1);
    let end = number.saturating_add(count);
    let start_of =
        |number: u64| (Head::BYTES as u64).saturating_add(number.saturating_mul(SHUT_CHUNK_BYTES as u64));
    let whole = (Head::BYTES as u64).saturating_add(content_bytes).saturating_add(all * TAG_BYTES as u64);
    start_of(number).min(whole)..start_of(end).min(whole)
}

/// Reads an envelope.
pub struct Decoder {
    chunks: Chunks,
    held: Vec<u8>,
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Decoder")
    }
}

impl Decoder {
    /// Reads what comes after this head.
    pub fn new(key: &[u8; 32], head: Head) -> Self {
        Self { chunks: Chunks::new(key, head), held: Vec::with_capacity(SHUT_CHUNK_BYTES) }
    }

    /// Takes the next bytes, and puts what was authenticated onto `out`.
    pub fn push(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) -> Result<(), EnvelopeError> {
        while !bytes.is_empty() {
            if self.held.len() == SHUT_CHUNK_BYTES {
                self.chunks.open(&self.held, false, out)?;
                self.held.clear();
            }
            let room = SHUT_CHUNK_BYTES.saturating_sub(self.held.len());
            let (now, later) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
            self.held.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// Opens the last chunk. Only now it is known that nothing was cut off.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), EnvelopeError> {
        let is_empty = self.held.len() == TAG_BYTES;
        if is_empty && self.chunks.number > 0 {
            // Bytes have one envelope for a key and an id: the last chunk is empty only where all is.
            return Err(EnvelopeError::Chunk(self.chunks.number.saturating_mul(CHUNK_BYTES as u64)));
        }
        self.chunks.open(&self.held, true, out)
    }
}
