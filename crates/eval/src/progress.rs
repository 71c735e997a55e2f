//! How far the reading of files has come, for whoever watches.

/// Somebody who watches files being read. Told once for each piece of some thousands of rows, from several threads.
pub trait Progress: Sync {
    /// A reading begins, of files of so many bytes: how many rows they have, where that is known before. Files may be read
    /// more than once.
    fn begin(&self, rows: Option<u64>, bytes: u64);

    /// So many rows more have been read.
    fn rows(&self, count: u64);

    /// All has been read, and is being put together.
    fn end(&self);
}

/// Nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Progress for Unwatched {
    fn begin(&self, _: Option<u64>, _: u64) {}

    fn rows(&self, _: u64) {}

    fn end(&self) {}
}
