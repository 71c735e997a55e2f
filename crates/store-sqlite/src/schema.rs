//! The schema: whose file it is, and numbered migrations that only go forward.

use assent_store::StoreError;
use rusqlite::Connection;

use crate::error::{reading, writing};

/// A kind of database file.
pub(crate) struct Schema {
    /// What is in it, for messages.
    pub(crate) holds: &'static str,
    /// Stands in the header of the file, and tells our files from others.
    pub(crate) application_id: i32,
    /// The migrations; the first is number 1. A released one never changes.
    pub(crate) migrations: &'static [&'static str],
}

/// The log and the state tables.
pub(crate) const STORE: Schema = Schema {
    holds: "an Assent store",
    application_id: 0x4153_4e54,
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
};

/// The keys of subjects.
pub(crate) const KEYS: Schema = Schema {
    holds: "Assent subject keys",
    application_id: 0x4153_4e4b,
    migrations: &[include_str!("migrations/keys_0001_subject_keys.sql")],
};

impl Schema {
    /// Refuses a file that is not ours or of a newer release, and says how many migrations it has seen: none where it is
    /// empty.
    pub(crate) fn check(&self, connection: &Connection) -> Result<usize, StoreError> {
        let ours: i32 =
            connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(reading)?;
        let objects = "SELECT count(*) FROM sqlite_schema";
        let objects: i64 = connection.query_row(objects, (), |row| row.get(0)).map_err(reading)?;
        if ours == 0 && objects == 0 {
            return Ok(0);
        }
        if ours != self.application_id {
            let path = connection.path().unwrap_or_default();
            return Err(StoreError::Unavailable(format!(
                "database `{path}` is not {}, choose another path",
                self.holds
            )));
        }
        let seen = "SELECT coalesce(max(number), 0) FROM schema_migrations";
        let seen: i64 = connection.query_row(seen, (), |row| row.get(0)).map_err(reading)?;
        match usize::try_from(seen) {
            Ok(seen) if seen <= self.migrations.len() => Ok(seen),
            _ => Err(StoreError::Unavailable(format!(
                "the database has schema `{seen}`, this release knows `{}`, start a newer release",
                self.migrations.len()
            ))),
        }
    }

    /// Refuses a file that needs a migration: for connections that may not write.
    pub(crate) fn check_current(&self, connection: &Connection) -> Result<(), StoreError> {
        match self.check(connection)? {
            seen if seen == self.migrations.len() => Ok(()),
            seen => Err(StoreError::Unavailable(format!(
                "the database has schema `{seen}` instead of `{}`, open it for writing once",
                self.migrations.len()
            ))),
        }
    }

    /// Brings the schema up to date, in one transaction.
    pub(crate) fn migrate(&self, connection: &Connection) -> Result<(), StoreError> {
        if self.check(connection)? == self.migrations.len() {
            return Ok(());
        }
        connection.execute_batch("BEGIN IMMEDIATE").map_err(reading)?;
        // Somebody else may have been first.
        let seen = self.check(connection)?;
        let done = self.run(connection, seen).and_then(|()| connection.execute_batch("COMMIT"));
        done.map_err(|error| {
            // The first error says more than one of this.
            let _ = connection.execute_batch("ROLLBACK");
            writing(error)
        })
    }

    fn run(&self, connection: &Connection, seen: usize) -> rusqlite::Result<()> {
        if seen == 0 {
            connection.execute_batch("CREATE TABLE schema_migrations (number INTEGER PRIMARY KEY) STRICT")?;
            connection.pragma_update(None, "application_id", self.application_id)?;
        }
        for (migration, number) in self.migrations.iter().zip(1_i64..).skip(seen) {
            connection.execute_batch(migration)?;
            connection.execute("INSERT INTO schema_migrations (number) VALUES (?1)", [number])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use assent_store::{ColumnType, TABLES};

    use super::*;

    fn migrated() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        STORE.migrate(&connection).unwrap();
        connection
    }

    #[test]
    fn state_tables_have_just_the_columns_that_the_store_states() {
        let connection = migrated();
        for table in TABLES {
            let mut statement = connection.prepare("SELECT name, type FROM pragma_table_info(?1)").unwrap();
            let rows = statement.query_map([table.name], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
            let found: Vec<(String, String)> = rows.map(Result::unwrap).collect();
            let mut expected: Vec<(&str, &str)> =
                vec![("id", "BLOB"), ("revision", "INTEGER"), ("projection_version", "INTEGER")];
            expected.extend(table.columns.iter().map(|column| match column.ty {
                ColumnType::Text => (column.name, "TEXT"),
                ColumnType::Integer => (column.name, "INTEGER"),
            }));
            expected.push(("document", "BLOB"));
            let expected: Vec<_> =
                expected.iter().map(|(name, ty)| ((*name).to_owned(), (*ty).to_owned())).collect();
            assert_eq!(found, expected, "{}", table.name);
        }
    }

    #[test]
    fn each_index_column_has_an_index_and_unique_ones_a_unique_index() {
        let connection = migrated();
        for table in TABLES {
            for column in table.columns {
                let name = format!("{}_{}", table.name, column.name);
                if column.by_line {
                    let sql =
                        "SELECT group_concat(name) FROM pragma_index_info('sqlite_autoindex_' || ?1 || '_1')";
                    let key: Option<String> = connection.query_row(sql, [&name], |row| row.get(0)).unwrap();
                    assert_eq!(key.as_deref(), Some("line,id"), "{name}");
                    continue;
                }
                let unique: bool = connection
                    .query_row(
                        "SELECT \"unique\" FROM pragma_index_list(?1) WHERE name = ?2",
                        [table.name, &name],
                        |row| row.get(0),
                    )
                    .unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(unique, column.unique, "{name}");
            }
        }
    }

    #[test]
    fn every_table_is_strict() {
        let loose = "SELECT count(*) FROM pragma_table_list WHERE NOT strict AND name NOT LIKE 'sqlite_%'";
        let loose: i64 = migrated().query_row(loose, (), |row| row.get(0)).unwrap();
        assert_eq!(loose, 0);
    }

    #[test]
    fn migrating_twice_changes_nothing_and_a_newer_schema_is_refused() {
        let connection = migrated();
        STORE.migrate(&connection).unwrap();
        STORE.check_current(&connection).unwrap();
        connection.execute("INSERT INTO schema_migrations (number) VALUES (99)", ()).unwrap();
        let refused = StoreError::Unavailable(format!(
            "the database has schema `99`, this release knows `{}`, start a newer release",
            STORE.migrations.len()
        ));
        assert_eq!(STORE.migrate(&connection), Err(refused.clone()));
        assert_eq!(STORE.check_current(&connection), Err(refused));
    }

    #[test]
    fn a_database_of_somebody_else_is_refused() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE cats (name TEXT)").unwrap();
        assert!(matches!(STORE.migrate(&connection), Err(StoreError::Unavailable(_))));
        assert!(matches!(KEYS.migrate(&migrated()), Err(StoreError::Unavailable(_))));
    }

    #[test]
    fn an_older_schema_is_refused_without_the_right_to_write() {
        let connection = Connection::open_in_memory().unwrap();
        assert!(matches!(STORE.check_current(&connection), Err(StoreError::Unavailable(_))));
    }
}
