//! Writing a batch inside the transaction of its session: a statement for each table, whatever the size of the batch.

use std::collections::BTreeMap;

use assent_store::{Batch, Column, ColumnType, Row, StoreError, Table, Value};
use postgres::types::ToSql;
use uuid::Uuid;

use crate::connection::Connection;
use crate::records::{number, place, whole};

/// A parameter that is a list.
type List<'a> = Box<dyn ToSql + Sync + 'a>;

const ENTRIES: &str = "INSERT INTO entries (idx, time_ms, id, event_type, actor, subject_kind, subject_id, model_id, outcome, \
    correlation_id, bytes) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::uuid[], $4::text[], \
    $5::uuid[], $6::text[], $7::text[], $8::uuid[], $9::text[], $10::uuid[], $11::bytea[])";
const HEAD: &str = "UPDATE head SET size = $1, root = $2, last_hash = $3, time_ms = $4";
const TILES: &str = "INSERT INTO tiles (place, bytes) SELECT * FROM unnest($1::bigint[], $2::bytea[]) \
    ON CONFLICT (place) DO UPDATE SET bytes = excluded.bytes \
    WHERE length(excluded.bytes) > length(tiles.bytes)";
const PAYLOADS: &str = "INSERT INTO payloads (digest, bytes) SELECT * FROM unnest($1::bytea[], $2::bytea[]) \
    ON CONFLICT (digest) DO NOTHING";
const RECEIPTS: &str = "INSERT INTO receipts (principal, route, key, body_digest, time_ms, receipt) SELECT * FROM \
    unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::bigint[], $6::bytea[]) \
    ON CONFLICT (principal, route, key) DO NOTHING";

/// Writes all of a batch that was checked. After an error the transaction must be rolled back.
pub(crate) fn flush(connection: &mut Connection, batch: &Batch) -> Result<(), StoreError> {
    put_entries(connection, batch)?;
    put_tiles(connection, batch)?;
    put_payloads(connection, batch)?;
    let mut tables: BTreeMap<&'static str, Vec<&Row>> = BTreeMap::new();
    for row in &batch.rows {
        tables.entry(row.table).or_default().push(row);
    }
    tables.values().try_for_each(|rows| put_rows(connection, rows))?;
    put_receipts(connection, batch)?;
    put_head(connection, batch)
}

fn put_entries(connection: &mut Connection, batch: &Batch) -> Result<(), StoreError> {
    if batch.entries.is_empty() {
        return Ok(());
    }
    let entries = &batch.entries;
    let indices = entries.iter().map(|entry| number(entry.index)).collect::<Result<Vec<_>, _>>()?;
    let times: Vec<i64> = entries.iter().map(|entry| entry.keys.time_ms).collect();
    let ids: Vec<Uuid> = entries.iter().map(|entry| entry.keys.id).collect();
    let types: Vec<&str> = entries.iter().map(|entry| entry.keys.event_type.as_str()).collect();
    let actors: Vec<Uuid> = entries.iter().map(|entry| entry.keys.actor).collect();
    let kinds: Vec<&str> = entries.iter().map(|entry| entry.keys.subject_kind.as_str()).collect();
    let subjects: Vec<&str> = entries.iter().map(|entry| entry.keys.subject_id.as_str()).collect();
    let models: Vec<Option<Uuid>> = entries.iter().map(|entry| entry.keys.model_id).collect();
    let outcomes: Vec<&str> = entries.iter().map(|entry| entry.keys.outcome.as_str()).collect();
    let correlations: Vec<Option<Uuid>> = entries.iter().map(|entry| entry.keys.correlation_id).collect();
    let bytes: Vec<&[u8]> = entries.iter().map(|entry| entry.bytes.as_slice()).collect();
    connection.execute(
        ENTRIES,
        &[
            &indices,
            &times,
            &ids,
            &types,
            &actors,
            &kinds,
            &subjects,
            &models,
            &outcomes,
            &correlations,
            &bytes,
        ],
    )?;
    Ok(())
}

fn put_tiles(connection: &mut Connection, batch: &Batch) -> Result<(), StoreError> {
    if batch.tiles.is_empty() {
        return Ok(());
    }
    // Of one tile in several widths the widest counts.
    let mut widest: BTreeMap<i64, &[u8]> = BTreeMap::new();
    for tile in &batch.tiles {
        let place = place(tile.level, tile.n)
            .ok_or_else(|| StoreError::Conflict(format!("tile `{}/{}` has no place", tile.level, tile.n)))?;
        let held = widest.entry(place).or_insert(&tile.bytes);
        if held.len() < tile.bytes.len() {
            *held = &tile.bytes;
        }
    }
    let (places, bytes): (Vec<i64>, Vec<&[u8]>) = widest.into_iter().unzip();
    connection.execute(TILES, &[&places, &bytes])?;
    Ok(())
}

fn put_payloads(connection: &mut Connection, batch: &Batch) -> Result<(), StoreError> {
    if batch.payloads.is_empty() {
        return Ok(());
    }
    let digests: Vec<&[u8]> = batch.payloads.iter().map(|payload| payload.digest.as_slice()).collect();
    let bytes: Vec<&[u8]> = batch.payloads.iter().map(|payload| payload.bytes.as_slice()).collect();
    connection.execute(PAYLOADS, &[&digests, &bytes])?;
    Ok(())
}

fn put_receipts(connection: &mut Connection, batch: &Batch) -> Result<(), StoreError> {
    if batch.receipts.is_empty() {
        return Ok(());
    }
    let receipts = &batch.receipts;
    let principals: Vec<Uuid> = receipts.iter().map(|receipt| receipt.key.principal).collect();
    let routes: Vec<&str> = receipts.iter().map(|receipt| receipt.key.route.as_str()).collect();
    let keys: Vec<&str> = receipts.iter().map(|receipt| receipt.key.key.as_str()).collect();
    let digests: Vec<&[u8]> = receipts.iter().map(|receipt| receipt.stored.body_digest.as_slice()).collect();
    let times: Vec<i64> = receipts.iter().map(|receipt| receipt.stored.time_ms).collect();
    let answers: Vec<&[u8]> = receipts.iter().map(|receipt| receipt.stored.receipt.as_slice()).collect();
    let put = connection.execute(RECEIPTS, &[&principals, &routes, &keys, &digests, &times, &answers])?;
    if put < receipts.len() as u64 {
        let keys = keys.join("`, `");
        return Err(StoreError::Conflict(format!("one of the idempotency keys `{keys}` is taken")));
    }
    Ok(())
}

/// Writes rows of one table, each new or newer than the stored one. Unique columns are judged at the commit.
pub(crate) fn put_rows(connection: &mut Connection, rows: &[&Row]) -> Result<(), StoreError> {
    let Some(table) = rows.first().map(|row| Table::named(row.table)).transpose()? else { return Ok(()) };
    let lists = lists(table, rows)?;
    let types = ["uuid", "bigint", "bigint", "bytea"].into_iter().chain(table.columns.iter().map(sql_type));
    let marks: Vec<String> = types.zip(1..).map(|(ty, number)| format!("${number}::{ty}[]")).collect();
    let names = ["revision", "projection_version", "document"].into_iter();
    let sets: Vec<String> = names
        .chain(table.columns.iter().map(|column| column.name))
        .map(|name| format!("{name} = excluded.{name}"))
        .collect();
    let sql = format!(
        "INSERT INTO {name} ({whole}) SELECT * FROM unnest({marks}) ON CONFLICT (id) DO UPDATE SET {sets} \
         WHERE {name}.revision < excluded.revision",
        name = table.name,
        whole = whole(table),
        marks = marks.join(", "),
        sets = sets.join(", "),
    );
    let params: Vec<&(dyn ToSql + Sync)> = lists.iter().map(|list| &**list as _).collect();
    let put = connection.execute(&sql, &params)?;
    if put < rows.len() as u64 {
        let count = rows.len() as u64 - put;
        return Err(StoreError::Conflict(format!(
            "the revision of `{count}` rows of `{}` does not follow the stored one",
            table.name
        )));
    }
    Ok(())
}

fn sql_type(column: &Column) -> &'static str {
    match column.ty {
        ColumnType::Text => "text",
        ColumnType::Integer => "bigint",
    }
}

/// One list for each column of the rows.
fn lists<'a>(table: &'static Table, rows: &[&'a Row]) -> Result<Vec<List<'a>>, StoreError> {
    let revisions = rows.iter().map(|row| number(row.revision)).collect::<Result<Vec<_>, _>>()?;
    let mut lists: Vec<List<'a>> = vec![
        Box::new(rows.iter().map(|row| row.id).collect::<Vec<Uuid>>()),
        Box::new(revisions),
        Box::new(rows.iter().map(|row| i64::from(row.projection_version)).collect::<Vec<_>>()),
        Box::new(rows.iter().map(|row| row.document.as_slice()).collect::<Vec<&[u8]>>()),
    ];
    for (place, column) in table.columns.iter().enumerate() {
        let values = rows.iter().map(|row| row.columns.get(place).and_then(Option::as_ref));
        // The check of the row has seen to it that its values are of the column's type.
        lists.push(match column.ty {
            ColumnType::Text => Box::new(values.map(as_text).collect::<Vec<Option<&str>>>()),
            ColumnType::Integer => Box::new(values.map(as_integer).collect::<Vec<Option<i64>>>()),
        });
    }
    Ok(lists)
}

fn as_text(value: Option<&Value>) -> Option<&str> {
    match value {
        Some(Value::Text(text)) => Some(text),
        Some(Value::Integer(_)) | None => None,
    }
}

fn as_integer(value: Option<&Value>) -> Option<i64> {
    match value {
        Some(Value::Integer(number)) => Some(*number),
        Some(Value::Text(_)) | None => None,
    }
}

fn put_head(connection: &mut Connection, batch: &Batch) -> Result<(), StoreError> {
    let head = &batch.head;
    let (root, last_hash) = (head.root.as_slice(), head.last_hash.as_slice());
    match connection.execute(HEAD, &[&number(head.size)?, &root, &last_hash, &head.time_ms])? {
        1 => Ok(()),
        rows => Err(StoreError::Corrupt(format!("the log has {rows} heads"))),
    }
}
