//! The contract suite on `SQLite`.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use assent_store::contract::{Fixture, KeysFixture};
use assent_store::{Store, SubjectKeys};
use assent_store_sqlite::{Options, SqliteKeys, SqliteStore};
use tempfile::TempDir;

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
}

impl Fixture for Folder {
    fn open(&self) -> Box<dyn Store> {
        let options = Options { read_connections: 3, busy_timeout_ms: 200 };
        Box::new(SqliteStore::open(&self.0.path().join("assent.sqlite"), options).unwrap())
    }
}

impl KeysFixture for Folder {
    fn open(&self) -> Box<dyn SubjectKeys> {
        Box::new(SqliteKeys::open(&self.0.path().join("keys.sqlite")).unwrap())
    }
}

assent_store::contract_tests!(Folder::new);
assent_store::key_contract_tests!(Folder::new);
