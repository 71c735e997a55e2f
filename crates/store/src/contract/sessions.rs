//! Sessions: atomicity, the lock on the head, isolation.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;

use super::Fixture;
use super::sample::{
    all, checkpoint, commit, dump, dump_store, entries, entry, everything, full_row, hash, head, id, model,
    nothing, payload, receipt, tile,
};
use crate::{Batch, Store, StoreError, TABLES, Write};

pub fn a_failed_batch_leaves_nothing(place: &dyn Fixture) {
    let store = place.open();
    commit(&*store, Batch { rows: vec![model(1, 1, "fraud")], ..entries(0, 3) }).unwrap();
    let before = dump_store(&*store);
    let mut rows: Vec<_> = TABLES.iter().map(|table| full_row(table.name, 2, 1)).collect();
    rows.push(model(3, 1, "fraud"));
    let batch = Batch {
        tiles: vec![tile(0, 0, 4)],
        payloads: vec![payload(1, b"payload")],
        receipts: vec![receipt(1)],
        rows,
        ..entries(3, 5)
    };
    assert!(matches!(commit(&*store, batch), Err(StoreError::Conflict(_))));
    assert_eq!(dump_store(&*store), before);
    assert_eq!(dump_store(&*place.open()), before);
    commit(&*store, entries(3, 4)).unwrap();
}

pub fn a_dropped_session_leaves_nothing(place: &dyn Fixture) {
    let store = place.open();
    commit(&*store, entries(0, 1)).unwrap();
    let before = dump_store(&*store);
    let session = store.begin().unwrap();
    assert_eq!(session.head().unwrap(), head(1));
    drop(session);
    assert_eq!(dump_store(&*store), before);
    commit(&*store, entries(1, 2)).unwrap();
}

pub fn one_writer_holds_the_head(place: &dyn Fixture) {
    let (store, other) = (place.open(), place.open());
    let session = store.begin().unwrap();
    let rows = || model(9, 1, "late");
    for handle in [&store, &other] {
        assert!(matches!(handle.begin().err(), Some(StoreError::Unavailable(_))));
        assert!(matches!(
            handle.put_checkpoint(&checkpoint(0, "zero")),
            Err(StoreError::Unavailable(_)) | Ok(())
        ));
        let replaced = handle.replace_rows(&mut std::iter::once(rows()));
        assert!(matches!(replaced, Err(StoreError::Unavailable(_))));
    }
    session.commit(entries(0, 1)).unwrap();
    commit(&*other, entries(1, 2)).unwrap();
    commit(&*store, entries(2, 3)).unwrap();
    assert_eq!(store.read().unwrap().count("models", &crate::Predicate::True).unwrap(), 0);
}

/// Begins, however often the time limit passes.
fn begin(store: &dyn Store) -> Box<dyn Write + '_> {
    loop {
        match store.begin() {
            Ok(session) => return session,
            Err(StoreError::Unavailable(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

pub fn a_waiting_writer_goes_on_from_the_new_head(place: &dyn Fixture) {
    let (store, other) = (place.open(), place.open());
    for (first, second, size) in [(&store, &store, 0), (&store, &other, 2)] {
        let committing = AtomicBool::new(false);
        let (about_to_begin, waits) = mpsc::channel();
        let session = first.begin().unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                about_to_begin.send(()).unwrap();
                let session = begin(&**second);
                assert!(committing.load(Ordering::SeqCst), "two writers held the head");
                assert_eq!(session.head().unwrap(), head(size + 1));
                session.commit(entries(size + 1, size + 2)).unwrap();
            });
            waits.recv().unwrap();
            committing.store(true, Ordering::SeqCst);
            session.commit(entries(size, size + 1)).unwrap();
        });
        assert_eq!(store.read().unwrap().head().unwrap(), head(size + 2));
    }
}

pub fn writers_make_one_order(place: &dyn Fixture) {
    const WRITERS: u64 = 4;
    const COMMITS: u64 = 25;
    let handles = [place.open(), place.open()];
    let write = |store: &dyn Store, writer: u64| {
        for number in 1..=COMMITS {
            let session = begin(store);
            let size = session.head().unwrap().size;
            let mut batch = entries(size, size + 1);
            batch.entries[0].bytes = format!("{writer}/{number}").into_bytes();
            batch.rows = vec![model(writer, number, &format!("{writer}/{number}"))];
            session.commit(batch).unwrap();
        }
    };
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let store = &handles[usize::try_from(writer % 2).unwrap()];
            scope.spawn(move || write(&**store, writer));
        }
    });
    let read = handles[0].read().unwrap();
    assert_eq!(read.head().unwrap(), head(WRITERS * COMMITS));
    let all: Vec<String> =
        read.entries(0, 1_000).unwrap().into_iter().map(|bytes| String::from_utf8(bytes).unwrap()).collect();
    for writer in 0..WRITERS {
        let own =
            all.iter().filter(|line| line.starts_with(&format!("{writer}/"))).cloned().collect::<Vec<_>>();
        assert_eq!(own, (1..=COMMITS).map(|number| format!("{writer}/{number}")).collect::<Vec<_>>());
    }
}

pub fn a_snapshot_does_not_move(place: &dyn Fixture) {
    let (store, other) = (place.open(), place.open());
    commit(&*store, Batch { rows: vec![model(1, 1, "fraud")], ..entries(0, 3) }).unwrap();
    let expected = dump_store(&*store);
    let (own, others) = (store.read().unwrap(), other.read().unwrap());
    let change = Batch {
        tiles: vec![tile(0, 0, 4)],
        payloads: vec![payload(1, b"payload")],
        rows: vec![model(1, 2, "churn"), model(2, 1, "fraud")],
        receipts: vec![receipt(1)],
        ..entries(3, 5)
    };
    commit(&*store, change).unwrap();
    store.put_checkpoint(&checkpoint(5, "five")).unwrap();
    store.replace_rows(&mut std::iter::once(model(7, 1, "other"))).unwrap();
    for snapshot in [&own, &others] {
        assert_eq!(dump(&**snapshot), expected);
        assert_eq!(snapshot.ids("models", "name", &crate::Value::Text("fraud".to_owned())).unwrap(), [id(1)]);
        assert_eq!(snapshot.count("models", &crate::Predicate::True).unwrap(), 1);
    }
    let now = other.read().unwrap();
    assert_eq!(now.head().unwrap(), head(5));
    assert_eq!(now.select(&all("models")).unwrap(), [model(7, 1, "other")]);
}

pub fn readers_do_not_wait_for_a_writer(place: &dyn Fixture) {
    let (store, other) = (place.open(), place.open());
    commit(&*store, entries(0, 1)).unwrap();
    let expected = dump_store(&*store);
    let session = store.begin().unwrap();
    assert_eq!(dump_store(&*store), expected);
    assert_eq!(dump_store(&*other), expected);
    session.commit(entries(1, 2)).unwrap();
    assert_eq!(other.read().unwrap().head().unwrap(), head(2));
}

pub fn a_session_reads_the_state_that_it_locked(place: &dyn Fixture) {
    let store = place.open();
    let batch = Batch {
        rows: vec![model(1, 1, "fraud")],
        receipts: vec![receipt(1)],
        payloads: vec![payload(1, b"payload")],
        tiles: vec![tile(0, 0, 3)],
        ..entries(0, 3)
    };
    commit(&*store, batch).unwrap();
    let session = store.begin().unwrap();
    let expected = dump_store(&*store);
    assert_eq!(session.head().unwrap(), head(3));
    assert_eq!(session.row("models", id(1)).unwrap(), Some(model(1, 1, "fraud")));
    assert_eq!(session.payload(hash(1)).unwrap(), Some(b"payload".to_vec()));
    assert_eq!(session.find_entries(&everything()).unwrap().entries.first().map(|found| found.0), Some(2));
    assert_eq!(session.entries(2, 5).unwrap(), [entry(2).bytes]);
    session.commit(nothing(3)).unwrap();
    assert_eq!(dump_store(&*store), expected);
}

pub fn readers_see_whole_commits_only(place: &dyn Fixture) {
    const COMMITS: u64 = 60;
    let store = place.open();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for number in 1..=COMMITS {
                let rows =
                    vec![model(1, number, &format!("a{number}")), model(2, number, &format!("b{number}"))];
                let from = 2 * (number - 1);
                commit(&*store, Batch { rows, ..entries(from, from + 2) }).unwrap();
            }
            done.store(true, Ordering::SeqCst);
        });
        let mut last = 0;
        loop {
            let finished = done.load(Ordering::SeqCst);
            let read = store.read().unwrap();
            let size = read.head().unwrap().size;
            assert!(size >= last && size.is_multiple_of(2), "size {size} after {last}");
            let revisions: Vec<_> =
                read.select(&all("models")).unwrap().iter().map(|row| row.revision).collect();
            assert_eq!(revisions, if size == 0 { vec![] } else { vec![size / 2; 2] });
            assert_eq!(read.entries(0, 1_000).unwrap().len() as u64, size);
            last = size;
            if finished {
                break;
            }
        }
        assert_eq!(last, 2 * COMMITS);
    });
}
