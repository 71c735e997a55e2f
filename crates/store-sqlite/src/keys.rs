//! Keys of subjects, in a file of their own.
//!
//! A destroyed key must not be found on the disk afterwards. In the file it is overwritten (`secure_delete`); the rollback
//! journal, which holds pages as they were before, is kept as a file and overwritten with zeros, in place and under the
//! exclusive lock. Where the medium itself keeps old blocks (flash, snapshots, copies), nobody can do more than that.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use assent_store::{StoreError, SubjectKeys};
use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use crate::connect::{Purpose, connect, create, set_journal};
use crate::error::{reading, writing};
use crate::records::Id;
use crate::schema::KEYS;

const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The keys.
pub struct SqliteKeys {
    connection: Mutex<Connection>,
    journal: PathBuf,
}

/// What is known of a subject: its key, or that it was destroyed.
type Known = Option<Option<[u8; 32]>>;

impl SqliteKeys {
    /// Opens the keys in that file, and makes it where there is none.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        create(path)?;
        let connection = connect(path, Purpose::Write, BUSY_TIMEOUT)?;
        KEYS.check(&connection)?;
        set_journal(&connection, "persist")?;
        connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(())).map_err(reading)?;
        KEYS.migrate(&connection)?;
        let mut journal = path.to_owned().into_os_string();
        journal.push("-journal");
        let keys = Self { connection: Mutex::new(connection), journal: journal.into() };
        // A process that died while it destroyed a key may have left the journal as it was.
        keys.wipe_journal(&keys.lock())?;
        Ok(keys)
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Overwrites the journal while nobody can write one.
    fn wipe_journal(&self, connection: &Connection) -> Result<(), StoreError> {
        connection.execute_batch("BEGIN EXCLUSIVE").map_err(reading)?;
        let wiped = overwrite(&self.journal);
        connection.execute_batch("ROLLBACK").map_err(reading)?;
        wiped.map_err(|error| {
            StoreError::Unavailable(format!(
                "the journal of the keys cannot be overwritten, try again: {error}"
            ))
        })
    }
}

/// Overwrites a file with zeros, in place and durably.
fn overwrite(path: &Path) -> io::Result<()> {
    let mut file = match OpenOptions::new().write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    let size = file.metadata()?.len();
    io::copy(&mut io::Read::take(io::repeat(0), size), &mut file)?;
    file.flush()?;
    file.sync_all()
}

fn find(connection: &Connection, subject: Uuid) -> Result<Known, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT key FROM subject_keys WHERE subject = ?1").map_err(reading)?;
    let found = statement.query_row([Id(subject)], |row| row.get(0)).optional();
    found.map_err(reading)
}

/// Runs `change` in a transaction that holds the file.
fn change<T>(
    connection: &Connection,
    change: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    connection.execute_batch("BEGIN IMMEDIATE").map_err(reading)?;
    let done = change(connection).and_then(|value| {
        connection.execute_batch("COMMIT").map_err(writing)?;
        Ok(value)
    });
    if !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK").map_err(reading)?;
    }
    done
}

fn destroyed(subject: Uuid) -> StoreError {
    StoreError::Conflict(format!("the key of subject `{subject}` was destroyed"))
}

// Keys must not end up in a debug message.
impl std::fmt::Debug for SqliteKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteKeys").finish_non_exhaustive()
    }
}

impl SubjectKeys for SqliteKeys {
    fn get(&self, subject: Uuid) -> Result<Option<[u8; 32]>, StoreError> {
        Ok(find(&self.lock(), subject)?.flatten())
    }

    fn get_or_insert(&self, subject: Uuid, fresh: [u8; 32]) -> Result<[u8; 32], StoreError> {
        let connection = self.lock();
        if let Some(known) = find(&connection, subject)? {
            return known.ok_or_else(|| destroyed(subject));
        }
        change(&connection, |connection| {
            if let Some(known) = find(connection, subject)? {
                return known.ok_or_else(|| destroyed(subject));
            }
            let sql = "INSERT INTO subject_keys (subject, key) VALUES (?1, ?2)";
            connection
                .prepare_cached(sql)
                .and_then(|mut put| put.execute((Id(subject), fresh)))
                .map_err(writing)?;
            Ok(fresh)
        })
    }

    fn destroy(&self, subject: Uuid) -> Result<(), StoreError> {
        let connection = self.lock();
        change(&connection, |connection| {
            let sql = "INSERT INTO subject_keys (subject, key) VALUES (?1, NULL) \
                       ON CONFLICT (subject) DO UPDATE SET key = NULL";
            connection.prepare_cached(sql).and_then(|mut put| put.execute([Id(subject)])).map_err(writing)?;
            Ok(())
        })?;
        self.wipe_journal(&connection)
    }
}
