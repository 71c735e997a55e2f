//! The contract suite on PostgreSQL.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod server;

use assent_store::contract::{Fixture, KeysFixture};
use assent_store::{Store, SubjectKeys};
use assent_store_postgres::{Options, PostgresKeys, PostgresStore};
use server::Database;

impl Fixture for Database {
    fn open(&self) -> Box<dyn Store> {
        let options = Options { read_connections: 3, busy_timeout_ms: 200 };
        Box::new(PostgresStore::open(&self.address(), options).unwrap())
    }
}

impl KeysFixture for Database {
    fn open(&self) -> Box<dyn SubjectKeys> {
        let options = Options { read_connections: 3, ..Options::default() };
        Box::new(PostgresKeys::open(&self.address(), options, true).unwrap())
    }
}

assent_store::contract_tests!(Database::new);
assent_store::key_contract_tests!(Database::new);
