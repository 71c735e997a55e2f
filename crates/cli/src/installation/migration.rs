//! Moving an installation's log from its file to PostgreSQL.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use assent_app::migrate::{self, Moved};
use assent_store::Store;
use assent_store_postgres::{Options, PostgresStore};
use assent_store_sqlite::SqliteStore;
use clap::Args;

use super::{Paths, files};
use crate::problem::Problem;

/// Where to move to.
#[derive(Clone, Args)]
pub struct Migration {
    /// The PostgreSQL to move to: an empty database of its own
    #[arg(long, value_name = "URL", env = "ASSENT_DATABASE_URL", hide_env_values = true)]
    to: String,
}

// The address may hold a password.
impl std::fmt::Debug for Migration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Migration")
    }
}

impl Migration {
    /// Copies everything. No server may write meanwhile: the lock of the data directory is held until the old file is put
    /// aside, or this is dropped.
    pub fn copy(&self, data: &Path) -> Result<(Moved, PutAside), Problem> {
        let paths = Paths::new(data, None)?;
        let log = paths.log();
        if !log.exists() {
            return Err(Problem::path("moved", &log, "it is not there")
                .hint("name the data directory of an installation that keeps its log in a file"));
        }
        let lock = files::lock(&paths.lock())?;
        let from = SqliteStore::open(&log, assent_store_sqlite::Options::default())?;
        let to = PostgresStore::open(&self.to, Options::default())?;
        let moved = migrate::copy(&*from.read()?, &to)?;
        // Folds the write-ahead log into the file, so that it can stand alone.
        from.close()?;
        Ok((moved, PutAside { log, _lock: lock }))
    }

    /// What was moved to, for reading.
    pub(crate) fn open_target(&self) -> Result<Box<dyn Store>, Problem> {
        Ok(Box::new(PostgresStore::open_read_only(&self.to, Options::default())?))
    }
}

/// The old file, which is still in its place.
#[derive(Debug)]
pub struct PutAside {
    log: PathBuf,
    _lock: File,
}

impl PutAside {
    /// Renames it, so that nobody serves it by mistake. Gives the new name.
    pub fn done(self) -> Result<PathBuf, Problem> {
        let aside = self.log.with_extension("sqlite.moved");
        fs::rename(&self.log, &aside).map_err(|error| Problem::path("renamed", &self.log, error))?;
        Ok(aside)
    }
}
