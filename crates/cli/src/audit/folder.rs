//! Verification of an exported log: `checkpoint`, `tile/...`, `tile/entries/...`, `payloads/...`.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use assent_app::replay::payload_of;
use assent_domain::ids::Digest;
use assent_log::note::MAX_NOTE_BYTES;
use assent_log::tile::{MAX_BUNDLE_BYTES, MAX_TILE_BYTES, TILE_WIDTH, TileHashes, TilePath, decode_bundle};
use assent_log::verify::{Damage, Level};
use assent_log::{Tree, Verifier, VerifyingKey};

use super::Findings;
use crate::problem::Problem;

/// The largest payload in bytes.
const MAX_PAYLOAD_BYTES: usize = 64 * 1024 * 1024;

/// Verifies an exported log against its own checkpoint and those that were kept elsewhere.
pub(crate) fn verify_folder(
    folder: &Path,
    level: Level,
    keys: &[VerifyingKey],
    outside: &[Vec<u8>],
) -> Result<Findings, Problem> {
    let mut verifier = Verifier::resume(level, Tree::new());
    let path = folder.join("checkpoint");
    let Some(own) = read_bounded(&path, MAX_NOTE_BYTES)? else {
        return Err(Problem::new(format!("`{}` holds no exported log", folder.display()))
            .hint("name a folder that `assent audit export` wrote: the one with `checkpoint` in it"));
    };
    let mut expect = |note: &[u8]| verifier.expect_checkpoint(note, keys).map_err(Problem::new);
    let checkpoint = expect(&own)?;
    for note in outside {
        expect(note)?;
    }
    // Without a size that the log vouches for there is no telling where it ends.
    if let Some(checkpoint) = checkpoint {
        entries(&mut verifier, folder, checkpoint.size)?;
    }
    Ok(verifier.finish().into())
}

/// Feeds the bundles one by one. Stops where one cannot be used: the entries behind it have no known place.
fn entries(verifier: &mut Verifier, folder: &Path, size: u64) -> Result<(), Problem> {
    while verifier.size() < size {
        let n = verifier.size() / u64::from(TILE_WIDTH);
        let width = u16::try_from(size - verifier.size()).unwrap_or(TILE_WIDTH).min(TILE_WIDTH);
        let path = TilePath::Entries { n, width };
        let Some(bytes) = read_tile(folder, path, MAX_BUNDLE_BYTES)? else {
            verifier.report_bundle(path, "there is no such file");
            break;
        };
        let cause = match decode_bundle(&bytes) {
            Ok(entries) => bundle(verifier, folder, &entries, usize::from(width))?,
            Err(error) => Some(error.to_string()),
        };
        if let Some(cause) = cause {
            verifier.report_bundle(path, &cause);
            break;
        }
        let full = verifier.take_full_tiles();
        compare(verifier, folder, &full)?;
    }
    // Partial tiles are written for the size of the checkpoint only.
    let open = if verifier.size() == size { verifier.open_tiles() } else { Vec::new() };
    compare(verifier, folder, &open)
}

/// Feeds the entries of one bundle; gives what is wrong with the bundle, if anything is.
fn bundle(
    verifier: &mut Verifier,
    folder: &Path,
    entries: &[&[u8]],
    wanted: usize,
) -> Result<Option<String>, Problem> {
    for entry in entries.iter().take(wanted) {
        let position = verifier.size();
        verifier.push(entry);
        if let Some(digest) = payload_of(entry).map(Digest)
            && let Some(cause) = payload(folder, digest)?
        {
            verifier.report(Damage::Schema { position, cause: cause.to_owned() });
        }
    }
    Ok((entries.len() < wanted).then(|| format!("it holds {} entries, not {wanted}", entries.len())))
}

fn payload(folder: &Path, digest: Digest) -> Result<Option<&'static str>, Problem> {
    let bytes = read_bounded(&folder.join(format!("payloads/{digest}")), MAX_PAYLOAD_BYTES)?;
    Ok(match bytes {
        None => Some("its payload is missing"),
        Some(bytes) if Digest::of(&bytes) != digest => Some("its payload has another digest"),
        Some(_) => None,
    })
}

fn compare(verifier: &mut Verifier, folder: &Path, tiles: &[TileHashes]) -> Result<(), Problem> {
    for tile in tiles {
        let stored = read_tile(folder, tile.path(), MAX_TILE_BYTES)?;
        verifier.compare_tile(tile, stored.as_deref());
    }
    Ok(())
}

/// A tile or bundle; the full one stands in for a partial one that was cleaned away.
fn read_tile(folder: &Path, path: TilePath, bound: usize) -> Result<Option<Vec<u8>>, Problem> {
    let full = match path {
        TilePath::Hashes { level, n, .. } => TilePath::Hashes { level, n, width: TILE_WIDTH },
        TilePath::Entries { n, .. } => TilePath::Entries { n, width: TILE_WIDTH },
    };
    for path in [path, full] {
        if let Some(bytes) = read_bounded(&folder.join(path.to_string()), bound)? {
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}

/// The content of a file, `None` where there is none. More than `bound` bytes are an error, and are not read.
fn read_bounded(path: &Path, bound: usize) -> Result<Option<Vec<u8>>, Problem> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(Problem::path("read", path, error)),
    };
    let mut bytes = Vec::new();
    let limit = (bound as u64).saturating_add(1);
    file.take(limit).read_to_end(&mut bytes).map_err(|error| Problem::path("read", path, error))?;
    if bytes.len() > bound {
        return Err(Problem::path("read", path, format!("it has more than {bound} bytes")));
    }
    Ok(Some(bytes))
}
