//! Who sent which bytes. A digest can be heard of, and bytes can only be had: who sent them may name them.
//!
//! The mark of a sender is made once the bytes have their name, and an upload is answered after both. Where the mark cannot be
//! made the upload has failed, and sending it again makes it; the bytes that are there by then give nobody a right. Marks are in
//! no backup: who names bytes that nobody refers to yet sends them again after a restore, as they are in no backup either.

use std::collections::BTreeSet;

use assent_domain::ids::{Digest, PrincipalId};
use assent_domain::values::BlobRef;
use bytes::Bytes;
use futures_util::{Stream, TryStreamExt as _};
use object_store::path::Path;
use object_store::{Error, ObjectStore as _, ObjectStoreExt as _};
use uuid::Uuid;

use super::{BlobError, Blobs};

/// Where the marks stand.
const FOLDER: &str = "uploads";

impl Blobs {
    /// Keeps a stream of bytes as [`Blobs::put`] does, and who sent them: whoever sends bytes that are there already has shown
    /// that they have them, too.
    pub async fn put_from<E: std::fmt::Display>(
        &self,
        staging: Uuid,
        bytes: impl Stream<Item = Result<Bytes, E>>,
        expected: Option<Digest>,
        senders: &BTreeSet<PrincipalId>,
    ) -> Result<BlobRef, BlobError> {
        let blob = self.put(staging, bytes, expected).await?;
        for sender in senders {
            self.store.put(&mark(blob.sha256, *sender), Bytes::new().into()).await?;
        }
        Ok(blob)
    }

    /// Whether a principal sent these bytes, or answers for who did.
    pub async fn is_from(&self, digest: Digest, sender: PrincipalId) -> Result<bool, BlobError> {
        match self.store.head(&mark(digest, sender)).await {
            Ok(_) => Ok(true),
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes the marks of these principals, and gives how many there were. Every mark is looked at.
    pub async fn forget_senders(&self, senders: &BTreeSet<Uuid>) -> Result<u64, BlobError> {
        if senders.is_empty() {
            return Ok(0);
        }
        let mut listed = self.store.list(Some(&Path::from(FOLDER)));
        let mut removed = 0;
        while let Some(meta) = listed.try_next().await? {
            if meta.location.filename().and_then(sender).is_some_and(|sender| senders.contains(&sender)) {
                self.store.delete(&meta.location).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

fn mark(digest: Digest, sender: PrincipalId) -> Path {
    let hex = digest.to_string();
    let group: String = hex.chars().take(2).collect();
    Path::from(format!("{FOLDER}/{group}/{hex}.{}", sender.0.simple()))
}

/// Whose mark a file is, by its name.
fn sender(name: &str) -> Option<Uuid> {
    name.split_once('.').and_then(|(_, sender)| sender.parse().ok())
}
