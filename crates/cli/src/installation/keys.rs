//! Where the keys of subjects are kept: in the keys directory, or in a PostgreSQL that servers on several machines share.

use std::path::PathBuf;
use std::sync::Arc;

use assent_app::migrate::{self, MovedKeys};
use assent_store::SubjectKeys;
use assent_store_postgres::{Options, PostgresKeys};
use assent_store_sqlite::SqliteKeys;
use clap::Args;

use super::open::lost;
use super::{Database, Paths, files};
use crate::problem::Problem;

/// Names the database of the keys.
#[derive(Clone, Default, Args)]
pub struct KeysDatabase {
    /// A PostgreSQL for the keys of subjects, apart from that of the log, instead of a file in the keys directory
    #[arg(long, value_name = "URL", env = "ASSENT_KEYS_DATABASE_URL", hide_env_values = true)]
    keys_database_url: Option<String>,
}

// The address may hold a password.
impl std::fmt::Debug for KeysDatabase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_shared() { "PostgreSQL" } else { "a file" })
    }
}

impl KeysDatabase {
    /// Whether servers on several machines may use the keys at the same time.
    pub(super) fn is_shared(&self) -> bool {
        self.keys_database_url.is_some()
    }

    /// Opens the keys, and makes a place for them where the installation is new.
    pub(super) fn open(
        &self,
        paths: &Paths,
        database: &Database,
        is_new: bool,
    ) -> Result<Arc<dyn SubjectKeys>, Problem> {
        if self.is_shared() && !database.is_shared() {
            let message = "the keys are in a database, and the log is in a file";
            return Err(Problem::new(message)
                .hint("name a database for the log as well with --database-url, or none for the keys"));
        }
        self.open_alone(paths, is_new)
    }

    /// Opens the keys, whatever becomes of the log.
    pub(crate) fn open_alone(&self, paths: &Paths, is_new: bool) -> Result<Arc<dyn SubjectKeys>, Problem> {
        let path = paths.subjects();
        let Some(url) = &self.keys_database_url else {
            if !is_new && !path.exists() {
                return Err(lost(&path, "it is missing"));
            }
            return Ok(Arc::new(SqliteKeys::open(&path)?));
        };
        if path.exists() {
            return Err(Problem::path("left aside", &path, "the installation keeps its keys in this file")
                .hint(
                    "serve it without --keys-database-url, or move them with `assent admin migrate-keys`",
                ));
        }
        Ok(Arc::new(PostgresKeys::open(url, Options::default(), is_new)?))
    }

    /// Moves the keys of an installation from their file. No server may run meanwhile. Gives what was moved, and
    /// where the file is now.
    pub(crate) fn take_over(&self, paths: &Paths) -> Result<(MovedKeys, PathBuf), Problem> {
        let (path, Some(url)) = (paths.subjects(), &self.keys_database_url) else {
            return Err(Problem::new("no database to move the keys to is named")
                .hint("name it with --keys-database-url or ASSENT_KEYS_DATABASE_URL"));
        };
        if !path.exists() {
            return Err(Problem::path("moved", &path, "it is not there")
                .hint("name the directories of an installation that keeps its keys in a file"));
        }
        let _lock = files::lock(&paths.lock())?;
        let from = SqliteKeys::open(&path)?;
        let to = PostgresKeys::open(url, Options::default(), true)?;
        let moved = migrate::copy_keys(&from, &to)?;
        drop(from);
        let aside = path.with_extension("sqlite.moved");
        std::fs::rename(&path, &aside).map_err(|error| Problem::path("renamed", &path, error))?;
        Ok((moved, aside))
    }
}
