//! A blob that is read at any place, as the readers of archives and of columns want it.
//!
//! When it is opened it is read once from its start to its end, which compares it with its digest; what each block hashes to
//! is remembered then. So whatever is read later is what was compared, without holding the blob in memory or writing it
//! anywhere: 32 bytes for each block, and the blocks that were read last.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use assent_domain::ids::Digest;
use assent_log::Hasher;
use bytes::Bytes;
use futures_util::{TryStreamExt as _, pin_mut};
use object_store::{Error, ObjectStoreExt as _};
use tokio::runtime::Handle;

use super::sealed::Opened;
use super::{BlobError, Blobs, Form, damaged};
use crate::vault::envelope::{self, CHUNK_BYTES};

/// Chunks of an envelope in a block.
const BLOCK_CHUNKS: usize = 4;
/// Bytes of a block.
const BLOCK_BYTES: usize = BLOCK_CHUNKS * CHUNK_BYTES;
/// Blocks that are remembered: a small blob is read once.
const REMEMBERED: usize = 8;

/// A blob that is read at any place, from threads that may block.
#[derive(Debug)]
pub struct BlobFile {
    blobs: Blobs,
    digest: Digest,
    size: u64,
    /// The SHA-256 of each block.
    hashes: Vec<[u8; 32]>,
    last: Mutex<VecDeque<(usize, Bytes)>>,
    runtime: Handle,
}

impl Blobs {
    /// Opens a blob to be read at any place. Must be called within the runtime, which is also needed to read.
    pub async fn open(&self, digest: Digest) -> Result<BlobFile, BlobError> {
        let mut file = BlobFile {
            blobs: self.clone(),
            digest,
            size: 0,
            hashes: Vec::new(),
            last: Mutex::default(),
            runtime: Handle::current(),
        };
        let pieces = self.get(digest).await?;
        pin_mut!(pieces);
        let mut block: Vec<u8> = Vec::with_capacity(BLOCK_BYTES);
        while let Some(piece) = pieces.try_next().await? {
            let mut rest = &*piece;
            while !rest.is_empty() {
                let (now, later) = rest.split_at_checked(BLOCK_BYTES - block.len()).unwrap_or((rest, &[]));
                block.extend_from_slice(now);
                rest = later;
                if block.len() == BLOCK_BYTES {
                    file.add(std::mem::take(&mut block));
                }
            }
        }
        if !block.is_empty() {
            file.add(block);
        }
        Ok(file)
    }
}

impl BlobFile {
    /// How many bytes there are.
    pub fn size_bytes(&self) -> u64 {
        self.size
    }

    /// Reads from a place into a buffer and says how much was read; 0 only at the end. Blocking.
    pub fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, BlobError> {
        let Ok(index) = usize::try_from(offset / BLOCK_BYTES as u64) else { return Ok(0) };
        if index >= self.hashes.len() || buffer.is_empty() {
            return Ok(0);
        }
        let block = self.block(index)?;
        let from = usize::try_from(offset % BLOCK_BYTES as u64).unwrap_or(BLOCK_BYTES);
        let there = block.get(from..).unwrap_or_default();
        buffer.iter_mut().zip(there).for_each(|(to, from)| *to = *from);
        Ok(buffer.len().min(there.len()))
    }

    fn add(&mut self, block: Vec<u8>) {
        self.size = self.size.saturating_add(block.len() as u64);
        self.hashes.push(hash(&block));
        self.remember(self.hashes.len() - 1, block.into());
    }

    fn remember(&self, index: usize, block: Bytes) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() >= REMEMBERED {
            last.pop_front();
        }
        last.push_back((index, block));
    }

    fn block(&self, index: usize) -> Result<Bytes, BlobError> {
        let known = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, block)) = known.iter().find(|(known, _)| *known == index) {
            return Ok(block.clone());
        }
        drop(known);
        let block = self.runtime.block_on(async {
            // The blob may have been encrypted meanwhile, or put into another envelope.
            match self.stored(index).await {
                Ok(block) if self.is_right(index, &block) => Ok(block),
                _ => self.stored(index).await,
            }
        })?;
        if !self.is_right(index, &block) {
            return Err(damaged(self.digest, "its bytes are no longer what they were when it was opened"));
        }
        self.remember(index, block.clone());
        Ok(block)
    }

    fn is_right(&self, index: usize, block: &[u8]) -> bool {
        self.hashes.get(index).is_some_and(|right| *right == hash(block))
    }

    /// The bytes of a block as they are stored now.
    async fn stored(&self, index: usize) -> Result<Bytes, BlobError> {
        for form in Form::ORDER {
            let found = match form {
                Form::Plain => self.plain(index).await,
                Form::Sealed => self.sealed(index).await,
            };
            match found {
                Err(BlobError::Store(Error::NotFound { .. })) => {}
                found => return found,
            }
        }
        Err(BlobError::Missing(self.digest))
    }

    async fn plain(&self, index: usize) -> Result<Bytes, BlobError> {
        let start = index as u64 * BLOCK_BYTES as u64;
        let end = self.size.min(start.saturating_add(BLOCK_BYTES as u64));
        Ok(self.blobs.store.get_range(&Form::Plain.path(self.digest), start..end).await?)
    }

    async fn sealed(&self, index: usize) -> Result<Bytes, BlobError> {
        let Opened { head, key } = self.blobs.opened(self.digest).await?;
        let number = (index * BLOCK_CHUNKS) as u64;
        let place = envelope::place_of(self.size, number, BLOCK_CHUNKS as u64);
        let to_end = index.saturating_add(1) == self.hashes.len();
        let shut = self.blobs.store.get_range(&Form::Sealed.path(self.digest), place).await?;
        let block = envelope::open_part(&key, head, number, &shut, to_end);
        Ok(block.map_err(|error| damaged(self.digest, error))?.into())
    }
}

fn hash(block: &[u8]) -> [u8; 32] {
    let mut hash = Hasher::new();
    hash.update(block);
    hash.finish().0
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Arc;

    use assent_domain::values::BlobRef;
    use object_store::ObjectStore;
    use object_store::memory::InMemory;
    use uuid::Uuid;

    use super::*;
    use crate::vault::tests::{vault_with, vault_without_keys};

    /// Some blocks and a part of one, no two alike.
    fn content() -> Vec<u8> {
        let bytes = (0..BLOCK_BYTES as u64 * 9 + 777).map(|at| (at * 2_654_435_761).to_le_bytes()[1]);
        bytes.collect()
    }

    async fn kept(blobs: &Blobs, content: &[u8]) -> BlobRef {
        let bytes = futures_util::stream::iter([Ok::<_, Infallible>(Bytes::copy_from_slice(content))]);
        blobs.put(Uuid::nil(), bytes, None).await.unwrap()
    }

    fn stores() -> [Blobs; 2] {
        [vault_without_keys(), vault_with(1)].map(|vault| Blobs::new(Arc::new(InMemory::new()), vault))
    }

    async fn read(file: Arc<BlobFile>, offset: usize, length: usize) -> Result<Vec<u8>, BlobError> {
        let reading = tokio::task::spawn_blocking(move || {
            let (mut out, mut buffer) = (Vec::new(), vec![0; length]);
            while out.len() < length {
                let count = file.read_at((offset + out.len()) as u64, &mut buffer)?;
                if count == 0 {
                    break;
                }
                out.extend_from_slice(&buffer[..count.min(length - out.len())]);
            }
            Ok(out)
        });
        reading.await.unwrap()
    }

    #[tokio::test]
    async fn any_part_is_what_was_kept() {
        let content = content();
        for blobs in stores() {
            let blob = kept(&blobs, &content).await;
            let file = Arc::new(blobs.open(blob.sha256).await.unwrap());
            assert_eq!(file.size_bytes(), content.len() as u64);
            let edge = BLOCK_BYTES * 9;
            for (from, length) in
                [(0, 10), (BLOCK_BYTES - 3, 9), (edge - 1, 900), (5, BLOCK_BYTES * 3), (edge + 777, 5)]
            {
                let end = content.len().min(from + length);
                assert_eq!(
                    read(Arc::clone(&file), from, length).await.unwrap(),
                    &content[from..end],
                    "{from}"
                );
            }
        }
    }

    #[tokio::test]
    async fn what_is_changed_after_it_was_opened_is_not_read() {
        let content = content();
        for (blobs, form) in stores().into_iter().zip([Form::Plain, Form::Sealed]) {
            let blob = kept(&blobs, &content).await;
            let file = Arc::new(blobs.open(blob.sha256).await.unwrap());
            let path = form.path(blob.sha256);
            let mut stored = blobs.store.get(&path).await.unwrap().bytes().await.unwrap().to_vec();
            stored[100] ^= 1;
            blobs.store.put(&path, stored.into()).await.unwrap();
            let read = read(file, 0, 200).await;
            assert!(matches!(read, Err(BlobError::Damaged(..))), "{read:?}");
        }
    }

    #[tokio::test]
    async fn a_blob_that_is_encrypted_or_uploaded_again_meanwhile_is_read_on() {
        let content = content();
        let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        let plain = Blobs::new(Arc::clone(&store), vault_without_keys());
        let blob = kept(&plain, &content).await;
        let sealing = Blobs::new(store, vault_with(1));
        let file = Arc::new(sealing.open(blob.sha256).await.unwrap());
        assert!(sealing.encrypt(blob.sha256, Uuid::nil()).await.unwrap());
        assert_eq!(read(Arc::clone(&file), 0, 10).await.unwrap(), &content[..10]);
        kept(&sealing, &content).await;
        assert_eq!(read(file, BLOCK_BYTES, 10).await.unwrap(), &content[BLOCK_BYTES..BLOCK_BYTES + 10]);
    }
}
