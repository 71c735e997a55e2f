//! Envelopes around blobs, and their data keys.

use assent_domain::Time;
use assent_domain::ids::Digest;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::path::Path;
use object_store::{Error, ObjectStoreExt as _};
use uuid::Uuid;

use super::{BlobError, Blobs, Form, damaged, key_name};
use crate::vault::envelope::{Decoder, Encoder, EnvelopeError, Head};
use crate::vault::{KeyId, Purpose, VaultError, Wrapped, key_of};

/// The head of an envelope, and what opens it.
pub(super) struct Opened {
    pub(super) head: Head,
    pub(super) key: [u8; 32],
}

/// An envelope that is being written.
pub(super) struct Sealing {
    head: Head,
    key: [u8; 32],
    encoder: Option<Encoder>,
}

impl Sealing {
    fn new(head: Head, key: [u8; 32]) -> Self {
        Self { head, key, encoder: None }
    }

    pub(super) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), EnvelopeError> {
        self.encoder(out).push(bytes, out)
    }

    pub(super) fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), EnvelopeError> {
        self.encoder(out);
        self.encoder.take().map_or(Ok(()), |encoder| encoder.finish(out))
    }

    /// Begun with the first bytes.
    fn encoder(&mut self, out: &mut Vec<u8>) -> &mut Encoder {
        self.encoder.get_or_insert_with(|| Encoder::new(&self.key, self.head, out))
    }
}

impl Blobs {
    /// A new envelope, if there is a master key.
    pub(super) fn sealing(&self) -> Option<Sealing> {
        self.vault.keys().first()?;
        let head = Head { envelope: Uuid::from_bytes(self.vault.random()) };
        Some(Sealing::new(head, self.vault.random()))
    }

    /// Keeps the data key of an envelope around these bytes.
    pub(super) async fn keep_key(&self, digest: Digest, sealing: &Sealing) -> Result<(), BlobError> {
        let envelope = sealing.head.envelope;
        let kept = self.vault.shut(&sealing.key, Purpose::Blob { digest, envelope });
        let kept = kept.map_err(|error| shut(digest, error))?;
        self.store.put(&key_path(digest, envelope), kept.into()).await?;
        Ok(())
    }

    /// Reads the head of an envelope, and gives the decoder of what follows. It has seen the bytes that came with the head.
    pub(super) async fn unseal(
        &self,
        digest: Digest,
        bytes: &mut BoxStream<'static, Result<bytes::Bytes, Error>>,
    ) -> Result<(Decoder, Vec<u8>), BlobError> {
        let mut start = Vec::new();
        while start.len() < Head::BYTES {
            match bytes.next().await.transpose()? {
                Some(part) => start.extend_from_slice(&part),
                None => break,
            }
        }
        let wrong = |error: EnvelopeError| damaged(digest, error);
        let head = Head::decode(&start).map_err(wrong)?;
        let key = self.data_key(digest, head.envelope).await?;
        let mut decoder = Decoder::new(&key, head);
        let mut out = Vec::new();
        decoder.push(start.get(Head::BYTES..).unwrap_or_default(), &mut out).map_err(wrong)?;
        Ok((decoder, out))
    }

    /// What is needed to open any part of an envelope that is there.
    pub(super) async fn opened(&self, digest: Digest) -> Result<Opened, BlobError> {
        let start = self.store.get_range(&Form::Sealed.path(digest), 0..Head::BYTES as u64).await?;
        let head = Head::decode(&start).map_err(|error| damaged(digest, error))?;
        Ok(Opened { head, key: self.data_key(digest, head.envelope).await? })
    }

    async fn data_key(&self, digest: Digest, envelope: Uuid) -> Result<[u8; 32], BlobError> {
        let kept = self.kept_key(digest, envelope).await?;
        let purpose = Purpose::Blob { digest, envelope };
        self.vault.open(&kept, purpose).map_err(|error| shut(digest, error))
    }

    async fn kept_key(&self, digest: Digest, envelope: Uuid) -> Result<Vec<u8>, BlobError> {
        let found = match self.store.get(&key_path(digest, envelope)).await {
            Ok(found) if found.meta.size == Wrapped::BYTES as u64 => found,
            Ok(_) => return Err(damaged(digest, "its data key has a wrong length")),
            Err(Error::NotFound { .. }) => return Err(damaged(digest, "its data key is missing")),
            Err(error) => return Err(error.into()),
        };
        Ok(found.bytes().await?.to_vec())
    }

    /// Puts the data key of one envelope under the first master key. Says whether it had to be done.
    pub(crate) async fn rewrap(&self, digest: Digest, envelope: Uuid) -> Result<bool, BlobError> {
        let kept = self.kept_key(digest, envelope).await?;
        let anew = self.vault.shut_anew(&kept, Purpose::Blob { digest, envelope });
        let Some(anew) = anew.map_err(|error| shut(digest, error))? else { return Ok(false) };
        self.store.put(&key_path(digest, envelope), anew.into()).await?;
        Ok(true)
    }

    /// Puts plain bytes into an envelope, and removes them. `staging` is a fresh id.
    pub(crate) async fn encrypt(&self, digest: Digest, staging: Uuid) -> Result<bool, BlobError> {
        let plain = Form::Plain.path(digest);
        let found = match self.store.get(&plain).await {
            Ok(found) => found,
            Err(Error::NotFound { .. }) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        let bytes = self.read_as(digest, Form::Plain, found).await?;
        self.put(staging, bytes, Some(digest)).await?;
        self.store.delete(&plain).await?;
        Ok(true)
    }

    /// Keeps the data key once more if it is gone: who collects those that belong to nothing may have come between the key
    /// and the name of its envelope.
    pub(super) async fn keep_key_still(&self, digest: Digest, sealing: &Sealing) -> Result<(), BlobError> {
        match self.store.head(&key_path(digest, sealing.head.envelope)).await {
            Ok(_) => Ok(()),
            Err(Error::NotFound { .. }) => self.keep_key(digest, sealing).await,
            Err(error) => Err(error.into()),
        }
    }

    /// Removes data keys that were kept before `before` and open no envelope: of uploads that did not come to their end, and
    /// of bytes that were uploaded again. Gives how many.
    pub async fn collect_keys(&self, before: Time) -> Result<u64, BlobError> {
        let mut listed = self.store.list(Some(&Path::from(Form::Sealed.folder())));
        let mut removed = 0;
        while let Some(meta) = listed.try_next().await? {
            let Some((digest, envelope)) = meta.location.filename().and_then(key_named) else { continue };
            if meta.last_modified.timestamp_millis() < before.as_millisecond()
                && self.belongs_to_nothing(digest, envelope).await?
            {
                self.store.delete(&meta.location).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Whether a data key opens no envelope: there is none, or another one. What cannot be read is left as it is.
    async fn belongs_to_nothing(&self, digest: Digest, envelope: Uuid) -> Result<bool, BlobError> {
        match self.store.get_range(&Form::Sealed.path(digest), 0..Head::BYTES as u64).await {
            Ok(start) => Ok(Head::decode(&start).is_ok_and(|head| head.envelope != envelope)),
            Err(Error::NotFound { .. }) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    /// The data keys of all envelopes.
    pub(crate) async fn data_keys(&self) -> Result<Vec<(Digest, Uuid)>, BlobError> {
        Ok(self.names(Form::Sealed).await?.iter().filter_map(|name| key_named(name)).collect())
    }

    /// The blobs that stand in their plain form.
    pub(crate) async fn plain(&self) -> Result<Vec<Digest>, BlobError> {
        let names = self.names(Form::Plain).await?;
        Ok(names.into_iter().filter_map(|name| name.parse().ok()).collect())
    }

    /// What the wrapped form of a data key says.
    pub(crate) async fn key_of(&self, digest: Digest, envelope: Uuid) -> Result<Option<KeyId>, BlobError> {
        let kept = self.kept_key(digest, envelope).await?;
        key_of(&kept).map_err(|error| shut(digest, error))
    }

    async fn names(&self, form: Form) -> Result<Vec<String>, BlobError> {
        let listed = self.store.list(Some(&Path::from(form.folder())));
        let names = listed.map_ok(|meta| meta.location.filename().unwrap_or_default().to_owned());
        Ok(names.try_collect().await?)
    }
}

/// A data key that does not open: its master key was not given, or it is not what it was.
fn shut(digest: Digest, error: VaultError) -> BlobError {
    match error {
        VaultError::UnknownKey { .. } => {
            let error = BlobError::Shut(digest, error);
            tracing::error!(%error);
            error
        }
        VaultError::Damaged(what) => damaged(digest, format!("of its data key, {what}")),
    }
}

/// What a data key belongs to, by the name of its file.
fn key_named(name: &str) -> Option<(Digest, Uuid)> {
    let (digest, envelope) = name.split_once('.')?;
    Some((digest.parse().ok()?, envelope.parse().ok()?))
}

fn key_path(digest: Digest, envelope: Uuid) -> Path {
    Path::from(key_name(digest, envelope))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use object_store::memory::InMemory;

    use super::*;
    use crate::vault::tests::vault_with;

    #[tokio::test]
    async fn a_key_that_was_collected_too_early_is_kept_again() {
        let blobs = Blobs::new(Arc::new(InMemory::new()), vault_with(1));
        let digest = Digest::of(b"weights");
        let mut sealing = blobs.sealing().unwrap();
        let mut envelope = Vec::new();
        sealing.push(b"weights", &mut envelope).unwrap();
        sealing.finish(&mut envelope).unwrap();
        let staging = Path::from("incoming/x");
        blobs.store.put(&staging, envelope.into()).await.unwrap();
        blobs.keep_key(digest, &sealing).await.unwrap();
        assert_eq!(blobs.collect_keys(Time::MAX).await.unwrap(), 1, "nothing tells yet what it is for");
        blobs.store.rename(&staging, &Form::Sealed.path(digest)).await.unwrap();
        blobs.keep_key_still(digest, &sealing).await.unwrap();
        assert_eq!(blobs.collect_keys(Time::MAX).await.unwrap(), 0);
        assert_eq!(blobs.read(digest, 100).await.unwrap().as_ref(), b"weights");
    }
}
