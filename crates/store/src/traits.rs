//! The traits that a backend implements.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::{
    Batch, EntryKeys, EntryQuery, Found, Head, Order, Receipt, ReceiptKey, Row, Select, StoreError,
    StoredReceipt, Table, Value,
};

/// A signed tree head as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The size that it commits to.
    pub size: u64,
    /// The signed note.
    pub note: Vec<u8>,
}

/// What [`Read::scan_rows`] calls for each row.
pub type VisitRow<'a> = dyn FnMut(Row) -> Result<(), StoreError> + 'a;

/// What [`Read::scan_lines`] calls for each line: the column, the line, and the id of the row that it finds.
pub type VisitLine<'a> = dyn FnMut(&'static str, &str, Uuid) -> Result<(), StoreError> + 'a;

/// What [`Read::scan_receipts`] calls for each remembered answer.
pub type VisitReceipt<'a> = dyn FnMut(Receipt) -> Result<(), StoreError> + 'a;

/// What [`Read::scan_entries`] calls for each entry: its index and its bytes.
pub type VisitEntry<'a> = dyn FnMut(u64, &[u8]) -> Result<(), StoreError> + 'a;

/// Where something is stored, by its key alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// An entry under an index that the head does not cover.
    Outside(i64),
    /// A tile.
    Tile {
        /// Its level.
        level: u8,
        /// Its number on the level.
        n: u64,
    },
    /// A payload, by its digest.
    Payload([u8; 32]),
}

/// What [`Read::scan_places`] calls for each place.
pub type VisitPlace<'a> = dyn FnMut(Place) -> Result<(), StoreError> + 'a;

/// Takes the keys of one entry with its index; an error ends the scan.
pub type VisitKeys<'a> = dyn FnMut(u64, &EntryKeys) -> Result<(), StoreError> + 'a;

/// Reads. All reads of one value see one committed state (a snapshot), however long it lives.
pub trait Read {
    /// The head of the log.
    fn head(&self) -> Result<Head, StoreError>;

    /// The row of that id.
    fn row(&self, table: &'static str, id: Uuid) -> Result<Option<Row>, StoreError>;

    /// Ids of the rows whose column has the value, ascending. For unique columns: none or one.
    fn ids(&self, table: &'static str, column: &'static str, value: &Value) -> Result<Vec<Uuid>, StoreError>;

    /// The first `most` of them in that order. What is read grows with `most`, and not with how many there are.
    fn first_ids(
        &self,
        table: &'static str,
        column: &'static str,
        value: &Value,
        order: Order,
        most: u32,
    ) -> Result<Vec<Uuid>, StoreError>;

    /// One page of a table. The caller bounds `limit`.
    fn select(&self, select: &Select) -> Result<Vec<Row>, StoreError>;

    /// How many rows of a table match.
    fn count(&self, table: &'static str, filter: &crate::Predicate) -> Result<u64, StoreError>;

    /// Hands every row of a table to `visit`, ascending by id, without holding more than one. An error of `visit` ends the
    /// scan and is returned.
    fn scan_rows(&self, table: &'static str, visit: &mut VisitRow<'_>) -> Result<(), StoreError>;

    /// Hands every line by which rows of a table are found ([`crate::Column::by_line`]) to `visit`, each once for its row, in no
    /// particular order. A backend that keeps lines apart from the column tells what it keeps: for comparing that with the
    /// column. An error of `visit` ends the scan and is returned.
    fn scan_lines(&self, table: &'static str, visit: &mut VisitLine<'_>) -> Result<(), StoreError> {
        let columns = Table::named(table)?.columns;
        self.scan_rows(table, &mut |row| {
            for (column, value) in columns.iter().zip(&row.columns).filter(|(column, _)| column.by_line) {
                let Some(Value::Text(lines)) = value else { continue };
                let lines: BTreeSet<&str> = lines.split('\n').collect();
                lines.into_iter().try_for_each(|line| visit(column.name, line, row.id))?;
            }
            Ok(())
        })
    }

    /// Whether the backend keeps lines apart from their column, so that the two may differ.
    fn keeps_lines_apart(&self) -> bool {
        false
    }

    /// The bytes of up to `limit` entries from index `from` on, in order, without a gap. None above the head.
    fn entries(&self, from: u64, limit: u32) -> Result<Vec<Vec<u8>>, StoreError>;

    /// Hands every entry from index `from` on to `visit`, with its index, in order, without a gap (a gap is
    /// [`StoreError::Corrupt`]) and without copying it. An error of `visit` ends the scan and is returned.
    fn scan_entries(&self, from: u64, visit: &mut VisitEntry<'_>) -> Result<(), StoreError>;

    /// What every entry from index `from` on can be found by, in order: for comparing with what the entries say.
    fn scan_keys(&self, from: u64, visit: &mut VisitKeys<'_>) -> Result<(), StoreError>;

    /// Where things are stored that no look-up might ever ask for: entries outside of the head, every tile, every payload. For
    /// finding what was put in; in no particular order.
    fn scan_places(&self, visit: &mut VisitPlace<'_>) -> Result<(), StoreError>;

    /// One page of the entries that match. A backend bounds the work of a page: where conditions that are common apart hardly
    /// ever meet, a page may be short, or empty, and still say where the search goes on.
    fn find_entries(&self, query: &EntryQuery) -> Result<Found, StoreError>;

    /// The widest stored form of a tile of the tree.
    fn tile(&self, level: u8, n: u64) -> Result<Option<Vec<u8>>, StoreError>;

    /// The bytes with that SHA-256.
    fn payload(&self, digest: [u8; 32]) -> Result<Option<Vec<u8>>, StoreError>;

    /// The remembered answer to a request.
    fn receipt(&self, key: &ReceiptKey) -> Result<Option<StoredReceipt>, StoreError>;

    /// Hands every remembered answer to `visit`, in no particular order, without holding more than some. An error of `visit`
    /// ends the scan and is returned.
    fn scan_receipts(&self, visit: &mut VisitReceipt<'_>) -> Result<(), StoreError>;

    /// Stored checkpoints with a size above `after`, ascending by size, at most `limit`.
    fn checkpoints(&self, after: Option<u64>, limit: u32) -> Result<Vec<Checkpoint>, StoreError>;

    /// The stored checkpoint with the largest size.
    fn latest_checkpoint(&self) -> Result<Option<Checkpoint>, StoreError>;
}

/// A write session: holds the head of the log. Dropping it without [`Write::commit`] leaves nothing behind.
pub trait Write: Read {
    /// Writes all of the batch and returns when it is durable.
    ///
    /// Guarantees: all or nothing; after `Ok` it survives a loss of power; `entries` must continue the locked head without a
    /// gap, in ledger time (no entry before the one in front of it), and `head.size` must be the new size, else
    /// [`StoreError::Conflict`] and nothing is written. A unique column violated (judged on the state after the whole batch),
    /// a row whose revision does not grow and a receipt whose key is taken are [`StoreError::Conflict`] as well.
    ///
    /// After [`StoreError::DurabilityLost`] the store refuses every further write with the same error.
    fn commit(self: Box<Self>, batch: Batch) -> Result<(), StoreError>;
}

/// A store: the log and its state tables.
pub trait Store: Send + Sync + 'static {
    /// A snapshot of what is committed. Never waits for the writer. A backend bounds how many there are at a time: one more
    /// waits for one to end, and is [`StoreError::Unavailable`] after the time limit. Keep them short.
    fn read(&self) -> Result<Box<dyn Read + '_>, StoreError>;

    /// A write session. Waits until no other one holds the head, in this process or in another; gives up after the
    /// backend's time limit with [`StoreError::Unavailable`]. Its reads see what is committed when the head was taken.
    fn begin(&self) -> Result<Box<dyn Write + '_>, StoreError>;

    /// Stores a checkpoint durably. Called by the holder of the signing key after it has read the committed head back; a
    /// size that is stored already keeps its first note. May take the head as [`Store::begin`] does: whoever holds a session
    /// ends it first.
    fn put_checkpoint(&self, checkpoint: &Checkpoint) -> Result<(), StoreError>;

    /// Empties the state tables and writes these rows instead, in one transaction: a rebuild after a changed projection.
    /// The log is not touched. An id or a unique value that comes twice is [`StoreError::Conflict`], and all stays as it was.
    fn replace_rows(&self, rows: &mut dyn Iterator<Item = Row>) -> Result<(), StoreError>;
}
