//! Changes of the log: entries, payloads, tiles, the head, checkpoints.

use anyhow::{Context as _, Result};
use assent_log::{Checkpoint, SigningKey, Tree, leaf_hash};

use super::Class;
use super::database::{Cell, Database};
use crate::rng::Rng;

/// Where a change has to be named: one of these stands in a finding.
type Names = Vec<String>;

pub(super) const CLASSES: [Class; 24] = [
    Class::of("a bit of an entry", bit_of_entry),
    Class::of("an entry deleted", deleted),
    Class::of("two entries swapped", swapped),
    Class::of("an entry in place of its neighbour", duplicated),
    Class::of("an entry put in", inserted),
    Class::of("an entry put behind the end", beyond),
    Class::of("the last entries cut off", cut),
    Class::outside("the last entries cut off with care", cut_with_care),
    Class::outside("the last entry rewritten with care", rewritten_with_care),
    Class::of("a bit of a payload", |db, rng| bit(db, rng, "payloads", "digest", "bytes")),
    Class::of("a payload deleted", payload_deleted),
    Class::of("two payloads swapped", payloads_swapped),
    Class::of("a payload put in", payload_put_in),
    Class::of("a bit of a tile", |db, rng| bit(db, rng, "tiles", "place", "bytes")),
    Class::of("a tile deleted", tile_deleted),
    Class::of("a tile put in", tile_put_in),
    Class::of("a tile made longer", tile_made_longer),
    Class::of("two tiles swapped", tiles_swapped),
    Class::of("a column of the head", head),
    Class::of("a bit of a checkpoint", |db, rng| bit(db, rng, "checkpoints", "size", "note")),
    Class::of("the signature of another checkpoint", signature_swapped),
    Class::of("a checkpoint by a foreign key", foreign_key),
    Class::of("a checkpoint under another size", checkpoint_moved),
    Class::of("a checkpoint of entries that never were", checkpoint_ahead),
];

/// How many entries the head says.
fn size(db: &mut Database) -> Result<i64> {
    db.row("SELECT size FROM head")?.first().context("a head without size")?.number()
}

fn any(rng: &mut Rng, bound: i64) -> i64 {
    rng.below(bound.unsigned_abs()).cast_signed()
}

fn entry(db: &mut Database, index: i64) -> Result<Vec<u8>> {
    let row = db.row(&format!("SELECT bytes FROM entries WHERE idx = {index}"))?;
    Ok(row.first().context("an entry without bytes")?.bytes()?.to_vec())
}

fn put_entry(db: &mut Database, index: i64, bytes: Vec<u8>) -> Result<()> {
    let bytes = db.literal(&Cell::Bytes(bytes));
    db.change(&format!("UPDATE entries SET bytes = {bytes} WHERE idx = {index}"))
}

/// The names by which an entry or its successor is found.
fn at(indices: impl IntoIterator<Item = i64>) -> Names {
    indices.into_iter().flat_map(|index| [format!("entry {index}"), format!("entry {}", index + 1)]).collect()
}

/// Names for what only the root of the tree shows.
fn root(db: &mut Database) -> Result<Names> {
    let size = size(db)?;
    Ok(vec![format!("{size} entries")])
}

pub(super) fn flip(bytes: &mut [u8], rng: &mut Rng) {
    let place = usize::try_from(rng.below(bytes.len() as u64)).unwrap_or_default();
    if let Some(byte) = bytes.get_mut(place) {
        *byte ^= 1 << rng.below(8);
    }
}

fn bit_of_entry(db: &mut Database, rng: &mut Rng) -> Result<Names> {
    let size = size(db)?;
    let index = any(rng, size);
    let mut bytes = entry(db, index)?;
    flip(&mut bytes, rng);
    put_entry(db, index, bytes)?;
    let mut names = at([index]);
    if index + 1 == size {
        // No entry follows that would name its hash.
        names.extend(root(db)?);
    }
    Ok(names)
}

fn deleted(db: &mut Database, rng: &mut Rng) -> Result<Names> {
    let index = any(rng, size(db)? - 1);
    db.change(&format!("DELETE FROM entries WHERE idx = {index}"))?;
    Ok(vec![format!("entry {index} is missing")])
}

fn swapped(db: &mut Database, rng: &mut Rng) -> Result<Names> {
    let size = size(db)?;
    let (one, other) = (any(rng, size - 1), size - 1);
    let (a, b) = (entry(db, one)?, entry(db, other)?);
    put_entry(db, one, b)?;
    put_entry(db, other, a)?;
    Ok(at([one, other]))
}

fn duplicated(db: &mut Database, rng: &mut Rng) -> Result<Names> {
    let index = any(rng, size(db)? - 1);
    let bytes = entry(db, index)?;
    put_entry(db, index + 1, bytes)?;
    Ok(at([index]))
}

const ENTRY: &str =
    "time_ms, id, event_type, actor, subject_kind, subject_id, model_id, outcome, correlation_id, bytes";

fn inserted(db: &mut Database, rng: &mut Rng) -> Result<Names> {
    let size = size(db)?;
    let index = any(rng, size - 1);
    // Two steps, because a database may judge that an index is unique after each row.
    db.change(&format!("UPDATE entries SET idx = -idx - 1 WHERE idx > {index}"))?;
    db.change("UPDATE entries SET idx = -idx WHERE idx < 0")?;
    db.change(&format!(
        "INSERT INTO entries (idx, {ENTRY}) SELECT idx + 1, {ENTRY} FROM entries WHERE idx = {index}"
    ))?;
    db.change(&format!("UPDATE head SET size = {}", size + 1))?;
    Ok(vec![format!("position {}", index + 1)])
}

fn beyond(db: &mut Database, rng: &mut Rng) -> Result<Names> {
    let size = size(db)?;
    let (index, place) = (any(rng, size), size + any(rng, 3));
    db.change(&format!(
        "INSERT INTO entries (idx, {ENTRY}) SELECT {place}, {ENTRY} FROM entries WHERE idx = {index}"
    ))?;
    Ok(vec![format!("entry {place}")])
}

fn cut(db: &mut Database, rng: &mut Rng) -> Result<Names> {
    let left = size(db)? - 1 - any(rng, 40);
    db.change(&format!("DELETE FROM entries WHERE idx >= {left}"))?;
    Ok(vec![format!("the log has {left} entries")])
}

fn cut_with_care(db: &mut Database, rng: &mut Rng) -> Result<Names> {
    let left = size(db)? - 1 - any(rng, 40);
    db.change(&format!("DELETE FROM entries WHERE idx >= {left}"))?;
    fit(db, left)?;
    Ok(vec![format!("the log has {left} entries")])
}

fn rewritten_with_care(db: &mut Database, _: &mut Rng) -> Result<Names> {
    let size = size(db)?;
    let bytes = String::from_utf8(entry(db, size - 1)?)?;
    put_entry(db, size - 1, bytes.replacen("\"action\":\"", "\"action\":\"not ", 1).into_bytes())?;
    fit(db, size)?;
    db.change(&format!("DELETE FROM checkpoints WHERE size >= {size}"))?;
    Ok(vec![format!("{size} entries")])
}

/// Makes head, tiles and checkpoints fit the entries that are left.
fn fit(db: &mut Database, size: i64) -> Result<()> {
    let mut tree = Tree::new();
    let (mut time, mut index) = (0, 0);
    while index < size {
        let rows = db.rows(&format!(
            "SELECT bytes, time_ms FROM entries WHERE idx >= {index} ORDER BY idx LIMIT 500"
        ))?;
        for row in &rows {
            let [bytes, at] = row.as_slice() else { continue };
            tree.push(leaf_hash(bytes.bytes()?));
            time = at.number()?;
            index += 1;
        }
    }
    db.change("DELETE FROM tiles")?;
    for tile in tree.take_changed() {
        let place = (u64::from(tile.level) << 56) + tile.n;
        let bytes = db.literal(&Cell::Bytes(tile.bytes));
        db.change(&format!("INSERT INTO tiles (place, bytes) VALUES ({place}, {bytes})"))?;
    }
    let hash = |db: &Database, hash: assent_log::Hash| db.literal(&Cell::Bytes(hash.as_bytes().to_vec()));
    let (root, last) = (hash(db, tree.root()), hash(db, tree.last_leaf()));
    db.change(&format!(
        "UPDATE head SET size = {size}, root = {root}, last_hash = {last}, time_ms = {time}"
    ))?;
    db.run(&format!("DELETE FROM checkpoints WHERE size > {size}"))
}

/// One of the rows of a table: its key, and one column.
fn pick(db: &mut Database, rng: &mut Rng, table: &str, key: &str, column: &str) -> Result<(Cell, Cell)> {
    let rows = db.rows(&format!("SELECT {key}, {column} FROM {table} ORDER BY {key}"))?;
    let row = rng.pick(&rows).cloned().with_context(|| format!("`{table}` is empty"))?;
    let mut cells = row.into_iter();
    Ok((cells.next().context("no key")?, cells.next().context("no column")?))
}

fn bit(db: &mut Database, rng: &mut Rng, table: &str, key: &str, column: &str) -> Result<Names> {
    let (place, cell) = pick(db, rng, table, key, column)?;
    let mut bytes = cell.bytes()?.to_vec();
    flip(&mut bytes, rng);
    let bytes = db.literal(&Cell::Bytes(bytes));
    db.change(&format!("UPDATE {table} SET {column} = {bytes} WHERE {key} = {}", db.literal(&place)))?;
    names_in(db, table, &place)
}

/// How a finding names a row of these tables.
fn names_in(db: &mut Database, table: &str, place: &Cell) -> Result<Names> {
    Ok(match table {
        "payloads" => return payload_names(db, place.bytes()?),
        "tiles" => vec![tile_name(place.number()?)],
        _ => vec![format!("checkpoint of {} entries", place.number()?)],
    })
}

/// The entries that refer to a payload, and its digest.
fn payload_names(db: &mut Database, digest: &[u8]) -> Result<Names> {
    let hex = crate::load::hex(digest);
    let rows = db.rows("SELECT idx, bytes FROM entries ORDER BY idx")?;
    let mut names = vec![hex.clone()];
    for row in rows {
        let [index, bytes] = row.as_slice() else { continue };
        if String::from_utf8_lossy(bytes.bytes()?).contains(&hex) {
            names.push(format!("entry {}", index.number()?));
        }
    }
    Ok(names)
}

/// The path of a tile without its width; only numbers below 1,000 come here.
fn tile_name(place: i64) -> String {
    format!("tile/{}/{:03}", place >> 56, place & ((1 << 56) - 1))
}

fn payload_deleted(db: &mut Database, rng: &mut Rng) -> Result<Names> {
    let (digest, _) = pick(db, rng, "payloads", "digest", "bytes")?;
    db.change(&format!("DELETE FROM payloads WHERE digest = {}", db.literal(&digest)))?;
    payload_names(db, digest.bytes()?)
}

fn swap(db: &mut Database, table: &str, key: &str, column: &str) -> Result<Cell> {
    let rows = db.rows(&format!("SELECT {key}, {column} FROM {table} ORDER BY {key} LIMIT 2"))?;
    let [one, other] = rows.as_slice() else { anyhow::bail!("`{table}` has fewer than two rows") };
    let (Some(first), Some(a)) = (one.first(), one.get(1)) else { anyhow::bail!("no columns") };
    let (Some(second), Some(b)) = (other.first(), other.get(1)) else { anyhow::bail!("no columns") };
    for (place, value) in [(first, b), (second, a)] {
        let (place, value) = (db.literal(place), db.literal(value));
        db.change(&format!("UPDATE {table} SET {column} = {value} WHERE {key} = {place}"))?;
    }
    Ok(first.clone())
}

fn payloads_swapped(db: &mut Database, _: &mut Rng) -> Result<Names> {
    let digest = swap(db, "payloads", "digest", "bytes")?;
    payload_names(db, digest.bytes()?)
}

fn payload_put_in(db: &mut Database, rng: &mut Rng) -> Result<Names> {
    let digest: Vec<u8> = (0..4).flat_map(|_| rng.next_u64().to_be_bytes()).collect();
    let literal = db.literal(&Cell::Bytes(digest.clone()));
    db.change(&format!("INSERT INTO payloads (digest, bytes) VALUES ({literal}, {literal})"))?;
    Ok(vec![crate::load::hex(&digest)])
}

fn tile_deleted(db: &mut Database, rng: &mut Rng) -> Result<Names> {
    let (place, _) = pick(db, rng, "tiles", "place", "bytes")?;
    db.change(&format!("DELETE FROM tiles WHERE place = {}", db.literal(&place)))?;
    Ok(vec![tile_name(place.number()?)])
}

fn tile_put_in(db: &mut Database, rng: &mut Rng) -> Result<Names> {
    let last = db.row("SELECT max(place) FROM tiles WHERE place < 1000")?;
    let place = last.first().context("no tile")?.number()? + 1 + any(rng, 9) + (any(rng, 3) << 56);
    let bytes = db.literal(&Cell::Bytes(vec![7; 256 * 32]));
    db.change(&format!("INSERT INTO tiles (place, bytes) VALUES ({place}, {bytes})"))?;
    Ok(vec![tile_name(place)])
}

fn tile_made_longer(db: &mut Database, _: &mut Rng) -> Result<Names> {
    let row = db.row("SELECT place, bytes FROM tiles WHERE place < 1000 ORDER BY place DESC LIMIT 1")?;
    let [place, bytes] = row.as_slice() else { anyhow::bail!("no tile") };
    let longer = db.literal(&Cell::Bytes([bytes.bytes()?, &[7; 32]].concat()));
    db.change(&format!("UPDATE tiles SET bytes = {longer} WHERE place = {}", db.literal(place)))?;
    Ok(vec![tile_name(place.number()?)])
}

fn tiles_swapped(db: &mut Database, _: &mut Rng) -> Result<Names> {
    Ok(vec![tile_name(swap(db, "tiles", "place", "bytes")?.number()?)])
}

fn head(db: &mut Database, rng: &mut Rng) -> Result<Names> {
    let column = ["size", "root", "last_hash", "time_ms"];
    let column = rng.pick(&column).copied().unwrap_or("root");
    let row = db.row(&format!("SELECT {column} FROM head"))?;
    let changed = match row.first() {
        Some(Cell::Number(number)) => Cell::Number(number + 1 - 2 * any(rng, 2)),
        Some(cell) => {
            let mut bytes = cell.bytes()?.to_vec();
            flip(&mut bytes, rng);
            Cell::Bytes(bytes)
        }
        None => anyhow::bail!("no head"),
    };
    db.change(&format!("UPDATE head SET {column} = {}", db.literal(&changed)))?;
    Ok(vec!["the head of the log".to_owned()])
}

/// Two checkpoints, as size and note, the older one first.
fn two(db: &mut Database) -> Result<[(i64, String); 2]> {
    let rows = db.rows("SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 2")?;
    let [newest, older] = rows.as_slice() else { anyhow::bail!("fewer than two checkpoints") };
    let read = |row: &[Cell]| -> Result<(i64, String)> {
        let (size, note) = (row.first().context("no size")?, row.get(1).context("no note")?);
        Ok((size.number()?, String::from_utf8(note.bytes()?.to_vec())?))
    };
    Ok([read(older)?, read(newest)?])
}

fn put_note(db: &mut Database, size: i64, note: &str) -> Result<Names> {
    let note = db.literal(&Cell::Bytes(note.as_bytes().to_vec()));
    db.change(&format!("UPDATE checkpoints SET note = {note} WHERE size = {size}"))?;
    Ok(vec![format!("checkpoint of {size} entries")])
}

fn signature_swapped(db: &mut Database, _: &mut Rng) -> Result<Names> {
    let [(_, older), (size, newest)] = two(db)?;
    let (text, _) = newest.split_once("\n\n").context("a note without signature")?;
    let (_, signature) = older.split_once("\n\n").context("a note without signature")?;
    put_note(db, size, &format!("{text}\n\n{signature}"))
}

fn foreign_key(db: &mut Database, rng: &mut Rng) -> Result<Names> {
    let [_, (size, newest)] = two(db)?;
    let (text, _) = newest.split_once("\n\n").context("a note without signature")?;
    let checkpoint = Checkpoint::parse(&format!("{text}\n"))?;
    let seed = [0; 32].map(|_: u8| rng.next_u64().to_be_bytes()[0]);
    let key = SigningKey::from_seed(text.lines().next().unwrap_or_default(), seed)?;
    put_note(db, size, &checkpoint.sign(&[&key])?.to_text())
}

fn checkpoint_moved(db: &mut Database, _: &mut Rng) -> Result<Names> {
    let [(older, _), (size, _)] = two(db)?;
    let to = older + (size - older) / 2;
    let to = if to == older { size + 1 } else { to };
    db.change(&format!("UPDATE checkpoints SET size = {to} WHERE size = {older}"))?;
    Ok(vec![format!("checkpoint of {to} entries")])
}

fn checkpoint_ahead(db: &mut Database, rng: &mut Rng) -> Result<Names> {
    let [(_, older), (size, _)] = two(db)?;
    let ahead = size + 1 + any(rng, 100);
    let note = db.literal(&Cell::Bytes(older.into_bytes()));
    db.change(&format!("INSERT INTO checkpoints (size, note) VALUES ({ahead}, {note})"))?;
    Ok(vec![format!("checkpoint of {ahead} entries")])
}
