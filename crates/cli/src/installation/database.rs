//! Where the log and its state are kept: in the data directory, or in a PostgreSQL that many servers share.

use std::sync::Arc;

use assent_store::{Claims, LocalClaims, Store};
use assent_store_postgres::{PostgresClaims, PostgresStore};
use assent_store_sqlite::SqliteStore;
use clap::Args;

use super::Paths;
use crate::problem::Problem;

/// Names the database.
#[derive(Clone, Default, Args)]
pub struct Database {
    /// A PostgreSQL for the log and its state, shared by several servers, instead of a file in the data directory
    #[arg(long, value_name = "URL", env = "ASSENT_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

// The address may hold a password.
impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind())
    }
}

impl Database {
    /// What kind it is, for people.
    pub fn kind(&self) -> &'static str {
        if self.is_shared() { "PostgreSQL" } else { "SQLite" }
    }

    /// Whether several servers may use it at the same time.
    pub fn is_shared(&self) -> bool {
        self.database_url.is_some()
    }

    /// Opens it for writing, and makes its tables where there are none.
    pub(super) fn open(&self, paths: &Paths) -> Result<Arc<dyn Store>, Problem> {
        match &self.database_url {
            None => Ok(Arc::new(SqliteStore::open(&paths.log(), assent_store_sqlite::Options::default())?)),
            Some(url) => {
                refuse_file(paths)?;
                Ok(Arc::new(PostgresStore::open(url, assent_store_postgres::Options::default())?))
            }
        }
    }

    /// Who works on what, among the servers of this database.
    pub(super) fn claims(&self) -> Result<Arc<dyn Claims>, Problem> {
        Ok(match &self.database_url {
            None => Arc::new(LocalClaims::default()),
            Some(url) => Arc::new(PostgresClaims::new(url, assent_store_postgres::Options::default())?),
        })
    }

    /// Opens it for reading.
    pub(super) fn open_read_only(&self, paths: &Paths) -> Result<Box<dyn Store>, Problem> {
        if let Some(url) = &self.database_url {
            refuse_file(paths)?;
            let options = assent_store_postgres::Options { read_connections: 2, ..Default::default() };
            return Ok(Box::new(PostgresStore::open_read_only(url, options)?));
        }
        let log = paths.log();
        if !log.exists() {
            let hint = "name the data directory of an installation: the one with `log.sqlite` in it; or, if it is kept in \
                        PostgreSQL, its address with --database-url";
            return Err(Problem::new(format!("`{}` holds no log", paths.data.display())).hint(hint));
        }
        let options = assent_store_sqlite::Options { read_connections: 2, ..Default::default() };
        Ok(Box::new(SqliteStore::open_read_only(&log, options)?))
    }

    /// The shared database that a restore fills, which has to be there and empty; `None` where the log goes into a file.
    pub(crate) fn open_empty(&self) -> Result<Option<PostgresStore>, Problem> {
        let Some(url) = &self.database_url else { return Ok(None) };
        let store = PostgresStore::open(url, assent_store_postgres::Options::default())?;
        let size = store.read()?.head()?.size;
        if size > 0 || store.read()?.latest_checkpoint()?.is_some() {
            return Err(Problem::new(format!("the database holds a log of {size} entries already")).hint(
                "name an empty database of its own; if this one is left of a restore that was interrupted, drop it, make it \
                 anew and repeat the restore",
            ));
        }
        Ok(Some(store))
    }
}

/// Two logs of one installation would be one too many.
fn refuse_file(paths: &Paths) -> Result<(), Problem> {
    let log = paths.log();
    if !log.exists() {
        return Ok(());
    }
    Err(Problem::path("left aside", &log, "the installation keeps its log in this file")
        .hint("serve it without --database-url, or move it with `assent admin migrate`"))
}
