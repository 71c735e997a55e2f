//! Where an installation lies: folders, and a database where its log is kept in PostgreSQL.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use anyhow::{Result, bail};
use assent_store_postgres::{Options, PostgresStore};
use serde_json::Value;

use crate::audit::Entries;
use crate::postgres::Postgres;
use crate::server::{Home, Server, verify_with};

/// The variable by which the binary learns of a database.
pub const VARIABLE: &str = "ASSENT_DATABASE_URL";

/// Which of the stores keeps the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl Kind {
    /// Those that an option `--store` names; both without it.
    pub fn named(option: Option<&str>) -> Result<Vec<Self>> {
        match option {
            None => Ok(vec![Self::Sqlite, Self::Postgres]),
            Some("sqlite") => Ok(vec![Self::Sqlite]),
            Some("postgres") => Ok(vec![Self::Postgres]),
            Some(other) => {
                bail!("`--store {other}` is not known: it is sqlite or postgres, and both without it")
            }
        }
    }

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// An installation.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// Its folders.
    pub(crate) home: Home,
    database: Option<OsString>,
}

impl Site {
    /// One that keeps its log in a file.
    pub(crate) fn with_file(home: Home) -> Self {
        Self { home, database: None }
    }

    /// One whose log is kept in the database of that name.
    pub(crate) fn with_database(home: Home, postgres: &Postgres, name: &str) -> Self {
        Self { home, database: Some(postgres.address_of(name).into()) }
    }

    /// The same folders with another address of the database.
    pub(crate) fn by_way_of(&self, address: &str) -> Self {
        Self { home: self.home.clone(), database: Some(address.into()) }
    }

    /// What the binary has to find in its environment.
    pub(crate) fn variables(&self) -> Vec<(&'static str, &OsStr)> {
        self.database.iter().map(|address| (VARIABLE, address.as_os_str())).collect()
    }

    /// Starts a server.
    pub(crate) fn start(&self, binary: &Path) -> Result<Server> {
        Server::start(binary, &self.home, &self.variables())
    }

    /// Verifies and replays with the shipped binary.
    pub(crate) fn verify(&self, binary: &Path) -> Result<Value> {
        verify_with(binary, &self.home, &self.variables())
    }

    /// The log as it is stored.
    pub(crate) fn entries(&self) -> Result<Entries> {
        match &self.database {
            None => Entries::read(&self.home),
            Some(address) => {
                Entries::of(&PostgresStore::open_read_only(&address.to_string_lossy(), Options::default())?)
            }
        }
    }
}
