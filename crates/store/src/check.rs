//! What every backend checks before it touches its medium, so that all of them refuse the same things. Anything that fits
//! here can be stored by each of them: `PostgreSQL` has no text with a NUL, `SQLite` no integer above 2^63 - 1.

use crate::{
    Batch, Column, ColumnType, EntryKeys, Head, Predicate, Receipt, Row, StoreError, TABLES, Table, TileRow,
    Value,
};

/// Conditions of one predicate, groups included.
const MAX_CONDITIONS: usize = 1_024;
/// The table of models, and the column by which other tables name one.
pub(crate) const MODELS: &str = "models";
pub(crate) const MODEL_ID: &str = "model_id";
/// How deep groups may stand in each other.
const MAX_DEPTH: usize = 16;
/// Values of all lists of one predicate together.
const MAX_VALUES: usize = 16_384;
/// Tiles hold up to so many hashes.
const MAX_TILE_BYTES: usize = 256 * 32;
/// A level above this would hold more than 2^64 entries.
const MAX_TILE_LEVEL: u8 = 7;
/// Numbers of tiles fit into 56 bits.
const MAX_TILE_NUMBER: u64 = (1 << 56) - 1;

fn refuse<T>(text: String) -> Result<T, StoreError> {
    Err(StoreError::Conflict(text))
}

/// Whether the number fits the integers of every backend.
fn check_number(what: &str, number: u64) -> Result<(), StoreError> {
    if i64::try_from(number).is_err() { refuse(format!("{what} `{number}` is too large")) } else { Ok(()) }
}

fn check_text(what: &str, text: &str) -> Result<(), StoreError> {
    if text.contains('\0') { refuse(format!("{what} holds a NUL character, remove it")) } else { Ok(()) }
}

impl Table {
    /// The table of that name, or a conflict that names it.
    pub fn named(name: &str) -> Result<&'static Self, StoreError> {
        TABLES
            .iter()
            .find(|table| table.name == name)
            .ok_or_else(|| StoreError::Conflict(format!("there is no table `{name}`")))
    }

    /// The column of that name, with its place among the index columns, or a conflict that names it.
    pub fn column(&self, name: &str) -> Result<(usize, &Column), StoreError> {
        let found = self.columns.iter().enumerate().find(|(_, column)| column.name == name);
        found.ok_or_else(|| StoreError::Conflict(format!("table `{}` has no column `{name}`", self.name)))
    }

    /// The place of a column, if `value` can stand in it.
    pub fn check_value(&self, column: &str, value: &Value) -> Result<usize, StoreError> {
        let (place, column) = self.column(column)?;
        self.check_cell(column, value)?;
        Ok(place)
    }

    fn check_cell(&self, column: &Column, value: &Value) -> Result<(), StoreError> {
        match (column.ty, value) {
            (ColumnType::Integer, Value::Integer(_)) => Ok(()),
            (ColumnType::Text, Value::Text(text)) => check_text(column.name, text),
            (ColumnType::Integer, Value::Text(_)) | (ColumnType::Text, Value::Integer(_)) => {
                refuse(format!("column `{}.{}` takes no value such as `{value:?}`", self.name, column.name))
            }
        }
    }
}

impl Row {
    /// The table of the row, if the row fits it.
    pub fn check(&self) -> Result<&'static Table, StoreError> {
        let table = Table::named(self.table)?;
        check_number("revision", self.revision)?;
        if self.columns.len() != table.columns.len() {
            let (is, should) = (self.columns.len(), table.columns.len());
            return refuse(format!(
                "a row of table `{}` has {is} index columns instead of {should}",
                table.name
            ));
        }
        for (column, value) in table.columns.iter().zip(&self.columns) {
            if let Some(value) = value {
                table.check_cell(column, value)?;
            }
        }
        Ok(table)
    }
}

impl Predicate {
    /// Whether the predicate fits the table and is of a bounded size: at most 1,024 conditions, nested at most 16 deep, with at
    /// most 16,384 listed values together.
    pub fn check(&self, table: &Table) -> Result<(), StoreError> {
        let mut size = Size::default();
        size.add(self, table, 0)
    }
}

fn check_line(table: &Table, column: &str, value: &Value) -> Result<(), StoreError> {
    match value {
        Value::Text(line) if !line.contains('\n') => Ok(()),
        Value::Text(_) | Value::Integer(_) => {
            refuse(format!("no line of `{}.{column}` can be `{value:?}`, give one line of text", table.name))
        }
    }
}

#[derive(Default)]
struct Size {
    conditions: usize,
    values: usize,
}

impl Size {
    fn add(&mut self, predicate: &Predicate, table: &Table, depth: usize) -> Result<(), StoreError> {
        self.conditions += 1;
        if self.conditions > MAX_CONDITIONS || depth > MAX_DEPTH {
            return refuse(format!(
                "the filter of table `{}` is too large, ask for at most {MAX_CONDITIONS} conditions, {MAX_DEPTH} deep",
                table.name
            ));
        }
        match predicate {
            Predicate::True | Predicate::False => Ok(()),
            Predicate::Eq(column, value) | Predicate::AtMost(column, value) => {
                table.check_value(column, value).map(drop)
            }
            Predicate::In(column, values) => self.add_list(table, column, values),
            Predicate::Lines(column, values) => {
                self.add_list(table, column, values)?;
                values.iter().try_for_each(|value| check_line(table, column, value))
            }
            Predicate::IsNull(column) => table.column(column).map(drop),
            Predicate::And(parts) | Predicate::Or(parts) => {
                parts.iter().try_for_each(|part| self.add(part, table, depth + 1))
            }
            Predicate::Not(part) => self.add(part, table, depth + 1),
            Predicate::OfModel(part) => {
                let models = Table::named(MODELS)?;
                table.column(MODEL_ID)?;
                if table.name == models.name {
                    return refuse("a model belongs to no other model, ask for its own columns".to_owned());
                }
                self.add(part, models, depth + 1)
            }
        }
    }

    fn add_list(&mut self, table: &Table, column: &str, values: &[Value]) -> Result<(), StoreError> {
        self.values += values.len();
        if self.values > MAX_VALUES {
            return refuse(format!(
                "the filter lists more than {MAX_VALUES} values of `{}.{column}`",
                table.name
            ));
        }
        table.column(column)?;
        values.iter().try_for_each(|value| table.check_value(column, value).map(drop))
    }
}

impl Batch {
    /// Whether the batch continues `locked` and all that it holds can be stored. What only the stored state can tell (unique
    /// columns, revisions, receipts) is left to the backend.
    pub fn check(&self, locked: &Head) -> Result<(), StoreError> {
        self.check_order(locked)?;
        self.entries.iter().try_for_each(|entry| check_keys(&entry.keys))?;
        self.rows.iter().try_for_each(|row| row.check().map(drop))?;
        self.tiles.iter().try_for_each(check_tile)?;
        self.receipts.iter().try_for_each(check_receipt)
    }

    fn check_order(&self, locked: &Head) -> Result<(), StoreError> {
        let (mut next, mut time_ms) = (locked.size, locked.time_ms);
        for entry in &self.entries {
            if entry.index != next {
                return refuse(format!(
                    "entry `{}` does not continue the log, `{next}` is next",
                    entry.index
                ));
            }
            if entry.keys.time_ms < time_ms && next > 0 {
                return refuse(format!("entry `{next}` is older than the entry before it"));
            }
            (next, time_ms) = (next.saturating_add(1), entry.keys.time_ms);
        }
        check_number("size", next)?;
        if self.head.size != next {
            return refuse(format!("the head has size `{}`, the log has `{next}` entries", self.head.size));
        }
        if self.entries.is_empty() && self.head != *locked {
            return refuse("a batch without entries has another head".to_owned());
        }
        Ok(())
    }
}

fn check_keys(keys: &EntryKeys) -> Result<(), StoreError> {
    check_text("event type", &keys.event_type)?;
    check_text("subject kind", &keys.subject_kind)?;
    check_text("subject id", &keys.subject_id)?;
    check_text("outcome", &keys.outcome)
}

fn check_tile(tile: &TileRow) -> Result<(), StoreError> {
    let size = tile.bytes.len();
    if size == 0 || !size.is_multiple_of(32) || size > MAX_TILE_BYTES {
        return refuse(format!("tile {}/{} has {size} bytes, not 1 to 256 hashes", tile.level, tile.n));
    }
    if tile.level > MAX_TILE_LEVEL || tile.n > MAX_TILE_NUMBER {
        return refuse(format!("there is no tile {}/{}", tile.level, tile.n));
    }
    Ok(())
}

fn check_receipt(receipt: &Receipt) -> Result<(), StoreError> {
    check_text("route", &receipt.key.route)?;
    check_text("idempotency key", &receipt.key.key)
}
