//! The log: entries and head, tiles, payloads, receipts, checkpoints.

use super::Fixture;
use super::sample::{
    checkpoint, commit, dump_store, entries, entry, full_row, hash, head, id, nothing, payload, receipt,
    receipt_key, row, rows, tile,
};
use crate::{Batch, Head, Place, ReceiptKey, StoreError, TABLES};

/// A batch with something of everything, the first of a log.
fn of_everything() -> Batch {
    Batch {
        tiles: vec![tile(0, 0, 3)],
        payloads: vec![payload(1, b"payload")],
        rows: TABLES.iter().map(|table| full_row(table.name, 1, 1)).collect(),
        receipts: vec![receipt(1)],
        ..entries(0, 3)
    }
}

fn is_conflict(result: &Result<(), StoreError>) -> bool {
    matches!(result, Err(StoreError::Conflict(_)))
}

pub fn a_new_store_is_empty(place: &dyn Fixture) {
    let store = place.open();
    let read = store.read().unwrap();
    assert_eq!(read.head().unwrap(), Head::EMPTY);
    assert!(read.entries(0, 10).unwrap().is_empty());
    assert_eq!(read.latest_checkpoint().unwrap(), None);
    for table in TABLES {
        assert_eq!(read.count(table.name, &crate::Predicate::True).unwrap(), 0);
        assert_eq!(read.row(table.name, id(1)).unwrap(), None);
    }
}

pub fn keys_are_read_back(place: &dyn Fixture) {
    let store = place.open();
    commit(&*store, entries(0, 3)).unwrap();
    let read = store.read().unwrap();
    let mut found = Vec::new();
    read.scan_keys(1, &mut |index, keys| {
        found.push((index, keys.clone()));
        Ok(())
    })
    .unwrap();
    assert_eq!(found, [(1, entry(1).keys), (2, entry(2).keys)]);
}

pub fn a_commit_is_read_back(place: &dyn Fixture) {
    let store = place.open();
    commit(&*store, of_everything()).unwrap();
    let read = store.read().unwrap();
    assert_eq!(read.head().unwrap(), head(3));
    assert_eq!(read.entries(0, 10).unwrap(), [entry(0).bytes, entry(1).bytes, entry(2).bytes]);
    assert_eq!(read.tile(0, 0).unwrap(), Some(tile(0, 0, 3).bytes));
    assert_eq!(read.tile(0, 1).unwrap(), None);
    assert_eq!(read.tile(1, 0).unwrap(), None);
    assert_eq!(read.payload(hash(1)).unwrap(), Some(b"payload".to_vec()));
    assert_eq!(read.payload(hash(2)).unwrap(), None);
    assert_eq!(read.receipt(&receipt_key(1)).unwrap(), Some(receipt(1).stored));
    for table in TABLES {
        assert_eq!(read.row(table.name, id(1)).unwrap(), Some(full_row(table.name, 1, 1)));
    }
}

pub fn what_was_committed_is_there_after_reopening(place: &dyn Fixture) {
    let store = place.open();
    commit(&*store, of_everything()).unwrap();
    store.put_checkpoint(&checkpoint(3, "three")).unwrap();
    let before = dump_store(&*store);
    drop(store);
    let store = place.open();
    assert_eq!(dump_store(&*store), before);
    commit(&*store, entries(3, 4)).unwrap();
    assert_eq!(store.read().unwrap().head().unwrap(), head(4));
}

pub fn entries_are_read_in_order(place: &dyn Fixture) {
    let store = place.open();
    commit(&*store, entries(0, 200)).unwrap();
    commit(&*store, entries(200, 201)).unwrap();
    let read = store.read().unwrap();
    let bytes = |from: u64, until: u64| (from..until).map(|index| entry(index).bytes).collect::<Vec<_>>();
    assert_eq!(read.entries(0, 201).unwrap(), bytes(0, 201));
    assert_eq!(read.entries(150, 20).unwrap(), bytes(150, 170));
    assert_eq!(read.entries(199, 20).unwrap(), bytes(199, 201));
    assert_eq!(read.entries(10, 0).unwrap(), bytes(0, 0));
    assert_eq!(read.entries(201, 20).unwrap(), bytes(0, 0));
    assert_eq!(read.entries(u64::MAX, u32::MAX).unwrap(), bytes(0, 0));
    for (from, expected) in [(0, 0..201), (200, 200..201), (201, 201..201), (u64::MAX, 0..0)] {
        let mut seen = Vec::new();
        read.scan_entries(from, &mut |index, bytes| {
            seen.push((index, bytes.to_vec()));
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, expected.map(|index| (index, entry(index).bytes)).collect::<Vec<_>>());
    }
}

pub fn a_gap_is_refused(place: &dyn Fixture) {
    let store = place.open();
    commit(&*store, entries(0, 5)).unwrap();
    let before = dump_store(&*store);
    let hole = Batch { entries: vec![entry(5), entry(7)], ..nothing(7) };
    for batch in [entries(6, 8), entries(4, 6), entries(0, 1), hole] {
        assert!(is_conflict(&commit(&*store, batch)));
        assert_eq!(dump_store(&*store), before);
    }
    commit(&*store, entries(5, 6)).unwrap();
}

pub fn a_wrong_head_is_refused(place: &dyn Fixture) {
    let store = place.open();
    commit(&*store, entries(0, 5)).unwrap();
    let before = dump_store(&*store);
    let too_large = Batch { head: head(8), ..entries(5, 7) };
    let too_small = Batch { head: head(5), ..entries(5, 7) };
    let other_root = Batch { head: Head { root: hash(99), ..head(5) }, ..nothing(5) };
    for batch in [too_large, too_small, other_root, nothing(0)] {
        assert!(is_conflict(&commit(&*store, batch)));
        assert_eq!(dump_store(&*store), before);
    }
    commit(&*store, nothing(5)).unwrap();
    assert_eq!(dump_store(&*store), before);
}

pub fn every_place_is_found_without_asking_for_it(place: &dyn Fixture) {
    let store = place.open();
    let tiles = vec![tile(0, 0, 3), tile(1, 5, 1)];
    let payloads = vec![payload(1, b"one"), payload(2, b"two")];
    commit(&*store, Batch { tiles, payloads, ..entries(0, 3) }).unwrap();
    let mut found = Vec::new();
    let read = store.read().unwrap();
    read.scan_places(&mut |place| {
        found.push(place);
        Ok(())
    })
    .unwrap();
    found.sort();
    let tile = |level, n| Place::Tile { level, n };
    assert_eq!(
        found,
        [tile(0, 0), tile(1, 5), Place::Payload(hash(1)), Place::Payload(hash(2))],
        "no entry lies outside of the head"
    );
    let stop = StoreError::Unavailable("enough".to_owned());
    assert_eq!(read.scan_places(&mut |_| Err(stop.clone())), Err(stop));
}

pub fn time_does_not_fall(place: &dyn Fixture) {
    let store = place.open();
    let mut early = entries(0, 2);
    early.entries[0].keys.time_ms = -5;
    commit(&*store, early).unwrap();
    let mut falling = entries(2, 4);
    falling.entries[1].keys.time_ms = falling.entries[0].keys.time_ms - 1;
    assert!(is_conflict(&commit(&*store, falling)));
    let mut before_head = entries(2, 3);
    before_head.entries[0].keys.time_ms = head(2).time_ms - 1;
    assert!(is_conflict(&commit(&*store, before_head)));
    let mut same = entries(2, 3);
    same.entries[0].keys.time_ms = head(2).time_ms;
    commit(&*store, same).unwrap();
}

pub fn texts_with_nul_are_refused(place: &dyn Fixture) {
    let store = place.open();
    let mut subject = entries(0, 1);
    subject.entries[0].keys.subject_id.push('\0');
    let mut key = receipt(1);
    key.key.key.push('\0');
    let tier = row("models", 1, 1, &[None, Some("LOW\0"), None, None, None]);
    for batch in [subject, Batch { receipts: vec![key], ..nothing(0) }, rows(0, vec![tier])] {
        assert!(is_conflict(&commit(&*store, batch)));
    }
}

pub fn a_tile_is_only_widened(place: &dyn Fixture) {
    let store = place.open();
    let stored = |width: Option<usize>| {
        let read = store.read().unwrap();
        assert_eq!(read.tile(0, 0).unwrap(), width.map(|width| tile(0, 0, width).bytes));
    };
    for (width, widest) in [(3, 3), (2, 3), (256, 256), (255, 256)] {
        commit(&*store, Batch { tiles: vec![tile(0, 0, width)], ..nothing(0) }).unwrap();
        stored(Some(widest));
    }
    let others = vec![tile(1, 0, 1), tile(0, 1, 2), tile(7, (1 << 56) - 1, 4)];
    commit(&*store, Batch { tiles: others.clone(), ..nothing(0) }).unwrap();
    stored(Some(256));
    for other in others {
        assert_eq!(store.read().unwrap().tile(other.level, other.n).unwrap(), Some(other.bytes));
    }
    assert_eq!(store.read().unwrap().tile(u8::MAX, u64::MAX).unwrap(), None);
}

pub fn a_tile_that_is_none_is_refused(place: &dyn Fixture) {
    let store = place.open();
    let mut ragged = tile(0, 0, 1);
    ragged.bytes.push(0);
    for wrong in [ragged, tile(0, 0, 0), tile(0, 0, 257), tile(8, 0, 1), tile(0, 1 << 56, 1)] {
        assert!(is_conflict(&commit(&*store, Batch { tiles: vec![wrong], ..nothing(0) })));
    }
    assert_eq!(store.read().unwrap().tile(0, 0).unwrap(), None);
}

pub fn a_payload_stays_as_it_was_first(place: &dyn Fixture) {
    let store = place.open();
    let twice = vec![payload(1, b"first"), payload(1, b"second")];
    commit(&*store, Batch { payloads: twice, ..nothing(0) }).unwrap();
    commit(&*store, Batch { payloads: vec![payload(1, b"third"), payload(2, b"")], ..nothing(0) }).unwrap();
    let read = store.read().unwrap();
    assert_eq!(read.payload(hash(1)).unwrap(), Some(b"first".to_vec()));
    assert_eq!(read.payload(hash(2)).unwrap(), Some(vec![]));
}

pub fn receipts_are_kept_by_their_whole_key(place: &dyn Fixture) {
    let store = place.open();
    commit(&*store, Batch { receipts: vec![receipt(1), receipt(2)], ..nothing(0) }).unwrap();
    let read = store.read().unwrap();
    assert_eq!(read.receipt(&receipt_key(1)).unwrap(), Some(receipt(1).stored));
    assert_eq!(read.receipt(&receipt_key(2)).unwrap(), Some(receipt(2).stored));
    for other in [
        ReceiptKey { principal: id(2), ..receipt_key(1) },
        ReceiptKey { route: "POST /versions".to_owned(), ..receipt_key(1) },
        ReceiptKey { key: "key-2".to_owned(), ..receipt_key(1) },
    ] {
        assert_eq!(read.receipt(&other).unwrap(), None);
    }
}

pub fn receipts_are_scanned(place: &dyn Fixture) {
    let store = place.open();
    let receipts: Vec<_> = (0..2_345).map(receipt).collect();
    commit(&*store, Batch { receipts: receipts.clone(), ..entries(0, 1) }).unwrap();
    let mut found = Vec::new();
    let read = store.read().unwrap();
    read.scan_receipts(&mut |receipt| {
        found.push(receipt);
        Ok(())
    })
    .unwrap();
    let by_key = |one: &crate::Receipt, other: &crate::Receipt| one.key.cmp(&other.key);
    found.sort_by(by_key);
    let mut expected = receipts;
    expected.sort_by(by_key);
    assert_eq!(found, expected);
    let error = StoreError::Corrupt("enough".to_owned());
    assert_eq!(read.scan_receipts(&mut |_| Err(error.clone())), Err(error.clone()));
}

pub fn a_taken_receipt_key_is_a_conflict(place: &dyn Fixture) {
    let store = place.open();
    commit(&*store, Batch { receipts: vec![receipt(1)], ..entries(0, 1) }).unwrap();
    let before = dump_store(&*store);
    let mut other = receipt(1);
    other.stored.receipt = b"another".to_vec();
    assert!(is_conflict(&commit(&*store, Batch { receipts: vec![other], ..entries(1, 2) })));
    assert!(is_conflict(&commit(&*store, Batch { receipts: vec![receipt(2), receipt(2)], ..entries(1, 2) })));
    assert_eq!(dump_store(&*store), before);
}

pub fn checkpoints_are_ordered_and_the_first_note_wins(place: &dyn Fixture) {
    let store = place.open();
    for (size, note) in [(3, "three"), (10, "ten"), (5, "five"), (3, "three again"), (0, "zero")] {
        store.put_checkpoint(&checkpoint(size, note)).unwrap();
    }
    let read = store.read().unwrap();
    let (zero, three) = (checkpoint(0, "zero"), checkpoint(3, "three"));
    let (five, ten) = (checkpoint(5, "five"), checkpoint(10, "ten"));
    assert_eq!(read.checkpoints(None, 10).unwrap(), [zero.clone(), three, five.clone(), ten.clone()]);
    assert_eq!(read.checkpoints(None, 1).unwrap(), [zero]);
    assert_eq!(read.checkpoints(Some(3), 10).unwrap(), [five.clone(), ten.clone()]);
    assert_eq!(read.checkpoints(Some(4), 1).unwrap(), [five]);
    assert_eq!(read.checkpoints(Some(10), 10).unwrap(), []);
    assert_eq!(read.checkpoints(Some(u64::MAX), 10).unwrap(), []);
    assert_eq!(read.latest_checkpoint().unwrap(), Some(ten));
}

pub fn large_values_come_back_whole(place: &dyn Fixture) {
    let store = place.open();
    let large: Vec<u8> = (0..1_048_576_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    let name = "é\u{1f9ea}".repeat(10_000);
    let mut batch = Batch {
        payloads: vec![payload(1, &large)],
        rows: vec![row("models", 1, 1, &[Some(&name), None, None, None, None])],
        receipts: vec![receipt(1)],
        ..entries(0, 2)
    };
    batch.rows[0].document.clone_from(&large);
    batch.receipts[0].stored.receipt.clone_from(&large);
    batch.entries[1].bytes.clone_from(&large);
    let stored = batch.rows[0].clone();
    commit(&*store, batch).unwrap();
    let read = store.read().unwrap();
    assert_eq!(read.row("models", id(1)).unwrap(), Some(stored));
    assert_eq!(read.entries(1, 1).unwrap(), std::slice::from_ref(&large));
    assert_eq!(read.payload(hash(1)).unwrap(), Some(large.clone()));
    assert_eq!(read.receipt(&receipt_key(1)).unwrap().unwrap().receipt, large);
}

pub fn an_error_ends_a_scan_of_entries(place: &dyn Fixture) {
    let store = place.open();
    commit(&*store, entries(0, 5)).unwrap();
    let mut seen = 0;
    let ended = store.read().unwrap().scan_entries(0, &mut |_, _| {
        seen += 1;
        if seen == 2 { Err(StoreError::Corrupt("enough".to_owned())) } else { Ok(()) }
    });
    assert_eq!((seen, ended), (2, Err(StoreError::Corrupt("enough".to_owned()))));
}
