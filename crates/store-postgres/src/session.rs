//! Sessions: a snapshot, or the right to write.

use std::cell::RefCell;

use assent_sabotage::{Fault, planted};
use assent_store::{
    Batch, Checkpoint, EntryQuery, Found, Head, Order, Place, Predicate, Read, Receipt, ReceiptKey, Row,
    Select, StoreError, StoredReceipt, Table, Value, VisitEntry, VisitKeys, VisitPlace, VisitReceipt,
    VisitRow, Write,
};
use uuid::Uuid;

use crate::connection::Connection;
use crate::filter::Condition;
use crate::flush::flush;
use crate::pool::Lease;
use crate::records::{self, HEAD, cell, checkpoint, number, place, unsigned, whole};
use crate::search::find;

/// How many rows of a scan are fetched at a time.
const PAGE: i64 = 1_000;

/// Takes the head of the log and keeps it.
pub(crate) fn lock_head() -> String {
    if planted(Fault::HeadLock) { read_head() } else { format!("{} FOR UPDATE", read_head()) }
}

fn read_head() -> String {
    format!("SELECT {HEAD} FROM head")
}

/// A transaction on one connection. It ends when this is dropped.
pub(crate) struct Session<'a> {
    lease: RefCell<Lease<'a>>,
    /// The head when the transaction began.
    head: Head,
    writes: bool,
}

impl<'a> Session<'a> {
    /// A snapshot. Reading the head pins it.
    pub(crate) fn snapshot(mut lease: Lease<'a>) -> Result<Self, StoreError> {
        let head = begin(lease.get()?, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", &read_head())?;
        Ok(Self { lease: RefCell::new(lease), head, writes: false })
    }

    /// A session that holds the head.
    pub(crate) fn writer(mut lease: Lease<'a>) -> Result<Self, StoreError> {
        let head = begin(lease.get()?, "BEGIN ISOLATION LEVEL READ COMMITTED", &lock_head())?;
        Ok(Self { lease: RefCell::new(lease), head, writes: true })
    }

    /// Asks something of the connection.
    fn with<T>(&self, ask: impl FnOnce(&mut Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        ask(self.lease.borrow_mut().get()?)
    }

    /// Entries from `from` to `end`, page by page.
    fn scan(&self, from: u64, end: u64, visit: &mut VisitEntry<'_>) -> Result<(), StoreError> {
        let sql = "SELECT idx, bytes FROM entries WHERE idx >= $1 AND idx < $2 ORDER BY idx LIMIT $3";
        let (mut next, until) = (from, number(end)?);
        while next < end {
            let first = number(next)?;
            let rows = self.with(|connection| connection.query(sql, &[&first, &until, &PAGE]))?;
            if rows.is_empty() {
                return Err(missing(next));
            }
            for row in &rows {
                if unsigned(row, 0)? != next {
                    return Err(missing(next));
                }
                visit(next, cell(row, 1)?)?;
                next += 1;
            }
        }
        Ok(())
    }
}

/// Begins a transaction with the head of the log.
fn begin(connection: &mut Connection, words: &str, sql: &str) -> Result<Head, StoreError> {
    let row = connection.begin_with(words, sql)?;
    let row = row.ok_or_else(|| StoreError::Corrupt("the head of the log is missing".to_owned()))?;
    records::head(&row)
}

/// The entry of that index is not there, though the head says so.
fn missing(index: u64) -> StoreError {
    StoreError::Corrupt(format!("entry `{index}` is missing"))
}

impl Write for Session<'_> {
    fn commit(self: Box<Self>, batch: Batch) -> Result<(), StoreError> {
        if !self.writes {
            return Err(StoreError::Unavailable("this session only reads".to_owned()));
        }
        batch.check(&self.head)?;
        self.with(|connection| {
            flush(connection, &batch)?;
            connection.commit()
        })
    }
}

impl Read for Session<'_> {
    fn head(&self) -> Result<Head, StoreError> {
        Ok(self.head.clone())
    }

    fn row(&self, table: &'static str, id: Uuid) -> Result<Option<Row>, StoreError> {
        let table = Table::named(table)?;
        let sql = format!("SELECT {} FROM {} WHERE id = $1", whole(table), table.name);
        let row = self.with(|connection| connection.first(&sql, &[&id]))?;
        row.map(|row| records::row(table, &row)).transpose()
    }

    fn ids(&self, table: &'static str, column: &'static str, value: &Value) -> Result<Vec<Uuid>, StoreError> {
        Table::named(table)?.check_value(column, value)?;
        let sql = format!("SELECT id FROM {table} WHERE {column} = $1 ORDER BY id");
        let rows = self.with(|connection| match value {
            Value::Text(text) => connection.query(&sql, &[text]),
            Value::Integer(number) => connection.query(&sql, &[number]),
        })?;
        rows.iter().map(|row| cell(row, 0)).collect()
    }

    fn first_ids(
        &self,
        table: &'static str,
        column: &'static str,
        value: &Value,
        order: Order,
        most: u32,
    ) -> Result<Vec<Uuid>, StoreError> {
        Table::named(table)?.check_value(column, value)?;
        let (_, direction) = direction(order);
        let sql = format!("SELECT id FROM {table} WHERE {column} = $1 ORDER BY id {direction} LIMIT {most}");
        let rows = self.with(|connection| match value {
            Value::Text(text) => connection.query(&sql, &[text]),
            Value::Integer(number) => connection.query(&sql, &[number]),
        })?;
        rows.iter().map(|row| cell(row, 0)).collect()
    }

    fn select(&self, select: &Select) -> Result<Vec<Row>, StoreError> {
        let table = Table::named(select.table)?;
        let mut condition = Condition::new(table, &select.filter)?;
        let (comparison, direction) = direction(select.order);
        if let Some(after) = select.after {
            let mark = condition.param(after);
            condition.add_sql(&[" AND id ", comparison, " ", &mark]);
        }
        let limit = condition.param(i64::from(select.limit));
        condition.add_sql(&[" ORDER BY id ", direction, " LIMIT ", &limit]);
        let sql = format!("SELECT {} FROM {} WHERE {}", whole(table), table.name, condition.sql);
        let rows = self.with(|connection| connection.query(&sql, &condition.borrowed()))?;
        rows.iter().map(|row| records::row(table, row)).collect()
    }

    fn count(&self, table: &'static str, filter: &Predicate) -> Result<u64, StoreError> {
        let condition = Condition::new(Table::named(table)?, filter)?;
        let sql = format!("SELECT count(*) FROM {table} WHERE {}", condition.sql);
        let row = self.with(|connection| connection.first(&sql, &condition.borrowed()))?;
        row.as_ref().map_or(Ok(0), |row| unsigned(row, 0))
    }

    fn scan_rows(&self, table: &'static str, visit: &mut VisitRow<'_>) -> Result<(), StoreError> {
        let table = Table::named(table)?;
        let (whole, name) = (whole(table), table.name);
        let first = format!("SELECT {whole} FROM {name} ORDER BY id LIMIT $1");
        let next = format!("SELECT {whole} FROM {name} WHERE id > $2 ORDER BY id LIMIT $1");
        let mut last: Option<Uuid> = None;
        loop {
            let rows = self.with(|connection| match &last {
                None => connection.query(&first, &[&PAGE]),
                Some(last) => connection.query(&next, &[&PAGE, last]),
            })?;
            let Some(end) = rows.last() else { return Ok(()) };
            last = Some(cell(end, 0)?);
            for row in &rows {
                visit(records::row(table, row)?)?;
            }
        }
    }

    fn entries(&self, from: u64, limit: u32) -> Result<Vec<Vec<u8>>, StoreError> {
        let end = from.saturating_add(limit.into()).min(self.head.size);
        let mut entries = Vec::new();
        self.scan(from, end, &mut |_, bytes| {
            entries.push(bytes.to_vec());
            Ok(())
        })?;
        Ok(entries)
    }

    fn scan_entries(&self, from: u64, visit: &mut VisitEntry<'_>) -> Result<(), StoreError> {
        self.scan(from, self.head.size, visit)
    }

    fn scan_keys(&self, from: u64, visit: &mut VisitKeys<'_>) -> Result<(), StoreError> {
        let sql = "SELECT idx, time_ms, id, event_type, actor, subject_kind, subject_id, model_id, outcome, correlation_id \
                   FROM entries WHERE idx >= $1 AND idx < $2 ORDER BY idx LIMIT $3";
        let (mut next, until) = (from, number(self.head.size)?);
        loop {
            let first = number(next)?;
            let rows = self.with(|connection| connection.query(sql, &[&first, &until, &PAGE]))?;
            let Some(end) = rows.last() else { return Ok(()) };
            next = unsigned(end, 0)? + 1;
            for row in &rows {
                visit(unsigned(row, 0)?, &records::keys(row)?)?;
            }
        }
    }

    fn scan_places(&self, visit: &mut VisitPlace<'_>) -> Result<(), StoreError> {
        let size = number(self.head.size)?;
        let outside = "SELECT idx FROM entries WHERE idx < 0 OR idx >= $1 ORDER BY idx LIMIT $2";
        let rows = self.with(|connection| connection.query(outside, &[&size, &PAGE]))?;
        rows.iter().try_for_each(|row| visit(Place::Outside(cell(row, 0)?)))?;
        let mut last = i64::MIN;
        loop {
            let sql = "SELECT place FROM tiles WHERE place > $1 ORDER BY place LIMIT $2";
            let rows = self.with(|connection| connection.query(sql, &[&last, &PAGE]))?;
            let Some(end) = rows.last() else { break };
            last = cell(end, 0)?;
            rows.iter().try_for_each(|row| visit(records::tile_at(cell(row, 0)?)))?;
        }
        let mut last: Vec<u8> = Vec::new();
        loop {
            let sql = "SELECT digest FROM payloads WHERE digest > $1 ORDER BY digest LIMIT $2";
            let rows = self.with(|connection| connection.query(sql, &[&last, &PAGE]))?;
            let Some(end) = rows.last() else { return Ok(()) };
            last = cell(end, 0)?;
            rows.iter().try_for_each(|row| visit(Place::Payload(records::hash(row, 0)?)))?;
        }
    }

    fn find_entries(&self, query: &EntryQuery) -> Result<Found, StoreError> {
        self.with(|connection| find(connection, &self.head, query))
    }

    fn tile(&self, level: u8, n: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(place) = place(level, n) else { return Ok(None) };
        let row =
            self.with(|connection| connection.first("SELECT bytes FROM tiles WHERE place = $1", &[&place]))?;
        row.map(|row| cell(&row, 0)).transpose()
    }

    fn payload(&self, digest: [u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT bytes FROM payloads WHERE digest = $1";
        let row = self.with(|connection| connection.first(sql, &[&digest.as_slice()]))?;
        row.map(|row| cell(&row, 0)).transpose()
    }

    fn receipt(&self, key: &ReceiptKey) -> Result<Option<StoredReceipt>, StoreError> {
        let sql = "SELECT body_digest, time_ms, receipt FROM receipts WHERE principal = $1 AND route = $2 AND key = $3";
        let row = self.with(|connection| connection.first(sql, &[&key.principal, &key.route, &key.key]))?;
        row.map(|row| records::receipt(&row)).transpose()
    }

    fn scan_receipts(&self, visit: &mut VisitReceipt<'_>) -> Result<(), StoreError> {
        const COLUMNS: &str = "SELECT body_digest, time_ms, receipt, principal, route, key FROM receipts";
        let first = format!("{COLUMNS} ORDER BY principal, route, key LIMIT $1");
        let next = format!(
            "{COLUMNS} WHERE (principal, route, key) > ($2, $3, $4) ORDER BY principal, route, key LIMIT $1"
        );
        let mut last: Option<ReceiptKey> = None;
        loop {
            let rows = self.with(|connection| match &last {
                None => connection.query(&first, &[&PAGE]),
                Some(last) => connection.query(&next, &[&PAGE, &last.principal, &last.route, &last.key]),
            })?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in &rows {
                let key = ReceiptKey { principal: cell(row, 3)?, route: cell(row, 4)?, key: cell(row, 5)? };
                last = Some(key.clone());
                visit(Receipt { key, stored: records::receipt(row)? })?;
            }
        }
    }

    fn checkpoints(&self, after: Option<u64>, limit: u32) -> Result<Vec<Checkpoint>, StoreError> {
        let sql = "SELECT size, note FROM checkpoints WHERE size > $1 ORDER BY size LIMIT $2";
        // Sizes start at 0; one above all that can be stored is followed by none.
        let after = after.map_or(-1, |after| i64::try_from(after).unwrap_or(i64::MAX));
        let rows = self.with(|connection| connection.query(sql, &[&after, &i64::from(limit)]))?;
        rows.iter().map(checkpoint).collect()
    }

    fn latest_checkpoint(&self) -> Result<Option<Checkpoint>, StoreError> {
        let sql = "SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1";
        let row = self.with(|connection| connection.first(sql, &[]))?;
        row.map(|row| checkpoint(&row)).transpose()
    }
}

/// How the ids that come later compare, and how they are sorted.
fn direction(order: Order) -> (&'static str, &'static str) {
    match order {
        Order::Ascending => (">", "ASC"),
        Order::Descending => ("<", "DESC"),
    }
}
