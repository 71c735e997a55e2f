use assent_store::contract::sample::{checkpoint, commit, dump_store, entries, entry, head, model, rows};
use tempfile::TempDir;

use super::*;

const OPTIONS: Options = Options { read_connections: 2, busy_timeout_ms: 100 };

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("assent.sqlite");
    (folder, path)
}

fn unavailable<T>(result: Result<T, StoreError>) -> String {
    match result.map(drop) {
        Err(StoreError::Unavailable(text)) => text,
        other => panic!("{other:?}"),
    }
}

impl SqliteStore {
    fn writing_connection(&self) -> Lease<'_> {
        self.writer.as_ref().unwrap().take(self.busy_timeout, "the writer").unwrap()
    }
}

/// The named test of a planted fault: without it nothing here would notice commits that are not synchronous.
#[test]
fn commits_are_synchronous() {
    let (_folder, path) = folder();
    let store = SqliteStore::open(&path, OPTIONS).unwrap();
    let writer = store.writing_connection();
    let pragma =
        |name| writer.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0)).unwrap();
    // 2 is FULL, 3 is EXTRA.
    assert!(
        matches!(pragma("synchronous"), rusqlite::types::Value::Integer(2 | 3)),
        "{:?}",
        pragma("synchronous")
    );
    assert_eq!(pragma("journal_mode"), rusqlite::types::Value::Text("wal".to_owned()));
    assert_eq!(pragma("fullfsync"), rusqlite::types::Value::Integer(1));
    assert_eq!(pragma("checkpoint_fullfsync"), rusqlite::types::Value::Integer(1));
}

#[test]
fn connections_are_set_up() {
    let (_folder, path) = folder();
    let store = SqliteStore::open(&path, OPTIONS).unwrap();
    let reader = store.readers.take(store.busy_timeout, "a reader").unwrap();
    for (connection, query_only) in [(&store.writing_connection(), 0), (&reader, 1)] {
        for (name, value) in
            [("foreign_keys", 0), ("trusted_schema", 0), ("cell_size_check", 1), ("query_only", query_only)]
        {
            let is: i64 = connection.pragma_query_value(None, name, |row| row.get(0)).unwrap();
            assert_eq!(is, value, "{name}");
        }
    }
}

#[cfg(unix)]
#[test]
fn files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = folder();
    let store = SqliteStore::open(&path, OPTIONS).unwrap();
    commit(&store, entries(0, 1)).unwrap();
    let modes: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().metadata().unwrap().permissions().mode() & 0o777)
        .collect();
    assert_eq!(modes, [0o600; 3]);
}

#[test]
fn other_files_are_refused_and_left_alone() {
    let (folder, path) = folder();
    let text = folder.path().join("notes.txt");
    std::fs::write(
        &text,
        "not a database, but long enough to have a header of one hundred bytes. ".repeat(9),
    )
    .unwrap();
    assert!(matches!(SqliteStore::open(&text, OPTIONS), Err(StoreError::Corrupt(_))));
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE cats (name TEXT)").unwrap();
    let before = std::fs::read(&path).unwrap();
    assert!(unavailable(SqliteStore::open(&path, OPTIONS)).contains("is not an Assent store"));
    assert!(unavailable(SqliteStore::open_read_only(&path, OPTIONS)).contains("is not an Assent store"));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_newer_schema_is_refused() {
    let (_folder, path) = folder();
    let store = SqliteStore::open(&path, OPTIONS).unwrap();
    store.writing_connection().execute("INSERT INTO schema_migrations (number) VALUES (99)", ()).unwrap();
    drop(store);
    assert!(unavailable(SqliteStore::open(&path, OPTIONS)).contains("newer release"));
    assert!(unavailable(SqliteStore::open_read_only(&path, OPTIONS)).contains("newer release"));
}

#[test]
fn a_store_that_is_read_only_reads_and_writes_nothing() {
    let (_folder, path) = folder();
    unavailable(SqliteStore::open_read_only(&path, OPTIONS));
    assert!(!path.exists());
    let store = SqliteStore::open(&path, OPTIONS).unwrap();
    commit(&store, entries(0, 3)).unwrap();
    let reader = SqliteStore::open_read_only(&path, OPTIONS).unwrap();
    assert_eq!(dump_store(&reader), dump_store(&store));
    unavailable(reader.begin().map(drop));
    unavailable(reader.put_checkpoint(&checkpoint(3, "three")));
    unavailable(reader.replace_rows(&mut std::iter::empty()));
    commit(&store, entries(3, 4)).unwrap();
    assert_eq!(reader.read().unwrap().head().unwrap(), head(4));
}

#[test]
fn a_closed_store_is_one_file() {
    let (folder, path) = folder();
    let store = SqliteStore::open(&path, OPTIONS).unwrap();
    commit(&store, assent_store::Batch { rows: vec![model(1, 1, "fraud")], ..entries(0, 3) }).unwrap();
    let expected = dump_store(&store);
    store.close().unwrap();
    let copy = folder.path().join("copy.sqlite");
    std::fs::copy(&path, &copy).unwrap();
    assert_eq!(dump_store(&SqliteStore::open(&copy, OPTIONS).unwrap()), expected);
}

#[test]
fn a_full_disk_leaves_nothing_and_passes() {
    let (_folder, path) = folder();
    let store = SqliteStore::open(&path, OPTIONS).unwrap();
    commit(&store, entries(0, 3)).unwrap();
    let before = dump_store(&store);
    let limit = |pages: i64| {
        let writer = store.writing_connection();
        writer.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
    };
    limit(1);
    let mut large = entries(3, 4);
    large.entries[0].bytes = vec![1; 1 << 20];
    match commit(&store, large) {
        Err(StoreError::Full(text)) => assert!(text.contains("no space left"), "{text}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(dump_store(&store), before);
    limit(1 << 30);
    commit(&store, entries(3, 4)).unwrap();
}

#[cfg(unix)]
#[test]
fn a_database_that_is_gone_takes_no_more() {
    for name in ["assent.sqlite", "assent.sqlite-wal"] {
        let (folder, path) = folder();
        let store = SqliteStore::open(&path, OPTIONS).unwrap();
        commit(&store, entries(0, 1)).unwrap();
        let (there, away) = (folder.path().join(name), folder.path().join("away"));
        std::fs::rename(&there, &away).unwrap();
        for _ in 0..2 {
            let refused = commit(&store, entries(1, 2));
            assert!(matches!(refused, Err(StoreError::DurabilityLost(_))), "{name}: {refused:?}");
            // Another file in its place is not the one that was written to.
            std::fs::write(&there, b"").unwrap();
        }
        std::fs::rename(&away, &there).unwrap();
        drop(store);
        SqliteStore::open(&path, OPTIONS).unwrap();
    }
}

#[test]
fn after_lost_durability_nothing_is_written() {
    let (_folder, path) = folder();
    let store = SqliteStore::open(&path, OPTIONS).unwrap();
    commit(&store, entries(0, 1)).unwrap();
    let lost = store.commit(&store.lock().unwrap(), |connection| {
        connection.execute("DELETE FROM entries", ()).unwrap();
        Err(StoreError::DurabilityLost("sync failed".to_owned()))
    });
    assert!(matches!(lost, Err(StoreError::DurabilityLost(_))));
    for refused in [
        commit(&store, entries(1, 2)),
        store.put_checkpoint(&checkpoint(1, "one")),
        store.replace_rows(&mut std::iter::empty()),
    ] {
        assert!(matches!(refused, Err(StoreError::DurabilityLost(_))));
    }
    assert_eq!(store.read().unwrap().entries(0, 9).unwrap(), [entry(0).bytes]);
    drop(store);
    commit(&SqliteStore::open(&path, OPTIONS).unwrap(), entries(1, 2)).unwrap();
}

#[test]
fn snapshots_are_bounded() {
    let (_folder, path) = folder();
    let store = SqliteStore::open(&path, OPTIONS).unwrap();
    let first = store.read().unwrap();
    let _second = store.read().unwrap();
    unavailable(store.read().map(drop));
    drop(first);
    store.read().unwrap();
    commit(&store, entries(0, 1)).unwrap();
}

#[test]
fn a_hole_in_the_log_is_reported() {
    let (_folder, path) = folder();
    let store = SqliteStore::open(&path, OPTIONS).unwrap();
    commit(&store, entries(0, 9)).unwrap();
    for (index, from, limit) in [(4, 0, 9), (8, 5, 9), (5, 5, 1)] {
        store.writing_connection().execute("DELETE FROM entries WHERE idx = ?1", [index]).unwrap();
        let read = store.read().unwrap();
        let missing = StoreError::Corrupt(format!("entry `{index}` is missing"));
        assert_eq!(read.entries(from, limit), Err(missing.clone()));
        if limit > 1 {
            assert_eq!(read.scan_entries(from, &mut |_, _| Ok(())), Err(missing));
        }
    }
}

#[test]
fn a_long_log_is_folded_once_readers_leave() {
    let (_folder, path) = folder();
    let store = SqliteStore::open(&path, OPTIONS).unwrap();
    let frames = || checkpoint_state(&store).0;
    commit(&store, entries(0, 100)).unwrap();
    let reader = store.read().unwrap();
    store.fold_at_frames.store(1, Ordering::Relaxed);
    commit(&store, entries(100, 200)).unwrap();
    assert!(frames() > 0);
    let next = store.fold_at_frames.load(Ordering::Relaxed);
    assert!(next > LONG_FRAMES, "it tries again only after {next} frames");
    assert_eq!(reader.head().unwrap(), head(100));
    drop(reader);
    store.fold_at_frames.store(1, Ordering::Relaxed);
    commit(&store, rows(200, vec![model(1, 1, "fraud")])).unwrap();
    assert_eq!(frames(), 0);
    assert_eq!(store.fold_at_frames.load(Ordering::Relaxed), LONG_FRAMES);
    assert_eq!(store.read().unwrap().entries(0, 500).unwrap().len(), 200);
}

#[test]
fn a_log_of_many_commits_is_folded_on_the_way() {
    let (_folder, path) = folder();
    let store = SqliteStore::open(&path, OPTIONS).unwrap();
    let mut bulky = entries(0, 1);
    bulky.entries[0].bytes = vec![7; 18 << 20];
    commit(&store, bulky).unwrap();
    let (frames, folded) = checkpoint_state(&store);
    assert!(frames > FOLD_FRAMES && folded == frames, "{folded} of {frames}");
    commit(&store, entries(1, 2)).unwrap();
    assert!(checkpoint_state(&store).0 < 100, "the log starts over");
}

fn checkpoint_state(store: &SqliteStore) -> (i32, i32) {
    super::checkpoint(&store.writing_connection(), CheckpointMode::NOOP).unwrap()
}
