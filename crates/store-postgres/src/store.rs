//! The store.

use std::time::Duration;

use assent_store::{Checkpoint, Read, Row, Store, StoreError, TABLES, Write};

use crate::address::Address;
use crate::connection::Connection;
use crate::flush::put_rows;
use crate::pool::Pool;
use crate::records::number;
use crate::schema::{STORE, check_server};
use crate::session::{Session, lock_head};

/// How a store is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How many snapshots there can be at a time, 1 to 64. One more waits for one of them to end.
    pub read_connections: usize,
    /// How long to wait for the head of the log and for a snapshot, in milliseconds.
    pub busy_timeout_ms: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { read_connections: assent_store::READS, busy_timeout_ms: 5_000 }
    }
}

impl Options {
    /// How many connections for reading there are.
    pub(crate) fn size(self) -> usize {
        self.read_connections.clamp(1, 64)
    }
}

/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long sent bytes may stay unacknowledged before a connection counts as cut.
const CUT_AFTER: Duration = Duration::from_secs(20);
/// How many rows of a rebuild are written at a time.
const PAGE: usize = 500;

/// The shared store.
pub struct PostgresStore {
    readers: Pool,
    /// One connection: the head of the log is held once in a process.
    writer: Pool,
    /// For what is written beside the log: checkpoints.
    aside: Pool,
}

impl PostgresStore {
    /// Opens the store at that address (`postgres://user@host/database`, or words as `libpq` takes them), and brings its
    /// schema up to date.
    pub fn open(address: &str, options: Options) -> Result<Self, StoreError> {
        let store = Self::with(address, options, false)?;
        let mut lease = store.writer.take("the database")?;
        check_server(lease.get()?)?;
        STORE.migrate(lease.get()?)?;
        drop(lease);
        Ok(store)
    }

    /// Opens the store at that address, which must be there with a schema up to date. Nothing can be written.
    pub fn open_read_only(address: &str, options: Options) -> Result<Self, StoreError> {
        let store = Self::with(address, options, true)?;
        let mut lease = store.readers.take("the database")?;
        STORE.check_current(lease.get()?)?;
        drop(lease);
        Ok(store)
    }

    fn with(address: &str, options: Options, read_only: bool) -> Result<Self, StoreError> {
        let (address, time_limit) = address_of(address, options)?;
        let pool = |size| Pool::new(&address, time_limit, read_only, size);
        Ok(Self { readers: pool(options.size()), writer: pool(1), aside: pool(1) })
    }
}

/// The database at that address, and how long to wait for a connection and for locks.
pub(crate) fn address_of(text: &str, options: Options) -> Result<(Address, Duration), StoreError> {
    let mut address = Address::parse(text)?;
    let config = &mut address.config;
    config.application_name("assent").connect_timeout(CONNECT_TIMEOUT).tcp_user_timeout(CUT_AFTER);
    Ok((address, Duration::from_millis(options.busy_timeout_ms.into())))
}

impl std::fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PostgresStore")
    }
}

impl Store for PostgresStore {
    fn read(&self) -> Result<Box<dyn Read + '_>, StoreError> {
        Ok(Box::new(Session::snapshot(self.readers.take("a connection for reading")?)?))
    }

    fn begin(&self) -> Result<Box<dyn Write + '_>, StoreError> {
        Ok(Box::new(Session::writer(self.writer.take("the head of the log")?)?))
    }

    fn put_checkpoint(&self, checkpoint: &Checkpoint) -> Result<(), StoreError> {
        let sql = "INSERT INTO checkpoints (size, note) VALUES ($1, $2) ON CONFLICT (size) DO NOTHING";
        let size = number(checkpoint.size)?;
        let mut lease = self.aside.take("a connection for a checkpoint")?;
        let connection = lease.get()?;
        connection.begin("BEGIN")?;
        connection.execute(sql, &[&size, &checkpoint.note])?;
        connection.commit()
    }

    fn replace_rows(&self, rows: &mut dyn Iterator<Item = Row>) -> Result<(), StoreError> {
        let mut lease = self.writer.take("the head of the log")?;
        let connection = lease.get()?;
        connection.begin("BEGIN")?;
        connection.query(&lock_head(), &[])?;
        for table in TABLES {
            connection.script(&format!("DELETE FROM {}", table.name))?;
        }
        let mut page: Vec<Row> = Vec::new();
        for row in rows {
            row.check()?;
            if page.len() >= PAGE || page.first().is_some_and(|first| first.table != row.table) {
                insert(connection, &page)?;
                page.clear();
            }
            page.push(row);
        }
        insert(connection, &page)?;
        connection.commit()
    }
}

/// Writes rows of one table that has none with their ids.
fn insert(connection: &mut Connection, rows: &[Row]) -> Result<(), StoreError> {
    let mut ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    ids.sort_unstable();
    if let Some([twice, _]) = ids.array_windows().find(|[one, other]| one == other) {
        return Err(StoreError::Conflict(format!("the id `{twice}` comes twice")));
    }
    put_rows(connection, &rows.iter().collect::<Vec<_>>())
}

#[cfg(test)]
#[path = "../tests/server/mod.rs"]
mod server;

#[cfg(test)]
mod tests {
    use super::server::Database;
    use super::*;

    /// Somebody has told the database to lose commits: this store does not.
    #[test]
    fn commits_are_synchronous_whatever_the_database_says() {
        let database = Database::new();
        let lose = "DO $$ BEGIN EXECUTE \
                    format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$";
        database.beside().batch_execute(lose).unwrap();
        let setting = "SELECT current_setting('synchronous_commit')";
        assert_eq!(database.beside().query_one(setting, &[]).unwrap().get::<_, String>(0), "off");
        let store = PostgresStore::open(&database.address(), Options::default()).unwrap();
        for pool in [&store.writer, &store.aside, &store.readers] {
            let row = pool.take("a connection").unwrap().get().unwrap().first(setting, &[]).unwrap().unwrap();
            assert_eq!(row.get::<_, String>(0), "on");
        }
    }
}
