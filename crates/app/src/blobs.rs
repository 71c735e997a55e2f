//! Blobs: bytes kept by their SHA-256. They are streamed to a staging name, hashed on the way, made durable, and renamed to
//! their digest; nobody can name them before. Never buffered whole.

use std::sync::Arc;

use assent_domain::ids::Digest;
use assent_domain::values::BlobRef;
use assent_log::Hasher;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, pin_mut};
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt};
use uuid::Uuid;

/// The largest blob in bytes: 16 GiB.
pub const MAX_BLOB_BYTES: u64 = 16 * 1024 * 1024 * 1024;
/// Bytes are handed to the object store in parts of at least this size.
const PART_BYTES: usize = 8 * 1024 * 1024;

/// Why bytes were not kept or not found.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// Nothing has that digest.
    #[error("there is no blob `{0}`")]
    Missing(Digest),
    /// The client stopped sending, or sent too much.
    #[error("the upload failed: {0}")]
    Upload(String),
    /// What arrived is not what was announced.
    #[error("the bytes have the SHA-256 `{found}`, not `{expected}`")]
    Mismatch {
        /// What was announced.
        expected: Digest,
        /// What arrived.
        found: Digest,
    },
    /// The object store failed.
    #[error("the object store: {0}")]
    Store(#[from] Error),
}

impl BlobError {
    /// Whether there was no room for the bytes.
    pub fn is_full(&self) -> bool {
        use std::io::ErrorKind;
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(self);
        while let Some(error) = cause {
            let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
            if matches!(kind, Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded)) {
                return true;
            }
            cause = error.source();
        }
        false
    }
}

/// The blobs of an installation.
#[derive(Debug, Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
}

impl Blobs {
    /// Blobs in an object store. A local one must be durable (`with_fsync`).
    pub fn new(store: Arc<dyn ObjectStore>) -> Self {
        Self { store }
    }

    /// Keeps a stream of bytes. `staging` is a fresh id. With `expected`, other bytes are refused.
    pub async fn put<E: std::fmt::Display>(
        &self,
        staging: Uuid,
        bytes: impl Stream<Item = Result<Bytes, E>>,
        expected: Option<Digest>,
    ) -> Result<BlobRef, BlobError> {
        let staging = Path::from(format!("incoming/{staging}"));
        let result = self.receive(&staging, bytes).await;
        let blob = match result {
            Ok(blob) if expected.is_none_or(|expected| expected == blob.sha256) => blob,
            Ok(blob) => {
                self.store.delete(&staging).await?;
                let expected = expected.unwrap_or(blob.sha256);
                return Err(BlobError::Mismatch { expected, found: blob.sha256 });
            }
            Err(error) => return Err(error),
        };
        if let Err(error) = self.store.rename(&staging, &path(blob.sha256)).await {
            // Nobody can name what was received; that it cannot be removed either is no news for the client.
            drop(self.store.delete(&staging).await);
            return Err(error.into());
        }
        Ok(blob)
    }

    async fn receive<E: std::fmt::Display>(
        &self,
        staging: &Path,
        bytes: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<BlobRef, BlobError> {
        let mut upload = self.store.put_multipart(staging).await?;
        let outcome = async {
            let (mut hash, mut size) = (Hasher::new(), 0_u64);
            let mut part: Vec<u8> = Vec::new();
            pin_mut!(bytes);
            while let Some(chunk) = bytes.next().await {
                let chunk = chunk.map_err(|error| BlobError::Upload(error.to_string()))?;
                size = size.saturating_add(chunk.len() as u64);
                if size > MAX_BLOB_BYTES {
                    return Err(BlobError::Upload(format!("more than {MAX_BLOB_BYTES} bytes")));
                }
                hash.update(&chunk);
                part.extend_from_slice(&chunk);
                if part.len() >= PART_BYTES {
                    upload.put_part(std::mem::take(&mut part).into()).await?;
                }
            }
            upload.put_part(part.into()).await?;
            upload.complete().await?;
            Ok(BlobRef { sha256: Digest(hash.finish().0), size_bytes: size })
        };
        let outcome = outcome.await;
        if outcome.is_err() {
            // The part file is of no use; that it cannot be removed is no news for the client.
            drop(upload.abort().await);
        }
        outcome
    }

    /// The size of a blob, if it is there.
    pub async fn size(&self, digest: Digest) -> Result<Option<u64>, BlobError> {
        match self.store.head(&path(digest)).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The bytes of a blob, as a stream.
    pub async fn get(
        &self,
        digest: Digest,
    ) -> Result<impl Stream<Item = Result<Bytes, Error>> + Send + 'static, BlobError> {
        match self.store.get(&path(digest)).await {
            Ok(result) => Ok(result.into_stream()),
            Err(Error::NotFound { .. }) => Err(BlobError::Missing(digest)),
            Err(error) => Err(error.into()),
        }
    }

    /// The bytes of a blob, whole, if they are at most `max_bytes`.
    pub async fn read(&self, digest: Digest, max_bytes: u64) -> Result<Bytes, BlobError> {
        let size = self.size(digest).await?.ok_or(BlobError::Missing(digest))?;
        if size > max_bytes {
            return Err(BlobError::Upload(format!("the blob has {size} bytes, more than {max_bytes}")));
        }
        Ok(self.store.get(&path(digest)).await?.bytes().await?)
    }
}

fn path(digest: Digest) -> Path {
    let hex = digest.to_string();
    let folder: String = hex.chars().take(2).collect();
    Path::from(format!("sha256/{folder}/{hex}"))
}
