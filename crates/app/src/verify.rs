//! Verification of a stored log: chain, tree, stored tiles, checkpoints, signatures, payloads.

use std::collections::BTreeSet;

use assent_domain::Time;
use assent_domain::ids::Digest;
use assent_log::entry::Entry;
use assent_log::tile::{TILE_WIDTH, TilePath};
use assent_log::verify::{Damage, Level, Report, Verifier};
use assent_log::{Hash, Tree, VerifyingKey};
use assent_store::{Head, Place, Read, StoreError};

use crate::checkpoints::stored_tree;
use crate::replay::payload_of;

/// How many entries a start verifies.
pub const START_ENTRIES: u64 = 1_000;
/// How many checkpoints are read at a time.
const CHECKPOINT_PAGE: u32 = 1_000;

/// Verifies all of the log. `outside` are checkpoints that somebody kept elsewhere: they have to hold too.
pub fn verify(
    read: &dyn Read,
    level: Level,
    keys: &[VerifyingKey],
    outside: &[Vec<u8>],
) -> Result<Report, StoreError> {
    let head = read.head()?;
    let mut verifier = Verifier::resume(level, Tree::new());
    let mut after = None;
    loop {
        let page = read.checkpoints(after, CHECKPOINT_PAGE)?;
        let Some(last) = page.last() else { break };
        after = Some(last.size);
        for checkpoint in &page {
            expect_stored(&mut verifier, checkpoint, keys);
        }
    }
    for note in outside {
        expect(&mut verifier, note, keys);
    }
    expect_head(&mut verifier, &head);
    let (mut tiles, mut payloads) = (Vec::new(), BTreeSet::new());
    for_each_entry(read, 0, head.size, &mut |bytes| {
        verifier.push(bytes);
        payloads.extend(check_payload(read, &mut verifier, bytes)?);
        if verifier.size().is_multiple_of(256) {
            tiles.extend(verifier.take_full_tiles());
            compare_tiles(read, &mut verifier, &mut tiles)?;
        }
        Ok(())
    })?;
    tiles.extend(verifier.take_full_tiles());
    tiles.extend(verifier.open_tiles());
    compare_tiles(read, &mut verifier, &mut tiles)?;
    check_head(read, &mut verifier, &head)?;
    find_strays(read, &mut verifier, &head, &payloads)?;
    Ok(verifier.finish())
}

/// Verifies the newest entries and the head: what every start does.
pub fn verify_end(read: &dyn Read, keys: &[VerifyingKey]) -> Result<Report, StoreError> {
    let head = read.head()?;
    let from = head.size.saturating_sub(START_ENTRIES);
    let mut verifier = Verifier::resume(Level::Schema, stored_tree(read, from)?);
    if let Some(latest) = read.latest_checkpoint()? {
        if latest.size >= from {
            expect(&mut verifier, &latest.note, keys);
        } else if let Some(cause) = contradicts(read, &latest.note, keys)? {
            verifier.report(Damage::Schema { position: latest.size, cause });
        }
    }
    expect_head(&mut verifier, &head);
    for_each_entry(read, from, head.size, &mut |bytes| {
        verifier.push(bytes);
        check_payload(read, &mut verifier, bytes).map(drop)
    })?;
    Ok(verifier.finish())
}

/// Why a checkpoint does not hold for the stored tiles, if it does not: its size lies behind the head, its signature is
/// wrong, or the tree of that size has another root.
pub fn contradicts(
    read: &dyn Read,
    note: &[u8],
    keys: &[VerifyingKey],
) -> Result<Option<String>, StoreError> {
    let checkpoint = match assent_log::Checkpoint::open(note, keys) {
        Ok((checkpoint, _)) => checkpoint,
        Err(error) => return Ok(Some(format!("a checkpoint does not verify: {error}"))),
    };
    let size = read.head()?.size;
    if checkpoint.size > size {
        return Ok(Some(format!("the log has {size} entries, and a checkpoint says {}", checkpoint.size)));
    }
    Ok(match stored_tree(read, checkpoint.size) {
        Ok(tree) if tree.root() == checkpoint.root => None,
        Ok(_) => Some(format!(
            "a checkpoint of {} entries has another root than the log: it was rewritten",
            checkpoint.size
        )),
        Err(StoreError::Corrupt(cause)) => Some(cause),
        Err(error) => return Err(error),
    })
}

/// Visits the entries that are there. A store stops at a gap; we go on behind it, so that one missing entry does not hide
/// what follows. The verifier sees from the indices what is missing.
fn for_each_entry(
    read: &dyn Read,
    from: u64,
    size: u64,
    visit: &mut dyn FnMut(&[u8]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut next = from;
    while next < size {
        let (mut seen, mut failed) = (next, None);
        let scanned = read.scan_entries(next, &mut |index, bytes| {
            seen = index + 1;
            visit(bytes).inspect_err(|error| failed = Some(error.clone()))
        });
        match (scanned, failed) {
            (Ok(()), None) => return Ok(()),
            (Err(StoreError::Corrupt(_)), None) => next = seen + 1,
            (Ok(()) | Err(_), Some(error)) | (Err(error), None) => return Err(error),
        }
    }
    Ok(())
}

fn expect(verifier: &mut Verifier, note: &[u8], keys: &[VerifyingKey]) {
    if let Err(error) = verifier.expect_checkpoint(note, keys) {
        let position = verifier.size();
        verifier.report(Damage::Schema { position, cause: error.to_string() });
    }
}

/// A checkpoint of the store has to be one, and of the size that it is kept under.
fn expect_stored(verifier: &mut Verifier, stored: &assent_store::Checkpoint, keys: &[VerifyingKey]) {
    let cause = match verifier.expect_checkpoint(&stored.note, keys) {
        Ok(Some(checkpoint)) if checkpoint.size == stored.size => return,
        Ok(Some(checkpoint)) => format!("is one of {} entries", checkpoint.size),
        Ok(None) => "does not verify".to_owned(),
        Err(error) => error.to_string(),
    };
    let what = format!("the stored checkpoint of {} entries", stored.size);
    verifier.report(Damage::Record { what, cause });
}

/// The head has to be what the entries make.
fn check_head(read: &dyn Read, verifier: &mut Verifier, head: &Head) -> Result<(), StoreError> {
    let last = read.entries(head.size.saturating_sub(1), 1);
    let last = match last {
        Ok(entries) => entries.last().and_then(|bytes| Entry::decode(bytes).ok()),
        Err(StoreError::Corrupt(_)) => None,
        Err(error) => return Err(error),
    };
    let time = last.and_then(|entry| entry.time.parse::<Time>().ok());
    let time_ms = if head.size == 0 { Some(0) } else { time.map(Time::as_millisecond) };
    let checks = [
        ("size", verifier.size() == head.size),
        ("root", verifier.root() == Hash(head.root)),
        ("hash of the last entry", verifier.last_leaf() == Hash(head.last_hash)),
        ("time of the last entry", time_ms.is_none_or(|time_ms| time_ms == head.time_ms)),
    ];
    for (name, _) in checks.into_iter().filter(|(_, holds)| !holds) {
        let cause = format!("has another {name} than the entries");
        verifier.report(Damage::Record { what: "the head of the log".to_owned(), cause });
    }
    Ok(())
}

/// What is stored and belongs to nothing.
fn find_strays(
    read: &dyn Read,
    verifier: &mut Verifier,
    head: &Head,
    payloads: &BTreeSet<[u8; 32]>,
) -> Result<(), StoreError> {
    let is_of_tree = |level: u8, n: u64| {
        let hashes = head.size.checked_shr(u32::from(level) * 8).unwrap_or(0);
        n.checked_mul(u64::from(TILE_WIDTH)).is_some_and(|first| first < hashes)
    };
    read.scan_places(&mut |place| {
        let what = match place {
            Place::Outside(index) => format!("entry {index}"),
            Place::Tile { level, n } if !is_of_tree(level, n) => {
                format!("`{}`", TilePath::Hashes { level, n, width: TILE_WIDTH })
            }
            Place::Payload(digest) if !payloads.contains(&digest) => {
                format!("the payload {}", Digest(digest))
            }
            Place::Tile { .. } | Place::Payload(_) => return Ok(()),
        };
        verifier
            .report(Damage::Record { what, cause: "is stored and belongs to no part of the log".to_owned() });
        Ok(())
    })
}

fn expect_head(verifier: &mut Verifier, head: &Head) {
    if let Err(error) = verifier.expect_root(head.size, Hash(head.root)) {
        verifier.report(Damage::Schema { position: head.size, cause: error.to_string() });
    }
}

fn compare_tiles(
    read: &dyn Read,
    verifier: &mut Verifier,
    tiles: &mut Vec<assent_log::tile::TileHashes>,
) -> Result<(), StoreError> {
    for tile in tiles.drain(..) {
        let stored = read.tile(tile.level, tile.n)?;
        verifier.compare_tile(&tile, stored.as_deref());
        if stored.is_some_and(|stored| stored.len() > tile.bytes.len()) {
            let what = format!("`{}`", tile.path());
            let cause = "is stored with more hashes than the entries have".to_owned();
            verifier.report(Damage::Record { what, cause });
        }
    }
    Ok(())
}

/// Checks the payload that an entry refers to, if it does; gives its digest.
fn check_payload(
    read: &dyn Read,
    verifier: &mut Verifier,
    bytes: &[u8],
) -> Result<Option<[u8; 32]>, StoreError> {
    let Some(digest) = payload_of(bytes) else { return Ok(None) };
    let position = verifier.size().saturating_sub(1);
    let cause = match read.payload(digest)? {
        None => "its payload is missing",
        Some(payload) if Digest::of(&payload).0 != digest => "its payload has another digest",
        Some(_) => return Ok(Some(digest)),
    };
    verifier.report(Damage::Schema { position, cause: cause.to_owned() });
    Ok(Some(digest))
}
