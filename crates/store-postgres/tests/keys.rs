//! What only keys in a database have: what is left of a destroyed one, and whose database it is.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod server;

use assent_store::contract::sample::{hash, id};
use assent_store::{StoreError, SubjectKeys as _};
use assent_store_postgres::{Options, PostgresKeys, PostgresStore};
use server::Database;

const OPTIONS: Options = Options { read_connections: 3, busy_timeout_ms: 500 };

fn open(database: &Database) -> PostgresKeys {
    PostgresKeys::open(&database.address(), OPTIONS, true).unwrap()
}

fn refused<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
    match result {
        Err(StoreError::Unavailable(text)) => text,
        other => panic!("{other:?}"),
    }
}

/// Whether these bytes stand in a file of the table or of its indexes.
fn is_on_disk(database: &Database, bytes: [u8; 32]) -> bool {
    let mut client = database.beside();
    client.batch_execute("CHECKPOINT").unwrap();
    let files = "SELECT pg_read_binary_file(pg_relation_filepath(oid)) FROM pg_class \
                 WHERE relname LIKE 'subject_keys%' AND relfilenode <> 0";
    let files = client.query(files, &[]).unwrap();
    assert_eq!(files.len(), 3, "the table, and an index for each of two columns");
    files.iter().any(|file| file.get::<_, &[u8]>(0).windows(32).any(|found| found == bytes))
}

#[test]
fn a_destroyed_key_is_in_no_file_of_the_table() {
    let database = Database::new();
    let keys = open(&database);
    let subjects: Vec<u64> = (1..=6).collect();
    let (key, lookup) = (|number| hash(number), |number| hash(number + 1_000));
    for number in &subjects {
        keys.get_or_insert(id(*number), &key(*number)).unwrap();
        keys.claim(lookup(*number), id(*number)).unwrap();
    }
    for number in &subjects {
        assert!(is_on_disk(&database, key(*number)) && is_on_disk(&database, lookup(*number)));
        match number % 3 {
            0 => keys.destroy(id(*number)).unwrap(),
            1 => keys.release(id(*number)).unwrap(),
            _ => continue,
        }
        assert_eq!(is_on_disk(&database, key(*number)), number % 3 != 0, "{number}");
        assert!(!is_on_disk(&database, lookup(*number)), "{number}");
    }
}

/// Readers that began before see the keys that are there, or that one is not, and never a table without rows.
#[test]
fn readers_go_on_while_a_key_is_destroyed() {
    let database = Database::new();
    let keys = open(&database);
    for number in 1..=10 {
        keys.get_or_insert(id(number), &hash(number)).unwrap();
    }
    std::thread::scope(|scope| {
        let destroying = scope.spawn(|| (2..=9).for_each(|number| keys.destroy(id(number)).unwrap()));
        let other = open(&database);
        while !destroying.is_finished() {
            assert_eq!(other.get(id(1)).unwrap(), Some(hash(1).to_vec()));
        }
    });
    assert_eq!(keys.destroyed().unwrap().len(), 8);
}

#[test]
fn keys_and_log_do_not_share_a_schema() {
    let database = Database::new();
    drop(PostgresStore::open(&database.address(), OPTIONS).unwrap());
    let keys = || PostgresKeys::open(&database.address(), OPTIONS, true);
    assert!(refused(keys()).contains("apart from that of the log"));
    database.beside().batch_execute("CREATE SCHEMA keys").unwrap();
    let apart = format!("{} options='-c search_path=keys'", database.address());
    PostgresKeys::open(&apart, OPTIONS, true).unwrap().get_or_insert(id(1), &hash(1)).unwrap();

    let database = Database::new();
    drop(open(&database));
    let store = refused(PostgresStore::open(&database.address(), OPTIONS));
    assert!(store.contains("give Assent a database of its own"), "{store}");
}

#[test]
fn keys_that_must_be_there_are_not_made() {
    let database = Database::new();
    let text = refused(PostgresKeys::open(&database.address(), OPTIONS, false));
    assert!(text.contains("the database of the keys is empty"), "{text}");
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(database.beside().query_one(tables, &[]).unwrap().get::<_, i64>(0), 0);
    drop(open(&database));
    drop(PostgresKeys::open(&database.address(), OPTIONS, false).unwrap());
}

#[test]
fn servers_agree_on_who_is_found() {
    let database = Database::new();
    let servers = [open(&database), open(&database)];
    for number in 1..=8 {
        servers[0].get_or_insert(id(number), &hash(number)).unwrap();
    }
    let holders: Vec<_> = std::thread::scope(|scope| {
        let claims: Vec<_> = (1..=8)
            .zip(servers.iter().cycle())
            .map(|(number, keys)| {
                scope.spawn(move || keys.claim(hash(99), id(number)).unwrap().unwrap_or(id(number)))
            })
            .collect();
        claims.into_iter().map(|claim| claim.join().unwrap()).collect()
    });
    assert!(holders.iter().all(|holder| *holder == holders[0]), "{holders:?}");
    assert_eq!(servers[1].claimed().unwrap(), [holders[0]]);
}
