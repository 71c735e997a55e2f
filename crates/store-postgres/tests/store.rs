//! What only a store on a server has: other people's databases, settings of others, and connections that are cut.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod server;

use assent_store::contract::sample::{commit, dump_store, entries};
use assent_store::{ColumnType, Store, StoreError, TABLES};
use assent_store_postgres::{Options, PostgresStore};
use server::Database;

const OPTIONS: Options = Options { read_connections: 2, busy_timeout_ms: 500 };

fn open(database: &Database) -> PostgresStore {
    PostgresStore::open(&database.address(), OPTIONS).unwrap()
}

fn unavailable<T>(result: Result<T, StoreError>) -> String {
    match result.map(drop) {
        Err(StoreError::Unavailable(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_database_of_somebody_else_is_refused_and_left_alone() {
    let database = Database::new();
    database.beside().batch_execute("CREATE TABLE cats (name text)").unwrap();
    let refused = unavailable(PostgresStore::open(&database.address(), OPTIONS));
    assert!(refused.contains("tables of somebody else"), "{refused}");
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(database.beside().query_one(tables, &[]).unwrap().get::<_, i64>(0), 1);
}

/// How many migrations of the store this release has.
fn migrations() -> usize {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/migrations");
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.to_string_lossy().starts_with(|c: char| c.is_ascii_digit())).count()
}

#[test]
fn a_newer_schema_is_refused_and_an_older_one_needs_the_right_to_write() {
    let database = Database::new();
    let refused = unavailable(PostgresStore::open_read_only(&database.address(), OPTIONS));
    assert!(refused.contains(&format!("schema `0` instead of `{}`", migrations())), "{refused}");
    drop(open(&database));
    drop(open(&database));
    drop(PostgresStore::open_read_only(&database.address(), OPTIONS).unwrap());
    database.beside().batch_execute("INSERT INTO schema_migrations VALUES (99)").unwrap();
    for refused in [
        PostgresStore::open(&database.address(), OPTIONS),
        PostgresStore::open_read_only(&database.address(), OPTIONS),
    ] {
        let refused = unavailable(refused);
        let known = format!("schema `99`, this release knows `{}`", migrations());
        assert!(refused.contains(&known), "{refused}");
    }
}

#[test]
fn servers_that_start_together_make_one_schema() {
    let database = Database::new();
    // Each waits for the one before, and making the schema takes longer than a commit.
    let patient = Options { busy_timeout_ms: 10_000, ..OPTIONS };
    let open = || drop(PostgresStore::open(&database.address(), patient).unwrap());
    std::thread::scope(|scope| {
        let openings: Vec<_> = (0..6).map(|_| scope.spawn(open)).collect();
        for opening in openings {
            opening.join().unwrap();
        }
    });
    let count = "SELECT count(*) FROM schema_migrations";
    let made = database.beside().query_one(count, &[]).unwrap().get::<_, i64>(0);
    assert_eq!(usize::try_from(made), Ok(migrations()));
}

#[test]
fn nothing_is_written_through_a_store_for_reading() {
    let database = Database::new();
    commit(&open(&database), entries(0, 3)).unwrap();
    let store = PostgresStore::open_read_only(&database.address(), OPTIONS).unwrap();
    assert_eq!(store.read().unwrap().head().unwrap().size, 3);
    let session = unavailable(store.begin());
    assert!(session.contains("read-only"), "{session}");
    unavailable(store.put_checkpoint(&assent_store::contract::sample::checkpoint(1, "note")));
    unavailable(store.replace_rows(&mut std::iter::empty()));
}

#[test]
fn state_tables_have_just_the_columns_that_the_store_states() {
    let database = Database::new();
    drop(open(&database));
    let mut client = database.beside();
    for table in TABLES {
        let sql = "SELECT column_name::text, data_type::text FROM information_schema.columns WHERE table_name = $1 \
                   ORDER BY ordinal_position";
        let found: Vec<(String, String)> =
            client.query(sql, &[&table.name]).unwrap().iter().map(|row| (row.get(0), row.get(1))).collect();
        let mut expected = vec![("id", "uuid"), ("revision", "bigint"), ("projection_version", "bigint")];
        expected.extend(table.columns.iter().map(|column| match column.ty {
            ColumnType::Text => (column.name, "text"),
            ColumnType::Integer => (column.name, "bigint"),
        }));
        expected.push(("document", "bytea"));
        let expected: Vec<_> =
            expected.into_iter().map(|(name, ty)| (name.to_owned(), ty.to_owned())).collect();
        assert_eq!(found, expected, "{}", table.name);
        for column in table.columns {
            let sql = "SELECT bool_or(indisunique) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relname = $1";
            let name = format!("{}_{}", table.name, column.name);
            let unique: Option<bool> = client.query_one(sql, &[&name]).unwrap().get(0);
            assert_eq!(unique, Some(column.unique), "{name}");
        }
    }
}

/// The server ends every connection of the store: what was under way is refused, and the next ones are made anew.
#[test]
fn cut_connections_are_made_anew() {
    let database = Database::new();
    let store = open(&database);
    commit(&store, entries(0, 5)).unwrap();
    let before = dump_store(&store);
    let snapshot = store.read().unwrap();
    let session = store.begin().unwrap();
    let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
               WHERE application_name = 'assent' AND datname = current_database()";
    assert!(database.beside().query_one(cut, &[]).unwrap().get::<_, i64>(0) >= 2);
    std::thread::sleep(std::time::Duration::from_millis(100));
    unavailable(snapshot.row("models", uuid::Uuid::nil()));
    unavailable(session.row("models", uuid::Uuid::nil()));
    drop((snapshot, session));
    assert_eq!(dump_store(&store), before);
    commit(&store, entries(5, 7)).unwrap();
    assert_eq!(store.read().unwrap().head().unwrap().size, 7);
}

#[test]
fn an_address_that_leads_nowhere_is_named_without_its_password() {
    let refused = unavailable(PostgresStore::open("postgres://me:secret@127.0.0.1:1/nothing", OPTIONS));
    assert!(refused.contains("cannot be reached") && !refused.contains("secret"), "{refused}");
    let refused = unavailable(PostgresStore::open("password=secret nonsense", OPTIONS));
    assert!(refused.contains("cannot be read") && !refused.contains("secret"), "{refused}");
}
