//! Reading a blob: what is stored is opened where it is shut, hashed, and handed out in pieces. The last piece is held back
//! until the digest was seen to be right, so that whoever has all bytes has the right ones.

use assent_domain::ids::Digest;
use assent_log::Hasher;
use assent_sabotage::{Fault, planted};
use bytes::Bytes;
use futures_util::stream::{BoxStream, try_unfold};
use futures_util::{Stream, StreamExt as _};
use object_store::Error;

use super::{BlobError, damaged};
use crate::vault::envelope::Decoder;

/// A blob that is being read.
pub(super) struct Reading {
    digest: Digest,
    bytes: BoxStream<'static, Result<Bytes, Error>>,
    decoder: Option<Decoder>,
    hash: Hasher,
    /// What is not handed out yet.
    held: Vec<u8>,
}

/// A piece is at least so long, but the last one.
const PIECE_BYTES: usize = 64 * 1024;

impl Reading {
    /// With a decoder, and what it has given so far, where the blob is shut.
    pub(super) fn new(
        digest: Digest,
        bytes: BoxStream<'static, Result<Bytes, Error>>,
        decoder: Option<(Decoder, Vec<u8>)>,
    ) -> Self {
        let (decoder, held) = decoder.unzip();
        let (held, mut hash) = (held.unwrap_or_default(), Hasher::new());
        hash.update(&held);
        Self { digest, bytes, decoder, hash, held }
    }

    /// The pieces.
    pub(super) fn pieces(self) -> impl Stream<Item = Result<Bytes, BlobError>> + Send + 'static {
        try_unfold(Some(self), |state| async move {
            let Some(mut reading) = state else { return Ok(None) };
            loop {
                let Some(part) = reading.bytes.next().await.transpose()? else {
                    let last = reading.finish()?;
                    return Ok((!last.is_empty()).then_some((last, None)));
                };
                // What was held is let go only when more came after it.
                let before = reading.held.len();
                reading.take(&part)?;
                if before >= PIECE_BYTES && reading.held.len() > before {
                    let rest = reading.held.split_off(before);
                    let piece = std::mem::replace(&mut reading.held, rest);
                    return Ok(Some((Bytes::from(piece), Some(reading))));
                }
            }
        })
    }

    fn take(&mut self, part: &[u8]) -> Result<(), BlobError> {
        let from = self.held.len();
        match &mut self.decoder {
            Some(decoder) => {
                decoder.push(part, &mut self.held).map_err(|error| damaged(self.digest, error))?;
            }
            None => self.held.extend_from_slice(part),
        }
        self.hash.update(self.held.get(from..).unwrap_or_default());
        Ok(())
    }

    /// The last piece, if the whole is what it should be.
    fn finish(mut self) -> Result<Bytes, BlobError> {
        let from = self.held.len();
        if let Some(decoder) = self.decoder.take() {
            decoder.finish(&mut self.held).map_err(|error| damaged(self.digest, error))?;
        }
        self.hash.update(self.held.get(from..).unwrap_or_default());
        let found = Digest(self.hash.finish().0);
        if found != self.digest && !planted(Fault::BlobDigest) {
            return Err(damaged(self.digest, format!("its bytes have the SHA-256 `{found}`")));
        }
        Ok(self.held.into())
    }
}
