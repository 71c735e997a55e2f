//! Keys of subjects, in a database of their own: apart from the log's, so that a backup of the log that is put back does not
//! bring a destroyed key back.
//!
//! PostgreSQL keeps the former content of a changed row until nobody can see it and somebody sweeps. So whatever takes a key
//! or a look-up away moves the rows that stay into new files, those of the indexes included, in the same transaction: the old
//! files go with its commit. The write-ahead log and its archive keep what they hold until they are recycled; how long that
//! is, is for the operator to say.

use assent_store::{Replacement, StoreError, SubjectKeys};
use postgres::types::FromSql;
use uuid::Uuid;

use crate::address::Address;
use crate::connection::{Connection, Params};
use crate::pool::Pool;
use crate::records::cell;
use crate::schema::{KEYS, check_server};
use crate::store::{Options, address_of};

/// One change at a time, whichever server makes it.
const LOCK: &str = "SELECT pg_advisory_xact_lock(4709887)";

/// Writes the table anew, with what can be seen of it and nothing else.
const REWRITE: &str = "CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT * FROM subject_keys; \
                       TRUNCATE subject_keys; INSERT INTO subject_keys SELECT * FROM kept";

/// The same for the key of look-ups.
const REWRITE_LOOKUP_KEY: &str = "CREATE TEMPORARY TABLE kept_lookup_key ON COMMIT DROP AS SELECT * FROM lookup_key; \
                                  TRUNCATE lookup_key; INSERT INTO lookup_key SELECT * FROM kept_lookup_key";
const LOOKUP_KEY: &str = "SELECT key FROM lookup_key WHERE one = 1";

/// The keys.
pub struct PostgresKeys {
    connections: Pool,
}

/// What is known of a subject: its key, or that it was destroyed.
type Known = Option<Option<Vec<u8>>>;

impl PostgresKeys {
    /// Opens the keys at that address. Where there are none they are made, if `may_be_new`.
    pub fn open(address: &str, options: Options, may_be_new: bool) -> Result<Self, StoreError> {
        let (address, time_limit): (Address, _) = address_of(address, options)?;
        let keys = Self { connections: Pool::new(&address, time_limit, false, options.size()) };
        let mut lease = keys.connections.take("the database of the keys")?;
        let connection = lease.get()?;
        check_server(connection)?;
        if !may_be_new && KEYS.seen(connection)? == 0 {
            let text = "the database of the keys is empty, and the installation was started before: name the one with its keys";
            return Err(StoreError::Unavailable(text.to_owned()));
        }
        KEYS.migrate(connection)?;
        drop(lease);
        Ok(keys)
    }

    /// Runs `work` on a connection.
    fn read<T>(&self, work: impl FnOnce(&mut Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        work(self.connections.take("a connection to the keys")?.get()?)
    }

    /// Runs `change` in a transaction that no other change runs beside. Where it takes something away, nothing of that is left
    /// in the files of the table.
    fn change<T>(
        &self,
        takes_away: bool,
        change: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut lease = self.connections.take("a connection to the keys")?;
        let connection = lease.get()?;
        connection.begin("BEGIN")?;
        connection.script(LOCK)?;
        let value = change(connection)?;
        if takes_away {
            connection.script(REWRITE)?;
        }
        connection.commit()?;
        Ok(value)
    }
}

fn find(connection: &mut Connection, subject: Uuid) -> Result<Known, StoreError> {
    let found = connection.first("SELECT key FROM subject_keys WHERE subject = $1", &[&subject])?;
    let Some(row) = found else { return Ok(None) };
    Ok(Some(cell(&row, 0)?))
}

fn holder(connection: &mut Connection, lookup: [u8; 32]) -> Result<Option<Uuid>, StoreError> {
    first(connection, "SELECT subject FROM subject_keys WHERE lookup = $1", &[&lookup.as_slice()])
}

fn first<T: for<'a> FromSql<'a>>(
    connection: &mut Connection,
    sql: &str,
    params: Params<'_>,
) -> Result<Option<T>, StoreError> {
    connection.first(sql, params)?.map(|row| cell(&row, 0)).transpose()
}

fn subjects(connection: &mut Connection, sql: &str) -> Result<Vec<Uuid>, StoreError> {
    connection.query(sql, &[])?.iter().map(|row| cell(row, 0)).collect()
}

fn destroyed(subject: Uuid) -> StoreError {
    StoreError::Conflict(format!("the key of subject `{subject}` was destroyed"))
}

// Keys must not end up in a debug message.
impl std::fmt::Debug for PostgresKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresKeys").finish_non_exhaustive()
    }
}

impl SubjectKeys for PostgresKeys {
    fn get(&self, subject: Uuid) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.read(|connection| find(connection, subject))?.flatten())
    }

    fn get_or_insert(&self, subject: Uuid, fresh: &[u8]) -> Result<Vec<u8>, StoreError> {
        if let Some(known) = self.read(|connection| find(connection, subject))? {
            return known.ok_or_else(|| destroyed(subject));
        }
        self.change(false, |connection| {
            if let Some(known) = find(connection, subject)? {
                return known.ok_or_else(|| destroyed(subject));
            }
            let sql = "INSERT INTO subject_keys (subject, key) VALUES ($1, $2)";
            connection.execute(sql, &[&subject, &fresh])?;
            Ok(fresh.to_owned())
        })
    }

    fn destroy(&self, subject: Uuid) -> Result<(), StoreError> {
        self.change(true, |connection| {
            let sql = "INSERT INTO subject_keys (subject) VALUES ($1) \
                       ON CONFLICT (subject) DO UPDATE SET key = NULL, lookup = NULL";
            connection.execute(sql, &[&subject])?;
            Ok(())
        })
    }

    fn destroyed(&self) -> Result<Vec<Uuid>, StoreError> {
        let sql = "SELECT subject FROM subject_keys WHERE key IS NULL ORDER BY subject";
        self.read(|connection| subjects(connection, sql))
    }

    fn lookup_key(&self, fresh: &[u8]) -> Result<Vec<u8>, StoreError> {
        if let Some(made) = self.made_lookup_key()? {
            return Ok(made);
        }
        self.change(false, |connection| {
            let sql = "INSERT INTO lookup_key (one, key) VALUES (1, $1) ON CONFLICT (one) DO NOTHING";
            connection.execute(sql, &[&fresh])?;
            let made = first(connection, LOOKUP_KEY, &[])?;
            made.ok_or_else(|| StoreError::Corrupt("the key of look-ups is gone".to_owned()))
        })
    }

    fn made_lookup_key(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|connection| first(connection, LOOKUP_KEY, &[]))
    }

    fn claim(&self, lookup: [u8; 32], subject: Uuid) -> Result<Option<Uuid>, StoreError> {
        self.change(false, |connection| {
            if find(connection, subject)?.flatten().is_none() {
                return Err(StoreError::Conflict(format!("the subject `{subject}` has no key")));
            }
            let other = holder(connection, lookup)?.filter(|holder| *holder != subject);
            if other.is_none() {
                let sql = "UPDATE subject_keys SET lookup = $1 WHERE subject = $2";
                connection.execute(sql, &[&lookup.as_slice(), &subject])?;
            }
            Ok(other)
        })
    }

    fn find(&self, lookup: [u8; 32]) -> Result<Option<Uuid>, StoreError> {
        self.read(|connection| holder(connection, lookup))
    }

    fn release(&self, subject: Uuid) -> Result<(), StoreError> {
        self.change(true, |connection| {
            connection.execute("UPDATE subject_keys SET lookup = NULL WHERE subject = $1", &[&subject])?;
            Ok(())
        })
    }

    fn claimed(&self) -> Result<Vec<Uuid>, StoreError> {
        let sql = "SELECT subject FROM subject_keys WHERE lookup IS NOT NULL ORDER BY subject";
        self.read(|connection| subjects(connection, sql))
    }

    fn living(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<(Uuid, Vec<u8>)>, StoreError> {
        let sql = "SELECT subject, key FROM subject_keys WHERE key IS NOT NULL \
                   AND ($1::uuid IS NULL OR subject > $1) ORDER BY subject LIMIT $2";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(|connection| {
            let rows = connection.query(sql, &[&after, &limit])?;
            rows.iter().map(|row| Ok((cell(row, 0)?, cell(row, 1)?))).collect()
        })
    }

    fn replace(&self, replacements: &[Replacement]) -> Result<usize, StoreError> {
        let of_subject = "UPDATE subject_keys SET key = $1 WHERE key = $2 AND subject = $3";
        let of_lookups = "UPDATE lookup_key SET key = $1 WHERE key = $2 AND one = 1";
        self.change(false, |connection| {
            let mut count = 0;
            for Replacement { subject, from, to } in replacements {
                count += match subject {
                    Some(subject) => connection.execute(of_subject, &[to, from, subject])?,
                    None => connection.execute(of_lookups, &[to, from])?,
                };
            }
            usize::try_from(count).map_err(|error| StoreError::Corrupt(error.to_string()))
        })
    }

    fn forget_replaced(&self) -> Result<(), StoreError> {
        self.change(true, |connection| connection.script(REWRITE_LOOKUP_KEY))
    }
}
