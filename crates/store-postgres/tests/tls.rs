//! TLS to the database.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod server;

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use assent_store::contract::sample::{commit, entries};
use assent_store::{Store as _, StoreError};
use assent_store_postgres::{Options, PostgresStore};
use server::Database;

const OPTIONS: Options = Options { read_connections: 2, busy_timeout_ms: 500 };

fn refused(address: &str) -> String {
    match PostgresStore::open(address, OPTIONS) {
        Err(StoreError::Unavailable(text)) => text,
        other => panic!("{other:?}"),
    }
}

/// How many connections to the database of these tests are by TLS, and how many are not.
fn connections(database: &Database) -> (i64, i64) {
    let sql = "SELECT count(*) FILTER (WHERE ssl), count(*) FILTER (WHERE NOT ssl) FROM pg_stat_ssl \
               JOIN pg_stat_activity USING (pid) WHERE application_name = 'assent' AND datname = current_database()";
    let row = database.beside().query_one(sql, &[]).unwrap();
    (row.get(0), row.get(1))
}

#[test]
fn what_is_written_and_read_goes_by_tls() {
    let database = Database::new();
    for mode in ["require", "verify-full", "prefer"] {
        let address = database.tls_address().replace("sslmode=require", &format!("sslmode={mode}"));
        let store = PostgresStore::open(&address, OPTIONS).unwrap();
        let size = store.read().unwrap().head().unwrap().size;
        commit(&store, entries(size, size + 3)).unwrap();
        assert_eq!(store.read().unwrap().head().unwrap().size, size + 3);
        let (secured, open) = connections(&database);
        assert!(secured >= 2 && open == 0, "{mode}: {secured} {open}");
    }
    let plain = PostgresStore::open(&database.tls_address().replace("require", "disable"), OPTIONS).unwrap();
    assert_eq!(plain.read().unwrap().head().unwrap().size, 9);
    assert!(connections(&database).1 >= 1);
}

#[test]
fn a_certificate_of_somebody_else_is_refused() {
    let database = Database::new();
    let address = database.tls_address();
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other.pem");
    let certificate = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert;
    std::fs::write(&other, certificate.pem()).unwrap();
    let known = address.split(' ').find(|word| word.starts_with("sslrootcert=")).unwrap().to_owned();
    for address in [
        address.replace(&known, &format!("sslrootcert={}", other.display())),
        // Neither is it one that the system knows.
        address.replace(&known, "sslrootcert=system"),
        address.replace(&known, "").replace("require", "prefer"),
        // Or the certificate is for another name.
        address.replace("host=localhost", "host=127.0.0.1"),
    ] {
        let refused = refused(&address);
        assert!(refused.contains("cannot be reached safely"), "{address}: {refused}");
        assert!(refused.contains("`sslrootcert=FILE`"), "{address}: {refused}");
    }
}

/// Also what somebody does who sits in between and takes TLS away.
#[test]
fn a_database_without_tls_is_refused_before_anything_is_said() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 8];
        stream.read_exact(&mut request).unwrap();
        // No, as a PostgreSQL with `ssl = off` answers.
        stream.write_all(b"N").unwrap();
        // Whoever goes on in the clear waits for an answer, and gets the end.
        stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
        let mut more = Vec::new();
        drop(stream.read_to_end(&mut more));
        more
    });
    let address = Database::new().tls_address();
    let ours = address.split(' ').find(|word| word.starts_with("port=")).unwrap();
    let address = address.replace(ours, &format!("port={port}")).replace("host=localhost", "host=127.0.0.1");
    let refused = refused(&format!("{address} password=secret"));
    assert!(
        refused.contains("server does not support TLS") && refused.contains("turn `ssl` on"),
        "{refused}"
    );
    assert!(refused.contains("sslmode=disable") && !refused.contains("secret"), "{refused}");
    assert_eq!(heard.join().unwrap(), b"");
}
