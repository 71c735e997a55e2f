//! Export of the log as a folder of files that stock clients read: the paths of C2SP tlog-tiles.

use std::fs;
use std::path::{Path, PathBuf};

use assent_log::tile::{TILE_WIDTH, TilePath, encode_bundle};
use assent_store::{Read, StoreError};

use crate::replay::payload_of;

/// Why an export stopped.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A file could not be written.
    #[error("`{path}`: {cause}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The store failed.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// There is no checkpoint yet, or the entries do not fit in a bundle.
    #[error("{0}")]
    Log(String),
}

/// Writes the log up to its newest checkpoint into a folder: `checkpoint`, `tile/…`, `tile/entries/…`, `payloads/…`.
/// Gives the size.
pub fn export(read: &dyn Read, folder: &Path) -> Result<u64, ExportError> {
    let checkpoint = read.latest_checkpoint()?;
    let checkpoint =
        checkpoint.ok_or_else(|| ExportError::Log("the log has no checkpoint yet".to_owned()))?;
    let size = checkpoint.size;
    write(folder, "checkpoint", &checkpoint.note)?;
    let mut from = 0;
    while from < size {
        let width = (size - from).min(u64::from(TILE_WIDTH));
        let entries = read.entries(from, u32::try_from(width).unwrap_or(u32::MAX))?;
        for digest in entries.iter().filter_map(|bytes| payload_of(bytes)) {
            let name = assent_domain::ids::Digest(digest);
            let payload = read
                .payload(digest)?
                .ok_or_else(|| ExportError::Log(format!("the payload {name} is missing")))?;
            write(folder, &format!("payloads/{name}"), &payload)?;
        }
        let bundle = encode_bundle(&entries).map_err(|error| ExportError::Log(error.to_string()))?;
        let n = from / u64::from(TILE_WIDTH);
        let width = u16::try_from(width).unwrap_or(TILE_WIDTH);
        write(folder, &TilePath::Entries { n, width }.to_string(), &bundle)?;
        from += u64::from(width);
    }
    hashes(read, folder, size)?;
    Ok(size)
}

fn hashes(read: &dyn Read, folder: &Path, size: u64) -> Result<(), ExportError> {
    let mut width_of_level = size;
    let mut level = 0;
    while width_of_level > 0 {
        let mut n = 0;
        while n * u64::from(TILE_WIDTH) < width_of_level {
            let width = (width_of_level - n * u64::from(TILE_WIDTH)).min(u64::from(TILE_WIDTH));
            let width = u16::try_from(width).unwrap_or(TILE_WIDTH);
            let tile = read.tile(level, n)?.unwrap_or_default();
            let bytes = tile.get(..usize::from(width) * 32);
            let bytes =
                bytes.ok_or_else(|| ExportError::Log(format!("the tile {level}/{n} is too narrow")))?;
            write(folder, &TilePath::Hashes { level, n, width }.to_string(), bytes)?;
            n += 1;
        }
        width_of_level /= u64::from(TILE_WIDTH);
        level += 1;
    }
    Ok(())
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), ExportError> {
    let path = folder.join(name);
    let io = |cause| ExportError::Io { path: path.clone(), cause };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(io)?;
    }
    fs::write(&path, bytes).map_err(io)
}
