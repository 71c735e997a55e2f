//! Changes of the caches of the log: what entries are searched by, the rows of the state, remembered answers.

use anyhow::{Context as _, Result};
use assent_store::TABLES;

use super::Class;
use super::database::{Cell, Database};
use super::log::flip;
use crate::rng::Rng;

type Names = Vec<String>;

pub(super) const CLASSES: [Class; 12] = [
    Class::of("a search column of an entry", search_column),
    Class::of("a bit of the document of a row", document),
    Class::of("an index column of a row", |db, rng| column(db, rng, &[])),
    Class::of("the revision of a row", |db, rng| column(db, rng, &["revision"])),
    Class::of("the projection version of a row", |db, rng| column(db, rng, &["projection_version"])),
    Class::of("the documents of two rows swapped", swapped),
    Class::of("a row deleted", deleted),
    Class::of("a row put in", put_in),
    Class::of("the id of a row", moved),
    Class::of("a remembered answer: an event", answer_event),
    Class::of("a remembered answer: who asked", |db, rng| answer_column(db, rng, "principal")),
    Class::of("a remembered answer: when", |db, rng| answer_column(db, rng, "time_ms")),
];

const SEARCH: [&str; 9] = [
    "time_ms",
    "id",
    "event_type",
    "actor",
    "subject_kind",
    "subject_id",
    "model_id",
    "outcome",
    "correlation_id",
];

/// Another value of the same type.
fn other(cell: &Cell, rng: &mut Rng) -> Cell {
    match cell {
        Cell::Null => Cell::Null,
        Cell::Number(number) => Cell::Number(number + 1 + rng.below(9).cast_signed()),
        Cell::Text(text) => {
            let mut text = text.clone();
            let last = text.pop();
            text.push(if last == Some('x') { 'y' } else { 'x' });
            Cell::Text(text)
        }
        Cell::Bytes(bytes) | Cell::Id(bytes) => {
            let mut bytes = bytes.clone();
            flip(&mut bytes, rng);
            if matches!(cell, Cell::Id(_)) { Cell::Id(bytes) } else { Cell::Bytes(bytes) }
        }
    }
}

fn search_column(db: &mut Database, rng: &mut Rng) -> Result<Names> {
    let column = rng.pick(&SEARCH).copied().unwrap_or("id");
    let sql = format!("SELECT idx, {column} FROM entries WHERE {column} IS NOT NULL ORDER BY idx");
    let rows = db.rows(&sql)?;
    let row = rng.pick(&rows).context("no entry has that column")?;
    let [index, cell] = row.as_slice() else { anyhow::bail!("no columns") };
    let value = db.literal(&other(cell, rng));
    let index = index.number()?;
    db.change(&format!("UPDATE entries SET {column} = {value} WHERE idx = {index}"))?;
    Ok(vec![format!("SEARCH_COLUMNS of entry {index}")])
}

/// A table, the id of one of its rows, and one of its columns that is not empty there.
fn pick(
    db: &mut Database,
    rng: &mut Rng,
    columns: &[&'static str],
) -> Result<(&'static str, Cell, &'static str, Cell)> {
    loop {
        let table = rng.pick(TABLES).context("no tables")?;
        let of_table: Vec<&'static str> = table.columns.iter().map(|column| column.name).collect();
        // Passwords are looked up by nothing but the id.
        let column = rng.pick(if columns.is_empty() { &of_table } else { columns }).copied();
        let Some(column) = column else { continue };
        let name = table.name;
        let rows =
            db.rows(&format!("SELECT id, {column} FROM {name} WHERE {column} IS NOT NULL ORDER BY id"))?;
        if let Some([id, cell]) = rng.pick(&rows).map(Vec::as_slice) {
            return Ok((name, id.clone(), column, cell.clone()));
        }
    }
}

fn set(db: &mut Database, table: &str, id: &Cell, column: &str, value: &Cell) -> Result<Names> {
    let (place, value) = (db.literal(id), db.literal(value));
    db.change(&format!("UPDATE {table} SET {column} = {value} WHERE id = {place}"))?;
    Ok(vec![format!("{table} {}", id.uuid()?)])
}

fn document(db: &mut Database, rng: &mut Rng) -> Result<Names> {
    let (table, id, column, mut cell) = pick(db, rng, &["document"])?;
    if let Cell::Bytes(bytes) = &mut cell {
        flip(bytes, rng);
    }
    set(db, table, &id, column, &cell)
}

fn column(db: &mut Database, rng: &mut Rng, columns: &[&'static str]) -> Result<Names> {
    let (table, id, column, cell) = pick(db, rng, columns)?;
    let empty = columns.is_empty() && rng.percent(25);
    let value = if empty { Cell::Null } else { other(&cell, rng) };
    set(db, table, &id, column, &value)
}

fn swapped(db: &mut Database, rng: &mut Rng) -> Result<Names> {
    let (table, id, column, cell) = pick(db, rng, &["document"])?;
    let place = db.literal(&id);
    let others = db.rows(&format!("SELECT id, document FROM {table} WHERE id <> {place} ORDER BY id"))?;
    let Some([another, theirs]) = rng.pick(&others).map(Vec::as_slice) else { return swapped(db, rng) };
    set(db, table, another, column, &cell)?;
    set(db, table, &id, column, theirs)
}

fn deleted(db: &mut Database, rng: &mut Rng) -> Result<Names> {
    let (table, id, _, _) = pick(db, rng, &["document"])?;
    let place = db.literal(&id);
    db.change(&format!("DELETE FROM {table} WHERE id = {place}"))?;
    Ok(vec![format!("{table} {} ROW_MISSING", id.uuid()?)])
}

fn put_in(db: &mut Database, rng: &mut Rng) -> Result<Names> {
    let (table, id, _, _) = pick(db, rng, &["document"])?;
    let (fresh, place) = (other(&id, rng), db.literal(&id));
    let new = db.literal(&fresh);
    let sql = "(id, revision, projection_version, document) SELECT";
    db.change(&format!(
        "INSERT INTO {table} {sql} {new}, revision, projection_version, document FROM {table} WHERE id = {place}"
    ))?;
    Ok(vec![format!("{table} {} ROW_NOT_IN_LOG", fresh.uuid()?)])
}

fn moved(db: &mut Database, rng: &mut Rng) -> Result<Names> {
    let (table, id, _, _) = pick(db, rng, &["document"])?;
    set(db, table, &id, "id", &other(&id, rng))
}

/// One remembered answer: a condition that finds it, its key, and one column.
fn answer(db: &mut Database, rng: &mut Rng, column: &str) -> Result<(String, String, Cell)> {
    let rows = db.rows(&format!(
        "SELECT principal, route, key, {column} FROM receipts ORDER BY principal, route, key"
    ))?;
    let row = rng.pick(&rows).context("no answer is remembered")?;
    let [principal, route, key, cell] = row.as_slice() else { anyhow::bail!("no columns") };
    let name = String::from_utf8_lossy(key.bytes()?).into_owned();
    let (principal, route, key) = (db.literal(principal), db.literal(route), db.literal(key));
    Ok((format!("principal = {principal} AND route = {route} AND key = {key}"), name, cell.clone()))
}

fn set_answer(db: &mut Database, place: &str, key: String, column: &str, value: &Cell) -> Result<Names> {
    let value = db.literal(value);
    db.change(&format!("UPDATE receipts SET {column} = {value} WHERE {place}"))?;
    Ok(vec![key])
}

fn answer_column(db: &mut Database, rng: &mut Rng, column: &str) -> Result<Names> {
    let (place, key, cell) = answer(db, rng, column)?;
    let value = other(&cell, rng);
    set_answer(db, &place, key, column, &value)
}

/// Changes the first digit of a member of the answer.
fn answer_member(db: &mut Database, rng: &mut Rng, before: &str) -> Result<Names> {
    let (place, key, cell) = answer(db, rng, "receipt")?;
    let text = String::from_utf8(cell.bytes()?.to_vec())?;
    let from = text.find(before).with_context(|| format!("no {before} in {text}"))? + before.len();
    let mut bytes = text.into_bytes();
    let digit = bytes.get_mut(from).context("the answer ends")?;
    *digit = if *digit == b'7' { b'8' } else { b'7' };
    set_answer(db, &place, key, "receipt", &Cell::Bytes(bytes))
}

fn answer_event(db: &mut Database, rng: &mut Rng) -> Result<Names> {
    let before = if rng.percent(50) { "\"events\":[{\"id\":\"" } else { "\"index\":" };
    answer_member(db, rng, before)
}
