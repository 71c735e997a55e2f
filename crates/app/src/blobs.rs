//! Blobs: bytes kept by their SHA-256. They are streamed to a staging name, hashed on the way, made durable, and renamed to
//! their digest; nobody can name them before. Never buffered whole.
//!
//! ```text
//! sha256/ab/<digest>            the bytes as they are
//! sealed/ab/<digest>            an envelope around them, where there is a master key
//! sealed/ab/<digest>.<envelope> its data key, wrapped under a master key
//! incoming/<id>                 what is still being received
//! uploads/ab/<digest>.<who>     empty: that principal sent these bytes, or answers for who did
//! ```
//!
//! The data key is durable before the envelope gets its name. Each envelope has an id of its own, and its data key is named
//! by it: so two that receive the same bytes at the same time cannot part an envelope from its key, whoever is last.

mod file;
mod reading;
mod sealed;
mod senders;

use std::sync::Arc;

use assent_domain::ids::Digest;
use assent_domain::values::BlobRef;
use assent_log::Hasher;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt as _, pin_mut};
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt};
use uuid::Uuid;

use crate::vault::envelope::{self, EnvelopeError};
use crate::vault::{Vault, VaultError};
pub use file::BlobFile;
use reading::Reading;
use sealed::Sealing;

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
    /// Its data key is under a master key that was not given.
    #[error("the blob `{0}` cannot be decrypted: {1}")]
    Shut(Digest, VaultError),
    /// What is stored is not what was kept.
    #[error("the blob `{0}` is damaged: {1}")]
    Damaged(Digest, String),
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
    vault: Vault,
}

impl Blobs {
    /// Blobs in an object store, encrypted as the vault says. A local store must be durable (`with_fsync`).
    pub fn new(store: Arc<dyn ObjectStore>, vault: Vault) -> Self {
        Self { store, vault }
    }

    /// What they are encrypted under.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Keeps a stream of bytes. `staging` is a fresh id. With `expected`, other bytes are refused.
    pub async fn put<E: std::fmt::Display>(
        &self,
        staging: Uuid,
        bytes: impl Stream<Item = Result<Bytes, E>>,
        expected: Option<Digest>,
    ) -> Result<BlobRef, BlobError> {
        let staging = Path::from(format!("incoming/{staging}"));
        let mut sealing = self.sealing();
        let blob = self.receive(&staging, bytes, sealing.as_mut()).await?;
        if let Some(expected) = expected.filter(|expected| *expected != blob.sha256) {
            self.store.delete(&staging).await?;
            return Err(BlobError::Mismatch { expected, found: blob.sha256 });
        }
        if let Err(error) = self.name(&staging, blob.sha256, sealing).await {
            // Nobody can name what was received; that it cannot be removed either is no news for the client.
            drop(self.store.delete(&staging).await);
            return Err(error);
        }
        Ok(blob)
    }

    async fn receive<E: std::fmt::Display>(
        &self,
        staging: &Path,
        bytes: impl Stream<Item = Result<Bytes, E>>,
        mut sealing: Option<&mut Sealing>,
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
                match &mut sealing {
                    Some(sealing) => sealing.push(&chunk, &mut part)?,
                    None => part.extend_from_slice(&chunk),
                }
                if part.len() >= PART_BYTES {
                    upload.put_part(std::mem::take(&mut part).into()).await?;
                }
            }
            if let Some(sealing) = &mut sealing {
                sealing.finish(&mut part)?;
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

    /// Gives what was received its name, and before that its data key.
    async fn name(&self, staging: &Path, digest: Digest, sealing: Option<Sealing>) -> Result<(), BlobError> {
        let Some(sealing) = sealing else {
            return Ok(self.store.rename(staging, &Form::Plain.path(digest)).await?);
        };
        self.keep_key(digest, &sealing).await?;
        self.store.rename(staging, &Form::Sealed.path(digest)).await?;
        self.keep_key_still(digest, &sealing).await
    }

    /// The size of a blob, if it is there.
    pub async fn size(&self, digest: Digest) -> Result<Option<u64>, BlobError> {
        for form in Form::ORDER {
            match self.store.head(&form.path(digest)).await {
                Ok(meta) if form == Form::Plain => return Ok(Some(meta.size)),
                Ok(meta) => {
                    let wrong = || damaged(digest, "its length is that of no encrypted blob");
                    return Ok(Some(envelope::content_bytes(meta.size).ok_or_else(wrong)?));
                }
                Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }

    /// The bytes of a blob, as a stream. The last of them come only once the digest was seen to be right.
    pub async fn get(
        &self,
        digest: Digest,
    ) -> Result<impl Stream<Item = Result<Bytes, BlobError>> + Send + 'static + use<>, BlobError> {
        for form in Form::ORDER {
            match self.store.get(&form.path(digest)).await {
                Ok(found) => return self.read_as(digest, form, found).await,
                Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(BlobError::Missing(digest))
    }

    /// What was found, as a stream. Its first piece is read at once: what is wrong at the start, and whatever is wrong with a
    /// small blob, is known before anything is answered.
    async fn read_as(
        &self,
        digest: Digest,
        form: Form,
        found: object_store::GetResult,
    ) -> Result<impl Stream<Item = Result<Bytes, BlobError>> + Send + 'static + use<>, BlobError> {
        let mut bytes = found.into_stream();
        let decoder = match form {
            Form::Plain => None,
            Form::Sealed => Some(self.unseal(digest, &mut bytes).await?),
        };
        let mut pieces = Box::pin(Reading::new(digest, bytes, decoder).pieces());
        let first = pieces.try_next().await?;
        Ok(futures_util::stream::iter(first.map(Ok)).chain(pieces))
    }

    /// The bytes of a blob, whole, if they are at most `max_bytes`.
    pub async fn read(&self, digest: Digest, max_bytes: u64) -> Result<Bytes, BlobError> {
        let size = self.size(digest).await?.ok_or(BlobError::Missing(digest))?;
        if size > max_bytes {
            return Err(BlobError::Upload(format!("the blob has {size} bytes, more than {max_bytes}")));
        }
        let mut whole = Vec::new();
        let pieces = self.get(digest).await?;
        pin_mut!(pieces);
        while let Some(piece) = pieces.try_next().await? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole.into())
    }
}

/// The two forms that a blob can stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The bytes as they are.
    Plain,
    /// An envelope around them.
    Sealed,
}

impl Form {
    /// In which order they are looked for. A rotation writes the envelope before it removes the plain bytes: who found
    /// neither may have come between, and looks again.
    pub const ORDER: [Self; 3] = [Self::Sealed, Self::Plain, Self::Sealed];

    fn folder(self) -> &'static str {
        match self {
            Self::Plain => "sha256",
            Self::Sealed => "sealed",
        }
    }

    fn path(self, digest: Digest) -> Path {
        Path::from(self.name(digest))
    }

    /// The name of a blob in this form.
    pub fn name(self, digest: Digest) -> String {
        let hex = digest.to_string();
        let group: String = hex.chars().take(2).collect();
        format!("{}/{group}/{hex}", self.folder())
    }
}

/// The name of the data key of one envelope around these bytes.
pub fn key_name(digest: Digest, envelope: Uuid) -> String {
    format!("{}.{}", Form::Sealed.name(digest), envelope.simple())
}

fn damaged(digest: Digest, what: impl std::fmt::Display) -> BlobError {
    let error = BlobError::Damaged(digest, what.to_string());
    tracing::error!(%error);
    error
}

impl From<EnvelopeError> for BlobError {
    /// For envelopes that are written: they have no name yet.
    fn from(error: EnvelopeError) -> Self {
        Self::Upload(error.to_string())
    }
}
