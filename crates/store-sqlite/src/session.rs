//! Sessions: a snapshot, or the right to write.

use assent_store::{
    Batch, Checkpoint, EntryQuery, Found, Head, Order, Place, Predicate, Read, Receipt, ReceiptKey, Row,
    Select, StoreError, StoredReceipt, Table, Value, VisitEntry, VisitKeys, VisitLine, VisitPlace,
    VisitReceipt, VisitRow, Write,
};
use rusqlite::{ToSql, params_from_iter};
use uuid::Uuid;

use crate::error::reading;
use crate::filter::Condition;
use crate::flush::{flush, place};
use crate::pool::Lease;
use crate::records::{self, Cell, Id, blob, each, id, one, unsigned};
use crate::search::{find, missing};
use crate::statements::{direction, statements};
use crate::store::SqliteStore;

/// A transaction on one connection. It ends when this is dropped.
pub(crate) struct Session<'a> {
    connection: Lease<'a>,
    /// The head when the transaction began.
    head: Head,
    /// The store, if this session may write to it.
    writes_to: Option<&'a SqliteStore>,
}

impl<'a> Session<'a> {
    /// A session in a transaction that has just begun. Reading the head pins the snapshot.
    pub(crate) fn new(connection: Lease<'a>, writes_to: Option<&'a SqliteStore>) -> Result<Self, StoreError> {
        let head = records::head(&connection)?;
        Ok(Self { connection, head, writes_to })
    }

    /// The end of `limit` entries from `from` on.
    fn end(&self, from: u64, limit: u64) -> u64 {
        from.saturating_add(limit).min(self.head.size)
    }

    fn scan(&self, from: u64, end: u64, visit: &mut VisitEntry<'_>) -> Result<(), StoreError> {
        if from >= end {
            return Ok(());
        }
        let sql = "SELECT idx, bytes FROM entries WHERE idx >= ?1 AND idx < ?2 ORDER BY idx";
        let mut next = from;
        each(&self.connection, sql, (from.cast_signed(), end.cast_signed()), |row| {
            if unsigned(row, 0)? != next {
                return Err(missing(next));
            }
            visit(next, blob(row, 1)?)?;
            next += 1;
            Ok(())
        })?;
        if next == end { Ok(()) } else { Err(missing(next)) }
    }
}

impl Write for Session<'_> {
    fn commit(self: Box<Self>, batch: Batch) -> Result<(), StoreError> {
        let Some(store) = self.writes_to else {
            return Err(StoreError::Unavailable("this session only reads".to_owned()));
        };
        batch.check(&self.head)?;
        store.commit(&self.connection, |connection| flush(connection, &batch))
    }
}

impl Read for Session<'_> {
    fn head(&self) -> Result<Head, StoreError> {
        Ok(self.head.clone())
    }

    fn row(&self, table: &'static str, id: Uuid) -> Result<Option<Row>, StoreError> {
        let statements = statements(table)?;
        one(&self.connection, &statements.by_id, [Id(id)], |row| records::row(statements.table, row))
    }

    fn ids(&self, table: &'static str, column: &'static str, value: &Value) -> Result<Vec<Uuid>, StoreError> {
        Table::named(table)?.check_value(column, value)?;
        let sql = format!("SELECT id FROM {table} WHERE {column} = ?1 ORDER BY id");
        let mut ids = Vec::new();
        each(&self.connection, &sql, [Cell(Some(value))], |row| {
            ids.push(id(row, 0)?);
            Ok(())
        })?;
        Ok(ids)
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
        let sql = format!("SELECT id FROM {table} WHERE {column} = ?1 ORDER BY id {direction} LIMIT {most}");
        let mut ids = Vec::new();
        each(&self.connection, &sql, [Cell(Some(value))], |row| {
            ids.push(id(row, 0)?);
            Ok(())
        })?;
        Ok(ids)
    }

    fn select(&self, select: &Select) -> Result<Vec<Row>, StoreError> {
        let statements = statements(select.table)?;
        let condition = Condition::new(statements.table, &select.filter)?;
        let sql = statements.page(&condition, select.after.is_some(), select.order);
        let cells: Vec<_> = condition.values.iter().map(|value| Cell(Some(value))).collect();
        let after = select.after.map(Id);
        let mut params: Vec<&dyn ToSql> = cells.iter().map(|cell| cell as _).collect();
        params.extend(after.iter().map(|id| id as &dyn ToSql));
        params.push(&select.limit);
        let mut rows = Vec::new();
        each(&self.connection, &sql, &*params, |row| {
            rows.push(records::row(statements.table, row)?);
            Ok(())
        })?;
        Ok(rows)
    }

    fn count(&self, table: &'static str, filter: &Predicate) -> Result<u64, StoreError> {
        let condition = Condition::new(Table::named(table)?, filter)?;
        let sql = format!("SELECT count(*) FROM {table} WHERE {}", condition.sql);
        let params = params_from_iter(condition.values.iter().map(|value| Cell(Some(value))));
        Ok(one(&self.connection, &sql, params, |row| unsigned(row, 0))?.unwrap_or_default())
    }

    fn scan_rows(&self, table: &'static str, visit: &mut VisitRow<'_>) -> Result<(), StoreError> {
        let statements = statements(table)?;
        let sql = format!("SELECT {} FROM {table} ORDER BY id", statements.whole);
        each(&self.connection, &sql, (), |row| visit(records::row(statements.table, row)?))
    }

    fn keeps_lines_apart(&self) -> bool {
        true
    }

    /// They stand in a table beside the column.
    fn scan_lines(&self, table: &'static str, visit: &mut VisitLine<'_>) -> Result<(), StoreError> {
        for column in Table::named(table)?.columns.iter().filter(|column| column.by_line) {
            let name = column.name;
            let sql = format!("SELECT line, id FROM {table}_{name}");
            each(&self.connection, &sql, (), |row| {
                let (line, id) = records::line(row).map_err(|error| of_lines(table, name, error))?;
                visit(name, line, id)
            })?;
        }
        Ok(())
    }

    fn entries(&self, from: u64, limit: u32) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut entries = Vec::new();
        self.scan(from, self.end(from, limit.into()), &mut |_, bytes| {
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
                   FROM entries WHERE idx >= ?1 AND idx < ?2 ORDER BY idx";
        each(&self.connection, sql, (from.cast_signed(), self.head.size.cast_signed()), |row| {
            visit(unsigned(row, 0)?, &records::keys(row)?)
        })
    }

    fn scan_places(&self, visit: &mut VisitPlace<'_>) -> Result<(), StoreError> {
        let outside = "SELECT idx FROM entries WHERE idx < 0 OR idx >= ?1 ORDER BY idx";
        each(&self.connection, outside, [self.head.size.cast_signed()], |row| {
            visit(Place::Outside(row.get(0).map_err(reading)?))
        })?;
        each(&self.connection, "SELECT place FROM tiles", (), |row| {
            visit(records::tile_at(row.get(0).map_err(reading)?))
        })?;
        each(&self.connection, "SELECT digest FROM payloads", (), |row| {
            visit(Place::Payload(records::hash(row, 0)?))
        })
    }

    fn find_entries(&self, query: &EntryQuery) -> Result<Found, StoreError> {
        find(&self.connection, &self.head, query)
    }

    fn tile(&self, level: u8, n: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(place) = place(level, n) else { return Ok(None) };
        one(&self.connection, "SELECT bytes FROM tiles WHERE place = ?1", [place], |row| {
            Ok(blob(row, 0)?.to_vec())
        })
    }

    fn payload(&self, digest: [u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT bytes FROM payloads WHERE digest = ?1";
        one(&self.connection, sql, [digest], |row| Ok(blob(row, 0)?.to_vec()))
    }

    fn receipt(&self, key: &ReceiptKey) -> Result<Option<StoredReceipt>, StoreError> {
        let sql = "SELECT body_digest, time_ms, receipt FROM receipts WHERE principal = ?1 AND route = ?2 AND key = ?3";
        one(&self.connection, sql, (Id(key.principal), &key.route, &key.key), records::receipt)
    }

    fn scan_receipts(&self, visit: &mut VisitReceipt<'_>) -> Result<(), StoreError> {
        let sql = "SELECT body_digest, time_ms, receipt, principal, route, key FROM receipts";
        each(&self.connection, sql, (), |row| {
            let text = |column| row.get(column).map_err(reading);
            let key = ReceiptKey { principal: id(row, 3)?, route: text(4)?, key: text(5)? };
            visit(Receipt { key, stored: records::receipt(row)? })
        })
    }

    fn checkpoints(&self, after: Option<u64>, limit: u32) -> Result<Vec<Checkpoint>, StoreError> {
        let sql = "SELECT size, note FROM checkpoints WHERE size > ?1 ORDER BY size LIMIT ?2";
        // Sizes start at 0; one above all that can be stored is followed by none.
        let after = after.map_or(-1, |after| i64::try_from(after).unwrap_or(i64::MAX));
        let mut checkpoints = Vec::new();
        each(&self.connection, sql, (after, limit), |row| {
            checkpoints.push(checkpoint(row)?);
            Ok(())
        })?;
        Ok(checkpoints)
    }

    fn latest_checkpoint(&self) -> Result<Option<Checkpoint>, StoreError> {
        one(&self.connection, "SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1", (), checkpoint)
    }
}

fn checkpoint(row: &rusqlite::Row<'_>) -> Result<Checkpoint, StoreError> {
    Ok(Checkpoint { size: unsigned(row, 0)?, note: blob(row, 1)?.to_vec() })
}

/// An error in reading the lines of a column, with the table that they stand in.
fn of_lines(table: &str, column: &str, error: StoreError) -> StoreError {
    if let StoreError::Corrupt(wrong) = error {
        StoreError::Corrupt(format!("a row of `{table}_{column}` cannot be read: {wrong}"))
    } else {
        error
    }
}

#[cfg(test)]
mod tests {
    use assent_store::Store;

    use super::*;
    use crate::Options;

    #[test]
    fn a_line_that_cannot_be_read_is_told_with_its_table() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.sqlite");
        let store = SqliteStore::open(&path, Options::default()).unwrap();
        let by_hand = rusqlite::Connection::open(&path).unwrap();
        for (line, wrong) in [
            ("'x', zeroblob(15)", "a stored id has 15 bytes"),
            ("CAST(x'ff' AS TEXT), zeroblob(16)", "invalid utf-8 sequence of 1 bytes from index 0"),
        ] {
            by_hand.execute(&format!("INSERT INTO versions_files VALUES ({line})"), ()).unwrap();
            let error = store.read().unwrap().scan_lines("versions", &mut |_, _, _| Ok(())).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("corrupt: a row of `versions_files` cannot be read: {wrong}")
            );
            by_hand.execute("DELETE FROM versions_files", ()).unwrap();
        }
    }
}
