//! The schema: whose database it is, and numbered migrations that only go forward.

use assent_store::StoreError;

use crate::connection::Connection;
use crate::records::{cell, unsigned};

/// A kind of database.
pub(crate) struct Schema {
    /// The table that says which migrations it has seen; what tells our databases from others, and one kind from another.
    seen: &'static str,
    /// The migrations; the first is number 1. A released one never changes.
    migrations: &'static [&'static str],
    /// What to do where the database is another one.
    remedy: &'static str,
}

/// The log and the state tables.
pub(crate) const STORE: Schema = Schema {
    seen: "schema_migrations",
    migrations: &[
        include_str!("migrations/0001_log_and_state.sql"),
        include_str!("migrations/0002_people.sql"),
        include_str!("migrations/0003_two_persons.sql"),
        include_str!("migrations/0004_evaluations.sql"),
        include_str!("migrations/0005_governance.sql"),
        include_str!("migrations/0006_oversight.sql"),
        include_str!("migrations/0007_authority.sql"),
        include_str!("migrations/0008_talk.sql"),
        include_str!("migrations/0009_what_counts.sql"),
        include_str!("migrations/0011_lineage.sql"),
        include_str!("migrations/0012_lines.sql"),
    ],
    remedy: "give Assent a database of its own",
};

/// The keys of subjects. They never share a schema with a log: that of a log counts as one of somebody else, and the other
/// way round.
pub(crate) const KEYS: Schema = Schema {
    seen: "keys_schema_migrations",
    migrations: &[include_str!("migrations/keys_0001_subject_keys.sql")],
    remedy: "give the keys a database of their own, apart from that of the log: a backup of the log that is put back would \
             bring destroyed keys back",
};

/// Servers that start together migrate one after the other.
const LOCK: &str = "SELECT pg_advisory_xact_lock(4709886)";
/// The oldest server that is known to do.
const OLDEST: u64 = 15;

/// Refuses a server on which a commit is not what this store promises.
pub(crate) fn check_server(connection: &mut Connection) -> Result<(), StoreError> {
    let sql = "SELECT current_setting('server_version_num')::bigint, current_setting('fsync'), \
               current_setting('server_encoding')";
    let row = connection.first(sql, &[])?;
    let row = row.ok_or_else(|| StoreError::Unavailable("the server says nothing of itself".to_owned()))?;
    let (version, fsync, encoding) = (unsigned(&row, 0)?, cell::<String>(&row, 1)?, cell::<String>(&row, 2)?);
    let refuse = |text: String| Err(StoreError::Unavailable(text));
    if version < OLDEST * 10_000 {
        return refuse(format!("the server is PostgreSQL {}, use {OLDEST} or later", version / 10_000));
    }
    if fsync != "on" {
        return refuse("the server runs with `fsync = off` and loses commits, turn it on".to_owned());
    }
    if encoding != "UTF8" {
        return refuse(format!("the database has the encoding `{encoding}`, make one with UTF8"));
    }
    Ok(())
}

impl Schema {
    /// Brings the schema up to date, in one transaction. Refuses a database that is not ours or of a newer release.
    pub(crate) fn migrate(&self, connection: &mut Connection) -> Result<(), StoreError> {
        connection.begin("BEGIN")?;
        connection.script(LOCK)?;
        let (seen, table) = (self.seen(connection)?, self.seen);
        if seen < self.migrations.len() {
            if seen == 0 {
                connection.script(&format!("CREATE TABLE {table} (number bigint PRIMARY KEY)"))?;
            }
            for (migration, number) in self.migrations.iter().zip(1_i64..).skip(seen) {
                connection.script(migration)?;
                connection.execute(&format!("INSERT INTO {table} (number) VALUES ($1)"), &[&number])?;
            }
        }
        connection.commit()
    }

    /// Refuses a database that needs a migration: for connections that may not write.
    pub(crate) fn check_current(&self, connection: &mut Connection) -> Result<(), StoreError> {
        match self.seen(connection)? {
            seen if seen == self.migrations.len() => Ok(()),
            seen => Err(StoreError::Unavailable(format!(
                "the database has schema `{seen}` instead of `{}`, open it for writing once",
                self.migrations.len()
            ))),
        }
    }

    /// How many migrations the database has seen: none where it is empty.
    pub(crate) fn seen(&self, connection: &mut Connection) -> Result<usize, StoreError> {
        let sql = "SELECT count(*), count(*) FILTER (WHERE tablename = $1) FROM pg_tables \
                   WHERE schemaname = current_schema()";
        let row = connection.first(sql, &[&self.seen])?;
        let (tables, ours) = match &row {
            Some(row) => (unsigned(row, 0)?, unsigned(row, 1)?),
            None => (0, 0),
        };
        match (tables, ours) {
            (0, _) => return Ok(0),
            (_, 0) => {
                let text = format!("the database holds tables of somebody else, {}", self.remedy);
                return Err(StoreError::Unavailable(text));
            }
            _ => {}
        }
        let row = connection.first(&format!("SELECT coalesce(max(number), 0) FROM {}", self.seen), &[])?;
        let seen = row.as_ref().map_or(Ok(0), |row| unsigned(row, 0))?;
        match usize::try_from(seen) {
            Ok(seen) if seen <= self.migrations.len() => Ok(seen),
            Ok(_) | Err(_) => Err(StoreError::Unavailable(format!(
                "the database has schema `{seen}`, this release knows `{}`, start a newer release",
                self.migrations.len()
            ))),
        }
    }
}
