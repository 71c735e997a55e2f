//! The store.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::time::Duration;

use assent_store::{Checkpoint, Read, Row, Store, StoreError, Write};
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, DEFAULT_NAME, ErrorCode};

use crate::connect::{Purpose, connect, create, keep_names, set_journal};
use crate::error::{reading, writing};
use crate::flush::insert_row;
use crate::pool::{Lease, Pool};
use crate::present::Present;
use crate::records::number;
use crate::schema::STORE;
use crate::session::Session;

/// How a store is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How many snapshots there can be at a time, 1 to 64. One more waits for one of them to end.
    pub read_connections: usize,
    /// How long to wait for the head of the log, for a snapshot, and for other processes, in milliseconds.
    pub busy_timeout_ms: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { read_connections: assent_store::READS, busy_timeout_ms: 5_000 }
    }
}

/// The embedded store.
pub struct SqliteStore {
    path: PathBuf,
    /// None where the file may not be written.
    writer: Option<Pool>,
    readers: Pool,
    /// The file and its write-ahead log.
    present: Present,
    busy_timeout: Duration,
    /// Set once something that was handed to the storage did not become durable.
    durability_lost: AtomicBool,
    /// At this length of the write-ahead log the writer waits for readers, to fold it back whole.
    fold_at_frames: AtomicI32,
}

/// The write-ahead log is folded back when it is ahead by so many frames (of 4 KiB): a longer run folds hot pages once
/// instead of many times, a shorter one keeps the pause short.
const FOLD_FRAMES: i32 = 4_000;
/// Readers that follow each other without a pause keep the log from starting over. At this length the writer waits for them.
const LONG_FRAMES: i32 = 16_000;
/// How long the writer waits for them.
const FOLD_PAUSE: Duration = Duration::from_millis(100);

impl SqliteStore {
    /// Opens the store in that file for reading and writing, makes it where there is none, and brings its schema up to date.
    pub fn open(path: &Path, options: Options) -> Result<Self, StoreError> {
        create(path)?;
        let busy_timeout = Duration::from_millis(options.busy_timeout_ms.into());
        let writer = connect(path, Purpose::Write, busy_timeout)?;
        STORE.check(&writer)?;
        set_journal(&writer, "wal")?;
        STORE.migrate(&writer)?;
        // Where the write-ahead log could be opened for reading only, this says so.
        writer.execute_batch("BEGIN IMMEDIATE; ROLLBACK").map_err(reading)?;
        Self::with(path, Some(writer), Purpose::Read, options)
    }

    /// Opens the store in that file, which must be there with a schema up to date. Nothing can be written.
    pub fn open_read_only(path: &Path, options: Options) -> Result<Self, StoreError> {
        Self::with(path, None, Purpose::ReadOnly, options)
    }

    fn with(
        path: &Path,
        writer: Option<Connection>,
        purpose: Purpose,
        options: Options,
    ) -> Result<Self, StoreError> {
        let busy_timeout = Duration::from_millis(options.busy_timeout_ms.into());
        let readers = (0..options.read_connections.clamp(1, 64)).map(|_| {
            let reader = connect(path, purpose, busy_timeout)?;
            STORE.check_current(&reader)?;
            Ok(reader)
        });
        let readers = readers.collect::<Result<_, StoreError>>()?;
        if writer.is_some() {
            // The write-ahead log is there by now.
            keep_names(path)?;
        }
        Ok(Self {
            path: path.to_owned(),
            writer: writer.map(|writer| Pool::new(vec![writer])),
            readers: Pool::new(readers),
            present: Present::of(path, &["-wal"])?,
            busy_timeout,
            durability_lost: AtomicBool::new(false),
            fold_at_frames: AtomicI32::new(LONG_FRAMES),
        })
    }

    /// Closes the store: the write-ahead log is folded back into the file, which can then be copied alone. Dropping the store
    /// loses nothing either.
    pub fn close(self) -> Result<(), StoreError> {
        drop(self.readers.into_connections());
        for writer in self.writer.into_iter().flat_map(Pool::into_connections) {
            // Another process may still read; what it needs stays in the log.
            match writer.wal_checkpoint_v2(DEFAULT_NAME, CheckpointMode::TRUNCATE) {
                Err(error) if error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy) => {
                    return Err(writing(error));
                }
                Ok(_) | Err(_) => {}
            }
            writer.close().map_err(|(_, error)| writing(error))?;
        }
        Ok(())
    }

    /// Takes the writing connection and the lock of the database.
    fn lock(&self) -> Result<Lease<'_>, StoreError> {
        let Some(writer) = &self.writer else {
            return Err(StoreError::Unavailable("the store was opened read-only".to_owned()));
        };
        let lease = writer.take(self.busy_timeout, "the head of the log")?;
        self.check_durable()?;
        lease.prepare_cached("BEGIN IMMEDIATE").and_then(|mut begin| begin.execute(())).map_err(reading)?;
        Ok(lease)
    }

    fn check_durable(&self) -> Result<(), StoreError> {
        if self.durability_lost.load(Ordering::SeqCst) {
            return Err(StoreError::DurabilityLost(
                "the storage failed before, check it and start again".to_owned(),
            ));
        }
        Ok(())
    }

    /// Lets `change` write in the transaction of the lease and commits it. After an error the lease rolls back.
    pub(crate) fn commit(
        &self,
        connection: &Lease<'_>,
        change: impl FnOnce(&Connection) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let done = change(connection).and_then(|()| {
            connection.prepare_cached("COMMIT").and_then(|mut commit| commit.execute(())).map_err(writing)?;
            self.present.check()
        });
        if matches!(done, Err(StoreError::DurabilityLost(_))) {
            self.durability_lost.store(true, Ordering::SeqCst);
        }
        done?;
        self.fold(connection);
        Ok(())
    }

    /// Folds the write-ahead log back into the file where it has grown long. What was committed is durable already, so an
    /// error here is no error of the commit; where the storage failed, no further one is taken.
    fn fold(&self, connection: &Connection) {
        let folded = self.fold_if_long(connection);
        if matches!(folded, Err(StoreError::DurabilityLost(_))) {
            self.durability_lost.store(true, Ordering::SeqCst);
        }
    }

    fn fold_if_long(&self, connection: &Connection) -> Result<(), StoreError> {
        let (frames, folded) = checkpoint(connection, CheckpointMode::NOOP)?;
        if frames >= self.fold_at_frames.load(Ordering::Relaxed) {
            connection.busy_timeout(FOLD_PAUSE).map_err(reading)?;
            let paused = checkpoint(connection, CheckpointMode::TRUNCATE);
            connection.busy_timeout(self.busy_timeout).map_err(reading)?;
            // A long snapshot is left alone until the log has grown as much again.
            let next = if paused.is_ok() { LONG_FRAMES } else { frames.saturating_add(LONG_FRAMES) };
            self.fold_at_frames.store(next, Ordering::Relaxed);
            paused.map(drop)
        } else if frames - folded >= FOLD_FRAMES {
            checkpoint(connection, CheckpointMode::PASSIVE).map(drop)
        } else {
            Ok(())
        }
    }
}

/// Runs a checkpoint of the write-ahead log; answers its length, and how much of it is folded back, in frames.
fn checkpoint(connection: &Connection, mode: CheckpointMode) -> Result<(i32, i32), StoreError> {
    connection.wal_checkpoint_v2(DEFAULT_NAME, mode).map_err(writing)
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Store for SqliteStore {
    fn read(&self) -> Result<Box<dyn Read + '_>, StoreError> {
        let lease = self.readers.take(self.busy_timeout, "a connection for reading")?;
        lease.prepare_cached("BEGIN").and_then(|mut begin| begin.execute(())).map_err(reading)?;
        Ok(Box::new(Session::new(lease, None)?))
    }

    fn begin(&self) -> Result<Box<dyn Write + '_>, StoreError> {
        Ok(Box::new(Session::new(self.lock()?, Some(self))?))
    }

    fn put_checkpoint(&self, checkpoint: &Checkpoint) -> Result<(), StoreError> {
        let size = number(checkpoint.size)?;
        self.commit(&self.lock()?, |connection| {
            let sql = "INSERT INTO checkpoints (size, note) VALUES (?1, ?2) ON CONFLICT (size) DO NOTHING";
            let put =
                connection.prepare_cached(sql).and_then(|mut put| put.execute((size, &checkpoint.note)));
            put.map(drop).map_err(writing)
        })
    }

    fn replace_rows(&self, rows: &mut dyn Iterator<Item = Row>) -> Result<(), StoreError> {
        self.commit(&self.lock()?, |connection| {
            for table in assent_store::TABLES {
                connection.execute(&format!("DELETE FROM {}", table.name), ()).map_err(writing)?;
            }
            for row in rows {
                row.check()?;
                insert_row(connection, &row)?;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests;
