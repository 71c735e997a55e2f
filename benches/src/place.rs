//! Where the log of a benchmark lies: a file, or a database of a server of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use assent_store::Store;
use assent_store_postgres::PostgresStore;
use assent_store_sqlite::SqliteStore;
use xtask::postgres::Postgres;
use xtask::site::Kind;

/// A place for one log.
pub(crate) struct Place {
    folder: PathBuf,
    server: Option<Postgres>,
}

impl Place {
    /// A place in that folder; what is there stays.
    pub(crate) fn new(kind: Kind, folder: PathBuf) -> Result<Self> {
        std::fs::create_dir_all(&folder)?;
        let server = match kind {
            Kind::Sqlite => None,
            Kind::Postgres => Some(Postgres::start_on(&folder.join("data"))?),
        };
        Ok(Self { folder, server })
    }

    /// Opens the store.
    pub(crate) fn open(&self) -> Result<Arc<dyn Store>> {
        Ok(match &self.server {
            None => {
                let file = self.folder.join("log.sqlite");
                Arc::new(SqliteStore::open(&file, assent_store_sqlite::Options::default())?)
            }
            Some(server) => {
                Arc::new(PostgresStore::open(&server.address(), assent_store_postgres::Options::default())?)
            }
        })
    }

    /// The address of the database, if there is one.
    pub(crate) fn address(&self) -> Option<String> {
        self.server.as_ref().map(Postgres::address)
    }

    /// The address of one more, empty database of the same server, if there is one.
    pub(crate) fn fresh(&self, name: &str) -> Result<Option<String>> {
        let Some(server) = &self.server else { return Ok(None) };
        server.run(&format!("CREATE DATABASE {name}"))?;
        Ok(Some(server.address_of(name)))
    }

    /// Does what a server does by and by after it was filled: PostgreSQL counts its rows and marks its pages.
    pub(crate) fn settle(&self) -> Result<()> {
        self.server.as_ref().map_or(Ok(()), |server| server.run("VACUUM ANALYZE"))
    }

    /// Drops what the server and the system keep of the files in memory, as after a start.
    pub(crate) fn forget(&self) -> Result<()> {
        if let Some(server) = &self.server {
            server.run("CHECKPOINT")?;
            server.kill_and_start()?;
        }
        files(&self.folder)?.iter().try_for_each(|file| {
            let mut drop = Command::new("dd");
            drop.arg(format!("if={}", file.display())).args(["iflag=nocache", "count=0", "status=none"]);
            ensure!(drop.stdin(Stdio::null()).status()?.success(), "`dd` cannot drop a file from memory");
            Ok(())
        })
    }

    /// How many bytes it takes on the disk.
    pub(crate) fn size_bytes(&self) -> Result<u64> {
        files(&self.folder)?.iter().try_fold(0, |sum, file| {
            // The server removes files of its own meanwhile.
            Ok(sum + file.metadata().map_or(0, |file| file.len()))
        })
    }

    /// Ends the server and removes everything.
    pub(crate) fn remove(self) -> Result<()> {
        drop(self.server);
        std::fs::remove_dir_all(&self.folder).with_context(|| format!("`{}` stays", self.folder.display()))
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files.extend(self::files(&entry.path())?);
        } else {
            files.push(entry.path());
        }
    }
    Ok(files)
}
