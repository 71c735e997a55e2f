//! The parts of many files, read at the same time.
//!
//! The first fault in the order of the files and rows is the one that is reported, whatever the threads did: parts after a
//! part with a fault are skipped or thrown away.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use crate::error::EvalError;
use crate::progress::Progress;
use crate::source::{Chunk, Chunks, DataFile, Projection, Unit};

/// The parts of all files, in their order.
pub(crate) fn of_files<'a>(
    files: &'a [DataFile],
    projection: &Projection,
) -> Result<Vec<Unit<'a>>, EvalError> {
    let mut units = Vec::new();
    for file in files {
        units.extend(Unit::of(file, projection)?);
    }
    Ok(units)
}

/// How many rows all parts have, where all of them say so.
pub(crate) fn rows(units: &[Unit<'_>]) -> Option<u64> {
    units.iter().map(Unit::rows).sum()
}

/// How many bytes the files have, as far as they say.
pub(crate) fn bytes(files: &[DataFile]) -> u64 {
    let sizes = files.iter().filter_map(|file| file.storage.size_bytes().ok());
    sizes.fold(0, u64::saturating_add)
}

/// What `read` makes of each part, in their order: it is told which part it is, and of which file.
pub(crate) fn read_all<T: Send>(
    units: &[Unit<'_>],
    projection: &Projection,
    progress: &dyn Progress,
    read: impl Fn(usize, &str, &mut dyn Chunks) -> Result<T, EvalError> + Sync,
) -> Result<Vec<T>, EvalError> {
    let failed = AtomicUsize::new(usize::MAX);
    let one = |(index, unit): (usize, &Unit<'_>)| {
        if failed.load(Ordering::Relaxed) < index {
            return None;
        }
        let part = unit
            .open(projection)
            .and_then(|chunks| read(index, unit.file(), &mut Watched { chunks, progress }));
        if part.is_err() {
            failed.fetch_min(index, Ordering::Relaxed);
        }
        Some(part)
    };
    let parts: Vec<Option<Result<T, EvalError>>> = units.par_iter().enumerate().map(one).collect();
    parts.into_iter().flatten().collect()
}

/// Chunks whose rows somebody counts.
struct Watched<'a> {
    chunks: Box<dyn Chunks + 'a>,
    progress: &'a dyn Progress,
}

impl Chunks for Watched<'_> {
    fn next_chunk(&mut self) -> Result<Option<Chunk>, EvalError> {
        let chunk = self.chunks.next_chunk()?;
        if let Some(chunk) = &chunk {
            self.progress.rows(chunk.rows as u64);
        }
        Ok(chunk)
    }
}
