//! The contract suite on PostgreSQL.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod server;

use assent_store::Store;
use assent_store::contract::Fixture;
use assent_store_postgres::{Options, PostgresStore};
use server::Database;

impl Fixture for Database {
    fn open(&self) -> Box<dyn Store> {
        let options = Options { read_connections: 3, busy_timeout_ms: 200 };
        Box::new(PostgresStore::open(&self.address(), options).unwrap())
    }
}

assent_store::contract_tests!(Database::new);
