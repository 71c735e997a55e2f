//! Keys of subjects, in a file of their own.
//!
//! A destroyed key must not be found on the disk afterwards. In the file it is overwritten (`secure_delete`); the rollback
//! journal, which holds pages as they were before, is kept as a file and overwritten with zeros, in place and under the
//! exclusive lock. Where the medium itself keeps old blocks (flash, snapshots, copies), nobody can do more than that.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use assent_store::{Replacement, StoreError, SubjectKeys};
use rusqlite::{Connection, OptionalExtension, Params};
use uuid::Uuid;

use crate::connect::{Purpose, connect, create, keep_names, set_journal};
use crate::error::{reading, writing};
use crate::records::Id;
use crate::schema::KEYS;

const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// What stands where a subject has no look-up.
const NO_LOOKUP: [u8; 32] = [0; 32];

/// The keys.
pub struct SqliteKeys {
    connection: Mutex<Connection>,
    journal: PathBuf,
    /// Whether the storage lost something: then no key is made or destroyed until it was opened again.
    durability_lost: AtomicBool,
}

/// What is known of a subject: its key, or that it was destroyed.
type Known = Option<Option<Vec<u8>>>;

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
        let keys = Self {
            connection: Mutex::new(connection),
            journal: journal.into(),
            durability_lost: AtomicBool::new(false),
        };
        // A process that died while it destroyed a key may have left the journal as it was.
        keys.wipe_journal(&keys.lock())?;
        keep_names(path)?;
        Ok(keys)
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `change` in a transaction that holds the file.
    fn change<T>(
        &self,
        connection: &Connection,
        change: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.durability_lost.load(Ordering::SeqCst) {
            return Err(StoreError::DurabilityLost(
                "the storage of the keys failed before, check it and start again".to_owned(),
            ));
        }
        connection.execute_batch("BEGIN IMMEDIATE").map_err(reading)?;
        let done = change(connection).and_then(|value| {
            connection.execute_batch("COMMIT").map_err(writing)?;
            Ok(value)
        });
        if matches!(done, Err(StoreError::DurabilityLost(_))) {
            self.durability_lost.store(true, Ordering::SeqCst);
        }
        if !connection.is_autocommit()
            && let Err(error) = connection.execute_batch("ROLLBACK")
        {
            // What went wrong first says more.
            return done.and(Err(reading(error)));
        }
        done
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

fn made_lookup_key(connection: &Connection) -> Result<Option<Vec<u8>>, StoreError> {
    let made = connection.query_row("SELECT key FROM lookup_key WHERE one = 1", (), |row| row.get(0));
    made.optional().map_err(reading)
}

fn holder(connection: &Connection, lookup: [u8; 32]) -> Result<Option<Uuid>, StoreError> {
    Ok(subjects(connection, "SELECT subject FROM subject_keys WHERE lookup = ?1", [lookup])?.pop())
}

fn set_lookup(connection: &Connection, lookup: [u8; 32], subject: Uuid) -> Result<(), StoreError> {
    execute(connection, "UPDATE subject_keys SET lookup = ?1 WHERE subject = ?2", (lookup, Id(subject)))
}

fn subjects(connection: &Connection, sql: &str, values: impl Params) -> Result<Vec<Uuid>, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(reading)?;
    let rows = statement.query_map(values, |row| row.get(0).map(Uuid::from_bytes)).map_err(reading)?;
    rows.collect::<rusqlite::Result<_>>().map_err(reading)
}

fn execute(connection: &Connection, sql: &str, values: impl Params) -> Result<(), StoreError> {
    connection.prepare_cached(sql).and_then(|mut put| put.execute(values)).map_err(writing)?;
    Ok(())
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
    fn get(&self, subject: Uuid) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(find(&self.lock(), subject)?.flatten())
    }

    fn get_or_insert(&self, subject: Uuid, fresh: &[u8]) -> Result<Vec<u8>, StoreError> {
        let connection = self.lock();
        if let Some(known) = find(&connection, subject)? {
            return known.ok_or_else(|| destroyed(subject));
        }
        self.change(&connection, |connection| {
            if let Some(known) = find(connection, subject)? {
                return known.ok_or_else(|| destroyed(subject));
            }
            let sql = "INSERT INTO subject_keys (subject, key, lookup) VALUES (?1, ?2, ?3)";
            execute(connection, sql, (Id(subject), fresh, NO_LOOKUP))?;
            Ok(fresh.to_owned())
        })
    }

    fn destroy(&self, subject: Uuid) -> Result<(), StoreError> {
        let connection = self.lock();
        self.change(&connection, |connection| {
            let sql = "INSERT INTO subject_keys (subject, key, lookup) VALUES (?1, NULL, ?2) \
                       ON CONFLICT (subject) DO UPDATE SET key = NULL, lookup = excluded.lookup";
            execute(connection, sql, (Id(subject), NO_LOOKUP))
        })?;
        self.wipe_journal(&connection)
    }

    fn destroyed(&self) -> Result<Vec<Uuid>, StoreError> {
        subjects(&self.lock(), "SELECT subject FROM subject_keys WHERE key IS NULL ORDER BY subject", ())
    }

    fn lookup_key(&self, fresh: &[u8]) -> Result<Vec<u8>, StoreError> {
        let connection = self.lock();
        if let Some(made) = made_lookup_key(&connection)? {
            return Ok(made);
        }
        self.change(&connection, |connection| {
            let sql = "INSERT INTO lookup_key (one, key) VALUES (1, ?1) ON CONFLICT (one) DO NOTHING";
            execute(connection, sql, [fresh])?;
            let made = made_lookup_key(connection)?;
            made.ok_or_else(|| StoreError::Corrupt("the key of look-ups was not kept".to_owned()))
        })
    }

    fn made_lookup_key(&self) -> Result<Option<Vec<u8>>, StoreError> {
        made_lookup_key(&self.lock())
    }

    fn claim(&self, lookup: [u8; 32], subject: Uuid) -> Result<Option<Uuid>, StoreError> {
        self.change(&self.lock(), |connection| {
            if find(connection, subject)?.flatten().is_none() {
                return Err(StoreError::Conflict(format!("the subject `{subject}` has no key")));
            }
            let other = holder(connection, lookup)?.filter(|holder| *holder != subject);
            if other.is_none() {
                set_lookup(connection, lookup, subject)?;
            }
            Ok(other)
        })
    }

    fn find(&self, lookup: [u8; 32]) -> Result<Option<Uuid>, StoreError> {
        holder(&self.lock(), lookup)
    }

    fn release(&self, subject: Uuid) -> Result<(), StoreError> {
        let connection = self.lock();
        self.change(&connection, |connection| set_lookup(connection, NO_LOOKUP, subject))?;
        self.wipe_journal(&connection)
    }

    fn claimed(&self) -> Result<Vec<Uuid>, StoreError> {
        let sql = "SELECT subject FROM subject_keys WHERE lookup <> ?1 ORDER BY subject";
        subjects(&self.lock(), sql, [NO_LOOKUP])
    }

    fn living(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<(Uuid, Vec<u8>)>, StoreError> {
        let connection = self.lock();
        let sql = "SELECT subject, key FROM subject_keys WHERE key IS NOT NULL AND subject > ?1 \
                   ORDER BY subject LIMIT ?2";
        let mut statement = connection.prepare_cached(sql).map_err(reading)?;
        // Before the first id stands what is shorter than any.
        let after = after.map_or_else(Vec::new, |after| after.as_bytes().to_vec());
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let pair = |row: &rusqlite::Row<'_>| Ok((row.get(0).map(Uuid::from_bytes)?, row.get(1)?));
        let rows = statement.query_map((after, limit), pair).map_err(reading)?;
        rows.collect::<rusqlite::Result<_>>().map_err(reading)
    }

    fn replace(&self, replacements: &[Replacement]) -> Result<usize, StoreError> {
        let of_subject = "UPDATE subject_keys SET key = ?1 WHERE key = ?2 AND subject = ?3";
        let of_lookups = "UPDATE lookup_key SET key = ?1 WHERE key = ?2 AND one = 1";
        self.change(&self.lock(), |connection| {
            let mut count = 0;
            for Replacement { subject, from, to } in replacements {
                let sql = if subject.is_some() { of_subject } else { of_lookups };
                let mut update = connection.prepare_cached(sql).map_err(reading)?;
                count += match subject {
                    Some(subject) => update.execute((to, from, Id(*subject))),
                    None => update.execute((to, from)),
                }
                .map_err(writing)?;
            }
            Ok(count)
        })
    }

    /// A key that grew may have left its former self on a page that was split: the file is written anew, and then the
    /// journal, which holds the pages as they were, is overwritten.
    fn forget_replaced(&self) -> Result<(), StoreError> {
        let connection = self.lock();
        connection.execute_batch("VACUUM").map_err(writing)?;
        self.wipe_journal(&connection)
    }
}
