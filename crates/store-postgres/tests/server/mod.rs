//! Databases of the server that the tests were given.

use std::sync::atomic::{AtomicU64, Ordering};

use postgres::{Client, NoTls};

/// A fresh database. Gone when it is dropped.
pub(crate) struct Database {
    server: String,
    name: String,
}

impl Database {
    /// Makes it.
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let server = of_environment("ASSENT_TEST_POSTGRES");
        let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let made = Self { server, name };
        let mut client = made.client();
        client.batch_execute(&format!("DROP DATABASE IF EXISTS {}", made.name)).unwrap();
        client.batch_execute(&format!("CREATE DATABASE {}", made.name)).unwrap();
        made
    }

    /// Its address.
    pub(crate) fn address(&self) -> String {
        format!("{} dbname={}", self.server, self.name)
    }

    /// The same by TLS, with the authority that the certificate of the server comes from.
    #[allow(dead_code, reason = "not every test needs TLS")]
    pub(crate) fn tls_address(&self) -> String {
        format!("{} dbname={}", of_environment("ASSENT_TEST_POSTGRES_TLS"), self.name)
    }

    /// A connection to it, beside the store.
    #[allow(dead_code, reason = "not every test looks beside the store")]
    pub(crate) fn beside(&self) -> Client {
        Client::connect(&self.address(), NoTls).unwrap()
    }

    /// A connection to the server, to another database.
    fn client(&self) -> Client {
        Client::connect(&self.server, NoTls).unwrap()
    }
}

fn of_environment(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!(
            "set {variable} to the address of a PostgreSQL of 15 or later, or run these tests by \
             `cargo xtask postgres cargo nextest run -p assent-store-postgres`, which starts one"
        )
    })
}

impl Drop for Database {
    fn drop(&mut self) {
        let dropped = Client::connect(&self.server, NoTls).and_then(|mut client| {
            client.batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name))
        });
        // A case that failed has said why; what is left goes with the server.
        drop(dropped);
    }
}
