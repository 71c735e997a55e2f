//! Putting another master key in the place of one: every secret is wrapped anew, and what is still plain is encrypted, while
//! servers run.
//!
//! Each step is whole by itself and is not taken twice, so a rotation that was interrupted is repeated, and goes on. A key
//! that is destroyed meanwhile stays destroyed: keys are replaced only where the former one still stands.

use std::collections::BTreeMap;

use assent_store::{Replacement, StoreError, SubjectKeys};
use uuid::Uuid;

use super::{KeyId, Purpose, Vault, VaultError, key_of};
use crate::blobs::{BlobError, Blobs};
use crate::wiring::Wiring;

/// Keys are replaced so many at a time: others who write to them wait no longer.
const PAGE: usize = 100;

/// How many secrets are wrapped under each master key, and how many are plain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Count(pub BTreeMap<Option<KeyId>, u64>);

impl Count {
    /// One more.
    pub fn add(&mut self, key: Option<KeyId>) {
        *self.0.entry(key).or_default() += 1;
    }

    /// Of another count too.
    pub fn extend(&mut self, other: &Self) {
        for (key, count) in &other.0 {
            *self.0.entry(*key).or_default() += count;
        }
    }

    /// How many are plain.
    pub fn plain(&self) -> u64 {
        self.0.get(&None).copied().unwrap_or_default()
    }

    /// How many depend on that key.
    pub fn under(&self, key: KeyId) -> u64 {
        self.0.get(&Some(key)).copied().unwrap_or_default()
    }

    /// The keys that something depends on.
    pub fn keys(&self) -> impl Iterator<Item = KeyId> {
        self.0.keys().copied().flatten()
    }
}

/// What the keys of subjects and of look-ups depend on.
pub fn count_keys(keys: &dyn SubjectKeys) -> Result<Count, StoreError> {
    let mut count = Count::default();
    if let Some(kept) = keys.made_lookup_key()? {
        count.add(key_of(&kept)?);
    }
    each_page(keys, |page| {
        page.iter().try_for_each(|(_, kept)| {
            count.add(key_of(kept)?);
            Ok(())
        })
    })?;
    Ok(count)
}

/// What the data keys of blobs depend on, and those that say nothing; plain blobs count as plain.
pub async fn count_blobs(blobs: &Blobs) -> Result<(Count, Vec<BlobError>), BlobError> {
    let (mut count, mut failed) = (Count::default(), Vec::new());
    for (digest, envelope) in blobs.data_keys().await? {
        match blobs.key_of(digest, envelope).await {
            Ok(key) => count.add(key),
            Err(error) => failed.push(passable(error)?),
        }
    }
    blobs.plain().await?.iter().for_each(|_| count.add(None));
    Ok((count, failed))
}

/// Wraps the keys of subjects and of look-ups under the first master key; gives how many were not.
pub fn rotate_keys(keys: &dyn SubjectKeys, vault: &Vault) -> Result<u64, StoreError> {
    let mut done = 0;
    if let Some(kept) = keys.made_lookup_key()? {
        let replacement = replacement(vault, None, kept)?;
        done += keys.replace(replacement.as_slice())?;
    }
    each_page(keys, |page| {
        let anew = page.iter().map(|(subject, kept)| replacement(vault, Some(*subject), kept.clone()));
        let anew: Vec<Replacement> = anew.filter_map(Result::transpose).collect::<Result<_, _>>()?;
        if !anew.is_empty() {
            done += keys.replace(&anew)?;
        }
        Ok(())
    })?;
    if done > 0 {
        keys.forget_replaced()?;
    }
    Ok(done as u64)
}

/// What was done with blobs.
#[derive(Debug, Default)]
pub struct Rotated {
    /// Data keys that were wrapped anew.
    pub rewrapped: u64,
    /// Plain blobs that were encrypted.
    pub encrypted: u64,
    /// Those that could not be read, and stay as they were.
    pub failed: Vec<BlobError>,
}

/// Wraps the data keys of blobs under the first master key, and encrypts plain blobs. What is wrong with one blob does not
/// keep the others from being done.
pub async fn rotate_blobs(blobs: &Blobs, wiring: &Wiring) -> Result<Rotated, BlobError> {
    let mut rotated = Rotated::default();
    for (digest, envelope) in blobs.data_keys().await? {
        match blobs.rewrap(digest, envelope).await {
            Ok(done) => rotated.rewrapped += u64::from(done),
            Err(error) => rotated.failed.push(passable(error)?),
        }
    }
    for digest in blobs.plain().await? {
        match blobs.encrypt(digest, wiring.id()).await {
            Ok(done) => rotated.encrypted += u64::from(done),
            Err(error) => rotated.failed.push(passable(error)?),
        }
    }
    Ok(rotated)
}

/// What is wrong with one blob only.
fn passable(error: BlobError) -> Result<BlobError, BlobError> {
    match error {
        BlobError::Store(_) => Err(error),
        BlobError::Missing(_)
        | BlobError::Upload(_)
        | BlobError::Mismatch { .. }
        | BlobError::Shut(..)
        | BlobError::Damaged(..) => Ok(error),
    }
}

fn replacement(
    vault: &Vault,
    subject: Option<Uuid>,
    from: Vec<u8>,
) -> Result<Option<Replacement>, VaultError> {
    let purpose = subject.map_or(Purpose::LookUp, Purpose::Subject);
    Ok(vault.shut_anew(&from, purpose)?.map(|to| Replacement { subject, from, to }))
}

fn each_page(
    keys: &dyn SubjectKeys,
    mut each: impl FnMut(&[(Uuid, Vec<u8>)]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let page = keys.living(after, PAGE)?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = Some(*last);
        each(&page)?;
    }
}
