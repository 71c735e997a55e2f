//! Writing a batch inside the transaction of its session.

use assent_store::{Batch, Head, NewEntry, Payload, Receipt, Row, StoreError, TileRow, Value};
use rusqlite::{Connection, ErrorCode, ToSql};

use crate::error::writing;
use crate::records::{Cell, Id, cells, number, one, unsigned};
use crate::statements::{Statements, statements};

/// Writes all of a batch that was checked. After an error the transaction must be rolled back.
pub(crate) fn flush(connection: &Connection, batch: &Batch) -> Result<(), StoreError> {
    batch.entries.iter().try_for_each(|entry| put_entry(connection, entry))?;
    batch.tiles.iter().try_for_each(|tile| put_tile(connection, tile))?;
    batch.payloads.iter().try_for_each(|payload| put_payload(connection, payload))?;
    put_rows(connection, &batch.rows)?;
    batch.receipts.iter().try_for_each(|receipt| put_receipt(connection, receipt))?;
    put_head(connection, &batch.head)
}

/// Writes a row that was checked into a table that has none with its id.
pub(crate) fn insert_row(connection: &Connection, row: &Row) -> Result<(), StoreError> {
    insert(connection, row, statements(row.table)?).map_err(writing)
}

/// The place of a tile in its table: level and number fit since the check of the batch.
pub(crate) fn place(level: u8, n: u64) -> Option<i64> {
    let fits = level < 128 && n < 1 << 56;
    fits.then(|| i64::from(level) << 56 | n.cast_signed())
}

fn execute(connection: &Connection, sql: &str, params: impl rusqlite::Params) -> rusqlite::Result<usize> {
    connection.prepare_cached(sql)?.execute(params)
}

fn put_entry(connection: &Connection, entry: &NewEntry) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO entries (idx, time_ms, id, event_type, actor, subject_kind, subject_id, model_id, \
                       outcome, correlation_id, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    let keys = &entry.keys;
    let params = (
        number(entry.index)?,
        keys.time_ms,
        Id(keys.id),
        &keys.event_type,
        Id(keys.actor),
        &keys.subject_kind,
        &keys.subject_id,
        keys.model_id.map(Id),
        &keys.outcome,
        keys.correlation_id.map(Id),
        &entry.bytes,
    );
    execute(connection, SQL, params).map_err(writing)?;
    Ok(())
}

fn put_tile(connection: &Connection, tile: &TileRow) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO tiles (place, bytes) VALUES (?1, ?2) ON CONFLICT (place) \
                       DO UPDATE SET bytes = excluded.bytes WHERE length(excluded.bytes) > length(bytes)";
    execute(connection, SQL, (place(tile.level, tile.n), &tile.bytes)).map_err(writing)?;
    Ok(())
}

fn put_payload(connection: &Connection, payload: &Payload) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO payloads (digest, bytes) VALUES (?1, ?2) ON CONFLICT (digest) DO NOTHING";
    execute(connection, SQL, (payload.digest, &payload.bytes)).map_err(writing)?;
    Ok(())
}

fn put_receipt(connection: &Connection, receipt: &Receipt) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO receipts (principal, route, key, body_digest, time_ms, receipt) \
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let Receipt { key, stored } = receipt;
    let params =
        (Id(key.principal), &key.route, &key.key, stored.body_digest, stored.time_ms, &stored.receipt);
    execute(connection, SQL, params).map(drop).map_err(|error| {
        if is_constraint(&error) {
            return StoreError::Conflict(format!("idempotency key `{}` is taken", key.key));
        }
        writing(error)
    })
}

fn is_constraint(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
}

fn put_head(connection: &Connection, head: &Head) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE head SET size = ?1, root = ?2, last_hash = ?3, time_ms = ?4";
    let params = (number(head.size)?, head.root, head.last_hash, head.time_ms);
    match execute(connection, SQL, params).map_err(writing)? {
        1 => Ok(()),
        rows => Err(StoreError::Corrupt(format!("the log has {rows} heads"))),
    }
}

/// What became of a row.
enum Put {
    Done,
    /// Another row holds a unique value of this one: a conflict, unless that changes.
    Taken(StoreError),
}

/// Unique columns are judged on the state after the batch, but indexes refuse a value at once. A row that meets one waits
/// until all others are written; then all that wait give their old unique values up, and are tried again.
fn put_rows(connection: &Connection, rows: &[Row]) -> Result<(), StoreError> {
    let mut waiting = Vec::new();
    for row in rows {
        if let Put::Taken(_) = put_row(connection, row)? {
            waiting.push(row);
        }
    }
    for row in &waiting {
        if let Some(release) = &statements(row.table)?.release {
            execute(connection, release, [Id(row.id)]).map_err(writing)?;
        }
    }
    waiting.into_iter().try_for_each(|row| match put_row(connection, row)? {
        Put::Done => Ok(()),
        Put::Taken(conflict) => Err(conflict),
    })
}

/// Writes a row that is new, or newer than the stored one.
fn put_row(connection: &Connection, row: &Row) -> Result<Put, StoreError> {
    let statements = statements(row.table)?;
    let stored = one(connection, &statements.stored_keys, [Id(row.id)], |found| {
        Ok((unsigned(found, 0)?, cells(statements.table, found, 1)?))
    })?;
    let done = match stored {
        None => insert(connection, row, statements),
        Some((old, _)) if old >= row.revision => {
            let (table, id, new) = (row.table, row.id, row.revision);
            return Err(StoreError::Conflict(format!(
                "`{table}` `{id}`: revision `{new}` does not follow `{old}`"
            )));
        }
        Some((_, stored)) => update(connection, row, statements, &stored),
    };
    match done {
        Ok(()) => Ok(Put::Done),
        Err(error) if is_constraint(&error) => Ok(Put::Taken(writing(error))),
        Err(error) => Err(writing(error)),
    }
}

fn insert(connection: &Connection, row: &Row, statements: &Statements) -> rusqlite::Result<()> {
    write_row(connection, row, &statements.insert, row.columns.iter())
}

/// Replaces a row; of its index columns only those that changed, so that no other index is written.
fn update(
    connection: &Connection,
    row: &Row,
    statements: &Statements,
    stored: &[Option<Value>],
) -> rusqlite::Result<()> {
    let changed: Vec<bool> = row.columns.iter().zip(stored).map(|(new, old)| new != old).collect();
    let values = row.columns.iter().zip(&changed).filter(|(_, changed)| **changed).map(|(value, _)| value);
    write_row(connection, row, &statements.update(&changed), values)
}

fn write_row<'a>(
    connection: &Connection,
    row: &Row,
    sql: &str,
    values: impl Iterator<Item = &'a Option<Value>>,
) -> rusqlite::Result<()> {
    // The check of the row has bounded the revision.
    let (id, revision) = (Id(row.id), row.revision.cast_signed());
    let cells: Vec<_> = values.map(|value| Cell(value.as_ref())).collect();
    let mut params: Vec<&dyn ToSql> = vec![&id, &revision, &row.projection_version, &row.document];
    params.extend(cells.iter().map(|cell| cell as &dyn ToSql));
    execute(connection, sql, &*params).map(drop)
}
