//! What the cases write.

use uuid::Uuid;

use crate::{
    Batch, Checkpoint, EntryKeys, EntryQuery, Head, NewEntry, Order, Payload, Predicate, Read, Receipt,
    ReceiptKey, Row, Select, Store, StoreError, StoredReceipt, TABLES, TileRow, Value,
};

/// The id with that number: ids are in the order of their numbers.
pub fn id(number: u64) -> Uuid {
    Uuid::from_u64_pair(0x0190_0000_0000_7000, 0x8000_0000_0000_0000 | number)
}

/// A text value.
pub fn text(value: &str) -> Option<Value> {
    Some(Value::Text(value.to_owned()))
}

/// Row number `number` of a table, in a revision, with these texts in its columns.
pub fn row(table: &'static str, number: u64, revision: u64, cells: &[Option<&str>]) -> Row {
    Row {
        table,
        id: id(number),
        revision,
        projection_version: 1,
        document: format!("{{\"number\":{number},\"revision\":{revision}}}").into_bytes(),
        columns: cells.iter().map(|cell| cell.and_then(text)).collect(),
    }
}

/// A row of `models` with that name.
pub fn model(number: u64, revision: u64, name: &str) -> Row {
    row("models", number, revision, &[Some(name), Some("LOW"), None, None, None])
}

/// A row of a table with a value of its own in every column.
pub fn full_row(table: &'static str, number: u64, revision: u64) -> Row {
    let columns = TABLES.iter().find(|it| it.name == table).map_or(0, |it| it.columns.len());
    let cells: Vec<_> = (0..columns).map(|column| format!("{table}/{column}/{number}/{revision}")).collect();
    row(table, number, revision, &cells.iter().map(|cell| Some(cell.as_str())).collect::<Vec<_>>())
}

/// Entry `index`; its keys vary with it.
pub fn entry(index: u64) -> NewEntry {
    let keys = EntryKeys {
        id: id(index),
        time_ms: 1_000 + i64::try_from(index / 3).unwrap(),
        event_type: ["modelRegistered", "reviewDecided", "gateChecked"][usize::try_from(index % 3).unwrap()]
            .to_owned(),
        actor: id(10_000 + index % 4),
        subject_kind: ["MODEL", "PROMOTION"][usize::try_from(index % 2).unwrap()].to_owned(),
        subject_id: format!("subject-{}", index % 7),
        model_id: (!index.is_multiple_of(5)).then(|| id(20_000 + index % 6)),
        outcome: if index % 11 == 3 { "FAILURE" } else { "SUCCESS" }.to_owned(),
        correlation_id: (index % 4 != 1).then(|| id(30_000 + index / 2)),
    };
    NewEntry { index, keys, bytes: format!("{{\"index\":{index}}}").into_bytes() }
}

/// The head of a log of `size` entries of [`entry`].
pub fn head(size: u64) -> Head {
    match size.checked_sub(1) {
        None => Head::EMPTY,
        Some(last) => Head {
            size,
            root: hash(2 * size),
            last_hash: hash(2 * size + 1),
            time_ms: entry(last).keys.time_ms,
        },
    }
}

/// Some hash.
pub fn hash(number: u64) -> [u8; 32] {
    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    bytes
}

/// A batch with nothing in it that leaves a log of `size` entries as it is.
pub fn nothing(size: u64) -> Batch {
    Batch {
        entries: vec![],
        tiles: vec![],
        payloads: vec![],
        rows: vec![],
        receipts: vec![],
        head: head(size),
    }
}

/// A batch with entries `from..until` and nothing else.
pub fn entries(from: u64, until: u64) -> Batch {
    Batch { entries: (from..until).map(entry).collect(), ..nothing(until) }
}

/// A batch with rows and nothing else, for a log of `size` entries.
pub fn rows(size: u64, rows: Vec<Row>) -> Batch {
    Batch { rows, ..nothing(size) }
}

/// A receipt under a key with that number.
pub fn receipt(number: u64) -> Receipt {
    Receipt {
        key: receipt_key(number),
        stored: StoredReceipt {
            body_digest: hash(number),
            time_ms: 1_000,
            receipt: format!("{{\"receipt\":{number}}}").into_bytes(),
        },
    }
}

/// The key of [`receipt`].
pub fn receipt_key(number: u64) -> ReceiptKey {
    ReceiptKey { principal: id(number), route: "POST /models".to_owned(), key: format!("key-{number}") }
}

/// A tile with that many hashes.
pub fn tile(level: u8, n: u64, width: usize) -> TileRow {
    let fill = u8::try_from(width % 251).unwrap();
    TileRow { level, n, bytes: vec![fill; 32 * width] }
}

/// Some bytes under a digest.
pub fn payload(number: u64, bytes: &[u8]) -> Payload {
    Payload { digest: hash(number), bytes: bytes.to_vec() }
}

/// A checkpoint of that size.
pub fn checkpoint(size: u64, note: &str) -> Checkpoint {
    Checkpoint { size, note: note.as_bytes().to_vec() }
}

/// A listing of a whole table, up to 1,000 rows.
pub fn all(table: &'static str) -> Select {
    Select { table, filter: Predicate::True, order: Order::Ascending, after: None, limit: 1_000 }
}

/// A search without a condition, up to 1,000 entries.
pub fn everything() -> EntryQuery {
    EntryQuery { limit: 1_000, ..EntryQuery::default() }
}

/// Commits a batch.
pub fn commit(store: &dyn Store, batch: Batch) -> Result<(), StoreError> {
    store.begin()?.commit(batch)
}

/// All that a snapshot can tell, to compare states.
pub fn dump(read: &dyn Read) -> Vec<String> {
    let mut lines = vec![format!("{:?}", read.head().unwrap())];
    read.scan_entries(0, &mut |index, bytes| {
        lines.push(format!("{index} {bytes:?}"));
        Ok(())
    })
    .unwrap();
    lines.push(format!("{:?}", read.find_entries(&everything()).unwrap()));
    for table in TABLES {
        lines.push(format!("{:?}", read.select(&all(table.name)).unwrap()));
    }
    for number in 0..8 {
        lines.push(format!("{:?}", read.tile(0, number).unwrap()));
        lines.push(format!("{:?}", read.payload(hash(number)).unwrap()));
        lines.push(format!("{:?}", read.receipt(&receipt_key(number)).unwrap()));
    }
    lines.push(format!("{:?}", read.checkpoints(None, 1_000).unwrap()));
    lines
}

/// [`dump`] of what is committed.
pub fn dump_store(store: &dyn Store) -> Vec<String> {
    dump(store.read().unwrap().as_ref())
}
