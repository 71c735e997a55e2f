//! Records as columns: what goes into statements and what comes out of rows.

use assent_store::{ColumnType, EntryKeys, Head, Place, Row, StoreError, StoredReceipt, Table, Value};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, ToSql};
use uuid::Uuid;

use crate::error::reading;

/// An id, stored as its 16 bytes.
pub(crate) struct Id(pub(crate) Uuid);

impl ToSql for Id {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(self.0.as_bytes())))
    }
}

/// The value of an index column.
pub(crate) struct Cell<'a>(pub(crate) Option<&'a Value>);

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            None => ValueRef::Null,
            Some(Value::Text(text)) => ValueRef::Text(text.as_bytes()),
            Some(Value::Integer(number)) => ValueRef::Integer(*number),
        }))
    }
}

/// A number that a check has bounded before.
pub(crate) fn number(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Conflict(format!("number `{number}` is too large")))
}

/// A number that cannot be negative.
pub(crate) fn unsigned(row: &rusqlite::Row<'_>, column: usize) -> Result<u64, StoreError> {
    let stored: i64 = row.get(column).map_err(reading)?;
    u64::try_from(stored).map_err(|_| StoreError::Corrupt(format!("a stored number is negative: `{stored}`")))
}

/// Bytes.
pub(crate) fn blob<'a>(row: &'a rusqlite::Row<'_>, column: usize) -> Result<&'a [u8], StoreError> {
    row.get_ref(column).map_err(reading)?.as_blob().map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// A hash.
pub(crate) fn hash(row: &rusqlite::Row<'_>, column: usize) -> Result<[u8; 32], StoreError> {
    let bytes = blob(row, column)?;
    bytes.try_into().map_err(|_| StoreError::Corrupt(format!("a stored hash has {} bytes", bytes.len())))
}

/// An id.
pub(crate) fn id(row: &rusqlite::Row<'_>, column: usize) -> Result<Uuid, StoreError> {
    let bytes = blob(row, column)?;
    Uuid::from_slice(bytes).map_err(|_| StoreError::Corrupt(format!("a stored id has {} bytes", bytes.len())))
}

/// A line and the id of the row that it finds.
pub(crate) fn line<'a>(row: &'a rusqlite::Row<'_>) -> Result<(&'a str, Uuid), StoreError> {
    let line = row.get_ref(0).map_err(reading)?;
    let line = line.as_str().map_err(|error| StoreError::Corrupt(error.to_string()))?;
    Ok((line, id(row, 1)?))
}

/// The search columns of an entry, after its index.
pub(crate) fn keys(row: &rusqlite::Row<'_>) -> Result<EntryKeys, StoreError> {
    let optional_id = |column| match row.get_ref(column).map_err(reading)? {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Text(_) | ValueRef::Blob(_) => {
            id(row, column).map(Some)
        }
    };
    Ok(EntryKeys {
        time_ms: row.get(1).map_err(reading)?,
        id: id(row, 2)?,
        event_type: row.get(3).map_err(reading)?,
        actor: id(row, 4)?,
        subject_kind: row.get(5).map_err(reading)?,
        subject_id: row.get(6).map_err(reading)?,
        model_id: optional_id(7)?,
        outcome: row.get(8).map_err(reading)?,
        correlation_id: optional_id(9)?,
    })
}

/// A whole row of a state table.
pub(crate) fn row(table: &'static Table, row: &rusqlite::Row<'_>) -> Result<Row, StoreError> {
    Ok(Row {
        table: table.name,
        id: id(row, 0)?,
        revision: unsigned(row, 1)?,
        projection_version: row.get(2).map_err(reading)?,
        document: blob(row, 3)?.to_vec(),
        columns: cells(table, row, 4)?,
    })
}

/// The index columns of a row, from column `first` on.
pub(crate) fn cells(
    table: &Table,
    row: &rusqlite::Row<'_>,
    first: usize,
) -> Result<Vec<Option<Value>>, StoreError> {
    let read = |(column, place): (&assent_store::Column, usize)| match column.ty {
        ColumnType::Text => row.get::<_, Option<String>>(place).map(|text| text.map(Value::Text)),
        ColumnType::Integer => row.get::<_, Option<i64>>(place).map(|number| number.map(Value::Integer)),
    };
    table.columns.iter().zip(first..).map(|cell| read(cell).map_err(reading)).collect()
}

/// The head of the log.
pub(crate) fn head(connection: &Connection) -> Result<Head, StoreError> {
    let sql = "SELECT size, root, last_hash, time_ms FROM head";
    let head = one(connection, sql, (), |row| {
        Ok(Head {
            size: unsigned(row, 0)?,
            root: hash(row, 1)?,
            last_hash: hash(row, 2)?,
            time_ms: row.get(3).map_err(reading)?,
        })
    })?;
    head.ok_or_else(|| StoreError::Corrupt("the head of the log is missing".to_owned()))
}

/// A remembered answer.
pub(crate) fn receipt(row: &rusqlite::Row<'_>) -> Result<StoredReceipt, StoreError> {
    Ok(StoredReceipt {
        body_digest: hash(row, 0)?,
        time_ms: row.get(1).map_err(reading)?,
        receipt: blob(row, 2)?.to_vec(),
    })
}

/// Reads the first row of a query, if it has one.
pub(crate) fn one<T>(
    connection: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
    read: impl FnOnce(&rusqlite::Row<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(reading)?;
    let found = statement.query_row(params, |row| Ok(read(row))).optional().map_err(reading)?;
    found.transpose()
}

/// Hands every row of a query to `visit`.
pub(crate) fn each(
    connection: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
    mut visit: impl FnMut(&rusqlite::Row<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(reading)?;
    let mut rows = statement.query(params).map_err(reading)?;
    while let Some(row) = rows.next().map_err(reading)? {
        visit(row)?;
    }
    Ok(())
}

/// The tile of a stored place; one that is no place is on a level that no log has.
pub(crate) fn tile_at(place: i64) -> Place {
    let level = u8::try_from(place >> 56).unwrap_or(u8::MAX);
    Place::Tile { level, n: place.cast_unsigned() & ((1 << 56) - 1) }
}
