//! Files and connections: how they are made and what is set on each.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::time::Duration;

use assent_sabotage::{Fault, planted};
use assent_store::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::reading;
use crate::lines;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The one that writes.
    Write,
    /// Snapshots.
    Read,
    /// Snapshots of a file that this process may not change.
    ReadOnly,
}

/// How commits reach the disk.
fn synchronous() -> &'static str {
    if planted(Fault::SqliteSynchronousOff) { "OFF" } else { "FULL" }
}

/// Prepared statements that a connection keeps.
const STATEMENTS: usize = 256;
/// Page cache of the writing connection, which dirties pages of every index.
const WRITER_CACHE_KIB: i32 = 64 * 1024;
/// Page cache of each reading connection.
const READER_CACHE_KIB: i32 = 8 * 1024;

/// Makes the file if it is not there: readable by its owner only, and its name durable.
pub(crate) fn create(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let made = match options.open(path) {
        Ok(file) => file.sync_all().and_then(|()| sync_folder(path)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    };
    made.map_err(|error| {
        StoreError::Unavailable(format!("file `{}` cannot be made: {error}", path.display()))
    })
}

/// Makes the names of the files durable that `SQLite` keeps beside the database. It syncs the folder itself, and does not
/// mind when that fails.
pub(crate) fn keep_names(path: &Path) -> Result<(), StoreError> {
    sync_folder(path).map_err(|error| {
        StoreError::Unavailable(format!("the folder of `{}` cannot be synced: {error}", path.display()))
    })
}

/// Makes the names in the folder of `path` durable.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Elsewhere folders cannot be opened, and need not.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Opens a connection to a file that is there. Settings that change the file (the journal) are not touched yet.
pub(crate) fn connect(
    path: &Path,
    purpose: Purpose,
    busy_timeout: Duration,
) -> Result<Connection, StoreError> {
    let access = match purpose {
        Purpose::Write | Purpose::Read => OpenFlags::SQLITE_OPEN_READ_WRITE,
        Purpose::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
    };
    let opened = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX);
    let connection = opened.map_err(|error| {
        StoreError::Unavailable(format!("database `{}` cannot be opened: {}", path.display(), reading(error)))
    })?;
    // `SQLite` is content with reading where it may not write; a server that cannot write must not start.
    if purpose == Purpose::Write && connection.is_readonly("main").map_err(reading)? {
        return Err(StoreError::Unavailable(format!(
            "database `{}` cannot be written: see that the file and its folder are writable, and the disk is sound",
            path.display()
        )));
    }
    set_up(&connection, purpose, busy_timeout).map_err(reading)?;
    Ok(connection)
}

fn set_up(connection: &Connection, purpose: Purpose, busy_timeout: Duration) -> rusqlite::Result<()> {
    connection.busy_timeout(busy_timeout)?;
    lines::register(connection)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // Else a statement whose plan could depend on a bound value is compiled anew whenever a value is bound.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    for (name, value) in [
        ("synchronous", synchronous()),
        // An ordinary sync on macOS leaves data in the cache of the drive.
        ("fullfsync", "ON"),
        ("checkpoint_fullfsync", "ON"),
        ("foreign_keys", "OFF"),
        ("trusted_schema", "OFF"),
        ("cell_size_check", "ON"),
        ("temp_store", "MEMORY"),
        ("query_only", if purpose == Purpose::Write { "OFF" } else { "ON" }),
    ] {
        connection.pragma_update(None, name, value)?;
    }
    let cache_kib = if purpose == Purpose::Write { WRITER_CACHE_KIB } else { READER_CACHE_KIB };
    connection.pragma_update(None, "cache_size", -cache_kib)?;
    // The writer folds the write-ahead log back itself, after its commits, where it sees what went wrong.
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))
}

/// Sets the journal, and checks that it was set.
pub(crate) fn set_journal(connection: &Connection, mode: &str) -> Result<(), StoreError> {
    let set = connection.pragma_update_and_check(None, "journal_mode", mode, |row| row.get::<_, String>(0));
    match set.map_err(reading)? {
        is if is.eq_ignore_ascii_case(mode) => Ok(()),
        is => Err(StoreError::Unavailable(format!(
            "the journal stays `{is}` instead of `{mode}` on this file system"
        ))),
    }
}
