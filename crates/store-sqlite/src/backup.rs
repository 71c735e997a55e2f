//! Copies of the files as of one moment, made while others write, and what can be read of them without opening them for
//! writing.
//!
//! A copy is written anew, page by page: what was deleted or overwritten in the original is not in it.

use std::path::Path;
use std::time::Duration;

use assent_store::StoreError;
use rusqlite::Connection;
use uuid::Uuid;

use crate::connect::{Purpose, connect, create};
use crate::error::{reading, writing};
use crate::schema::{KEYS, STORE, Schema};

const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The newest schema of a store that this release knows.
pub fn store_schema() -> usize {
    STORE.migrations.len()
}

/// The newest schema of a file of keys that this release knows.
pub fn keys_schema() -> usize {
    KEYS.migrations.len()
}

/// Copies a store into a new file, as it is committed at one moment.
pub fn copy_store(from: &Path, to: &Path) -> Result<(), StoreError> {
    copy(&STORE, from, to)
}

/// Copies the keys of subjects into a new file.
pub fn copy_keys(from: &Path, to: &Path) -> Result<(), StoreError> {
    copy(&KEYS, from, to)
}

/// The subjects whose keys were destroyed, by a file of keys that is left as it is.
pub fn destroyed_in(path: &Path) -> Result<Vec<Uuid>, StoreError> {
    let connection = open(&KEYS, path)?;
    let sql = "SELECT subject FROM subject_keys WHERE key IS NULL ORDER BY subject";
    let mut statement = connection.prepare(sql).map_err(reading)?;
    let rows = statement.query_map((), |row| row.get(0).map(Uuid::from_bytes)).map_err(reading)?;
    rows.collect::<rusqlite::Result<_>>().map_err(reading)
}

fn open(schema: &Schema, path: &Path) -> Result<Connection, StoreError> {
    let connection = connect(path, Purpose::ReadOnly, BUSY_TIMEOUT)?;
    schema.check_current(&connection)?;
    Ok(connection)
}

fn copy(schema: &Schema, from: &Path, to: &Path) -> Result<(), StoreError> {
    let connection = open(schema, from)?;
    let name = to.to_str().ok_or_else(|| {
        StoreError::Unavailable(format!("the name of file `{}` is not UTF-8, choose another", to.display()))
    })?;
    create(to)?;
    // The file was opened for reading only; what is written is another one.
    connection.pragma_update(None, "query_only", "OFF").map_err(reading)?;
    connection.execute("VACUUM INTO ?1", [name]).map_err(writing)?;
    Ok(())
}
