//! Encrypted blobs of a backup: an envelope and its data key, copied as they are, and opened only to be checked.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use assent_app::blobs::{Form, key_name};
use assent_app::vault::envelope::{self, CHUNK_BYTES, Decoder, Head};
use assent_app::vault::{Purpose, Vault, VaultError, key_of};
use assent_domain::ids::Digest;
use assent_log::Hasher;
use uuid::Uuid;

use super::manifest::{Manifest, Piece, damaged};
use super::pieces;
use super::restore::Sources;
use crate::installation::{files, shut};
use crate::problem::Problem;

/// The place of an envelope around these bytes.
pub(super) fn place(digest: Digest) -> String {
    format!("blobs/{}", Form::Sealed.name(digest))
}

/// The place of the data key of one envelope.
fn key_place(digest: Digest, envelope: Uuid) -> String {
    format!("blobs/{}", key_name(digest, envelope))
}

/// Whether an envelope or a data key has that place.
pub(super) fn is_place(path: &str) -> bool {
    parse(path).is_some()
}

/// What lies at a place: an envelope, or with an id its data key.
fn parse(path: &str) -> Option<(Digest, Option<Uuid>)> {
    let name = path.rsplit('/').next()?;
    let (digest, envelope) = match name.split_once('.') {
        Some((digest, envelope)) => (digest, Some(envelope.parse().ok()?)),
        None => (name, None),
    };
    let digest = digest.parse().ok()?;
    let is_its_own = path == envelope.map_or_else(|| place(digest), |envelope| key_place(digest, envelope));
    is_its_own.then_some((digest, envelope))
}

/// Copies the envelope around these bytes with its data key; `None` where the blob is not encrypted.
///
/// The data key is the one that the copied envelope names: it stands as long as the envelope could be copied, even where
/// the bytes are received anew meanwhile.
pub(super) fn copy(data: &Path, to: &Path, digest: Digest) -> Result<Option<[Piece; 2]>, Problem> {
    let path = place(digest);
    if !data.join(&path).exists() {
        return Ok(None);
    }
    let envelope = pieces::copy(&data.join(&path), &to.join(&path), &path)?;
    let path = key_place(digest, head(&to.join(&path))?.envelope);
    let key = pieces::copy(&data.join(&path), &to.join(&path), &path)?;
    Ok(Some([envelope, key]))
}

/// Compares a blob that lies in an envelope below `data` with its digest. Without its master key only the length is
/// compared, and the answer is no.
pub(super) fn check(data: &Path, digest: Digest, size_bytes: u64, vault: &Vault) -> Result<bool, Problem> {
    let path = data.join(place(digest));
    let head = head(&path)?;
    let length = path.metadata().map_err(|error| Problem::path("read", &path, error))?.len();
    if envelope::content_bytes(length) != Some(size_bytes) {
        return Err(damaged(&path, "it has a wrong length"));
    }
    let key_path = data.join(key_place(digest, head.envelope));
    let kept = files::read(&key_path)?.ok_or_else(|| damaged(&key_path, "it is missing"))?;
    let purpose = Purpose::Blob { digest, envelope: head.envelope };
    let key = match vault.open(&kept, purpose) {
        Ok(key) => key,
        Err(VaultError::UnknownKey { .. }) => return Ok(false),
        Err(error @ VaultError::Damaged(_)) => return Err(damaged(&key_path, &error.to_string())),
    };
    match digest_of(&path, Decoder::new(&key, head))? {
        found if found == digest => Ok(true),
        _ => Err(damaged(&path, "what is in it does not have its digest")),
    }
}

/// Refuses a backup that these master keys do not open, before anything is copied.
pub(super) fn check_master_keys(sources: &Sources, data: &Manifest, vault: &Vault) -> Result<(), Problem> {
    let keys = data.files.iter().filter(|piece| matches!(parse(&piece.path), Some((_, Some(_)))));
    let seed = sources.keys_from.join("signing.seed");
    for path in std::iter::once(seed).chain(keys.map(|piece| sources.from.join(&piece.path))) {
        let Some(kept) = files::read(&path)? else { continue };
        let wanted = key_of(&kept).map_err(|error| damaged(&path, &error.to_string()))?;
        let masters = vault.keys();
        if let Some(wanted) = wanted.filter(|wanted| masters.find(*wanted).is_none()) {
            let what = format!("the backup, as `{}` shows,", path.display());
            return Err(shut(&what, &VaultError::UnknownKey { wanted, given: masters.ids() }));
        }
    }
    Ok(())
}

fn head(path: &Path) -> Result<Head, Problem> {
    let mut start = Vec::new();
    let opened = File::open(path).map_err(|error| Problem::path("read", path, error))?;
    let read = opened.take(Head::BYTES as u64).read_to_end(&mut start);
    read.map_err(|error| Problem::path("read", path, error))?;
    Head::decode(&start).map_err(|error| damaged(path, &error.to_string()))
}

/// The digest of what is in an envelope.
fn digest_of(path: &Path, mut decoder: Decoder) -> Result<Digest, Problem> {
    let wrong = |error: std::io::Error| Problem::path("read", path, error);
    let broken = |error: envelope::EnvelopeError| damaged(path, &error.to_string());
    let mut source = File::open(path).map_err(wrong)?;
    std::io::copy(&mut source.by_ref().take(Head::BYTES as u64), &mut std::io::sink()).map_err(wrong)?;
    let (mut hasher, mut part, mut out) = (Hasher::new(), vec![0; CHUNK_BYTES], Vec::new());
    loop {
        let read = source.read(&mut part).map_err(wrong)?;
        let Some(bytes) = part.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        decoder.push(bytes, &mut out).map_err(broken)?;
        hasher.update(&out);
        out.clear();
    }
    decoder.finish(&mut out).map_err(broken)?;
    hasher.update(&out);
    Ok(Digest(hasher.finish().0))
}
