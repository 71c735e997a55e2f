//! Files as the engine sees them: a name for messages, and bytes that can be read at any place.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use crate::error::{EvalError, Problem};

/// Bytes that can be read at any place, from many threads: a file, an object in a store, a buffer.
pub trait Storage: Send + Sync {
    /// How many bytes there are.
    fn size_bytes(&self) -> io::Result<u64>;

    /// Reads from a place into a buffer and says how much was read; 0 only at the end.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;
}

impl Storage for Vec<u8> {
    fn size_bytes(&self) -> io::Result<u64> {
        Ok(self.len() as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|start| self.get(start..)).unwrap_or_default();
        (&*rest).read(buffer)
    }
}

/// A named file of a data set.
#[derive(Clone)]
pub struct DataFile {
    /// How messages call it.
    pub name: String,
    /// Its bytes.
    pub storage: Arc<dyn Storage>,
    /// Columns that the names of its folders give, as `region=north` does.
    pub partitions: Vec<(String, String)>,
}

impl DataFile {
    /// Names a file that stands in no partition.
    pub fn new(name: impl Into<String>, storage: impl Storage + 'static) -> Self {
        Self { name: name.into(), storage: Arc::new(storage), partitions: Vec::new() }
    }

    pub(super) fn error(&self, problem: Problem) -> EvalError {
        super::in_file(&self.name, problem)
    }
}

/// The first bytes of a storage, at most `length`.
pub(super) fn at_most(storage: &dyn Storage, length: usize) -> io::Result<Vec<u8>> {
    let mut head = vec![0; length];
    let read = fill(storage, 0, &mut head)?;
    head.truncate(read);
    Ok(head)
}

/// Reads until the buffer is full or the storage ends.
pub(super) fn fill(storage: &dyn Storage, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    let mut done = 0;
    while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
        let read = storage.read_at(offset.saturating_add(done as u64), rest)?;
        if read == 0 {
            break;
        }
        done += read;
    }
    Ok(done)
}

/// A storage read from a place onwards.
pub(super) struct FileReader {
    storage: Arc<dyn Storage>,
    position: u64,
}

impl FileReader {
    pub(super) fn new(storage: Arc<dyn Storage>) -> Self {
        Self { storage, position: 0 }
    }
}

impl Read for FileReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.storage.read_at(self.position, buffer)?;
        self.position = self.position.saturating_add(read as u64);
        Ok(read)
    }
}

impl Seek for FileReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => self.storage.size_bytes()?.checked_add_signed(by),
        };
        self.position = place.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}
