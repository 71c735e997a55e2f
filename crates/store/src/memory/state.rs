//! One committed state. A clone is cheap: every map shares what the next commit does not touch.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use super::map::Map;
use crate::check::{MODEL_ID, MODELS};
use crate::{
    Batch, Checkpoint, EntryQuery, Found, Head, NewEntry, Order, Predicate, Receipt, ReceiptKey, Row, Select,
    StoreError, StoredReceipt, TABLES, Table, TileRow, Value,
};

/// Everything that a store holds.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) head: Head,
    pub(super) entries: Map<u64, Arc<NewEntry>>,
    pub(super) tiles: Map<(u8, u64), Arc<Vec<u8>>>,
    pub(super) payloads: Map<[u8; 32], Arc<Vec<u8>>>,
    pub(super) receipts: Map<ReceiptKey, Arc<StoredReceipt>>,
    pub(super) checkpoints: Map<u64, Arc<Checkpoint>>,
    tables: BTreeMap<&'static str, Rows>,
}

/// The rows of one table.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    table: &'static Table,
    pub(super) by_id: Map<Uuid, Arc<Row>>,
    /// For each index column the values with the ids that have them.
    by_column: Vec<Pairs>,
}

type Pairs = Map<(Value, Uuid), ()>;

impl State {
    pub(super) fn empty() -> Self {
        Self {
            head: Head::EMPTY,
            entries: Map::default(),
            tiles: Map::default(),
            payloads: Map::default(),
            receipts: Map::default(),
            checkpoints: Map::default(),
            tables: TABLES.iter().map(|table| (table.name, Rows::empty(table))).collect(),
        }
    }

    /// The rows of `models`.
    pub(super) fn models(&self) -> Result<&Rows, StoreError> {
        self.rows(MODELS)
    }

    /// The rows of a table.
    pub(super) fn rows(&self, table: &str) -> Result<&Rows, StoreError> {
        self.tables.get(table).ok_or_else(|| StoreError::Conflict(format!("there is no table `{table}`")))
    }

    /// The state after the batch. On an error `self` is spoilt: work on a clone.
    pub(super) fn apply(&mut self, batch: Batch) -> Result<(), StoreError> {
        batch.check(&self.head)?;
        for receipt in batch.receipts {
            self.put_receipt(receipt)?;
        }
        self.put_rows(batch.rows, Rows::replace)?;
        for entry in batch.entries {
            self.entries.insert(entry.index, Arc::new(entry));
        }
        for tile in batch.tiles {
            self.widen(tile);
        }
        for payload in batch.payloads {
            if self.payloads.get(&payload.digest).is_none() {
                self.payloads.insert(payload.digest, Arc::new(payload.bytes));
            }
        }
        self.head = batch.head;
        Ok(())
    }

    /// Empties the tables and writes these rows instead. On an error `self` is spoilt: work on a clone.
    pub(super) fn replace_rows(&mut self, rows: &mut dyn Iterator<Item = Row>) -> Result<(), StoreError> {
        self.tables = Self::empty().tables;
        for row in rows {
            row.check()?;
            self.put_rows(vec![row], Rows::insert)?;
        }
        Ok(())
    }

    fn put_receipt(&mut self, receipt: Receipt) -> Result<(), StoreError> {
        if self.receipts.get(&receipt.key).is_some() {
            return Err(StoreError::Conflict(format!("idempotency key `{}` is taken", receipt.key.key)));
        }
        self.receipts.insert(receipt.key, Arc::new(receipt.stored));
        Ok(())
    }

    fn widen(&mut self, tile: TileRow) {
        let place = (tile.level, tile.n);
        if self.tiles.get(&place).is_none_or(|stored| stored.len() < tile.bytes.len()) {
            self.tiles.insert(place, Arc::new(tile.bytes));
        }
    }

    fn put_rows(
        &mut self,
        rows: Vec<Row>,
        put: fn(&mut Rows, &Arc<Row>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let rows: Vec<_> = rows.into_iter().map(Arc::new).collect();
        for row in &rows {
            if let Some(table) = self.tables.get_mut(row.table) {
                put(table, row)?;
            }
        }
        rows.iter().try_for_each(|row| self.rows(row.table)?.check_unique(row))
    }

    /// A page of the entries that match.
    pub(super) fn find_entries(&self, query: &EntryQuery) -> Found {
        let below = query.before.unwrap_or(u64::MAX);
        let newest_first = self.entries.walk(Order::Descending, |index| *index < below);
        let found = newest_first.filter(|(_, entry)| matches(query, entry));
        let found = found.take(query.limit as usize).map(|(index, entry)| (*index, entry.bytes.clone()));
        let entries: Vec<_> = found.collect();
        let full = entries.len() == query.limit as usize;
        Found { next: entries.last().filter(|_| full).map(|(index, _)| *index), entries }
    }
}

/// Whether an entry is what the query asks for, its cursor and limit aside.
fn matches(query: &EntryQuery, entry: &NewEntry) -> bool {
    let keys = &entry.keys;
    query.event_type.as_ref().is_none_or(|it| *it == keys.event_type)
        && query.actor.is_none_or(|it| it == keys.actor)
        && query.subject_kind.as_ref().is_none_or(|it| *it == keys.subject_kind)
        && query.subject_id.as_ref().is_none_or(|it| *it == keys.subject_id)
        && query.model_id.is_none_or(|it| Some(it) == keys.model_id)
        && query.outcome.as_ref().is_none_or(|it| *it == keys.outcome)
        && query.correlation_id.is_none_or(|it| Some(it) == keys.correlation_id)
        && query.from_ms.is_none_or(|it| it <= keys.time_ms)
        && query.until_ms.is_none_or(|it| keys.time_ms < it)
}

impl Rows {
    fn empty(table: &'static Table) -> Self {
        let by_column = table.columns.iter().map(|_| Map::default()).collect();
        Self { table, by_id: Map::default(), by_column }
    }

    /// Ids of the rows whose column has the value, ascending.
    pub(super) fn ids(&self, column: &str, value: &Value) -> Result<Vec<Uuid>, StoreError> {
        let place = self.table.check_value(column, value)?;
        Ok(self.holders(place, value, Order::Ascending).collect())
    }

    /// The first of them in that order.
    pub(super) fn first_ids(
        &self,
        column: &str,
        value: &Value,
        order: Order,
        most: u32,
    ) -> Result<Vec<Uuid>, StoreError> {
        let place = self.table.check_value(column, value)?;
        Ok(self.holders(place, value, order).take(most as usize).collect())
    }

    /// One page. `models` are the models that rows may belong to.
    pub(super) fn select(&self, models: &Self, select: &Select) -> Result<Vec<Row>, StoreError> {
        select.filter.check(self.table)?;
        let after = |id: &Uuid| match (select.after, select.order) {
            (None, _) => true,
            (Some(last), Order::Ascending) => *id > last,
            (Some(last), Order::Descending) => *id < last,
        };
        let rows = self.by_id.walk(select.order, after).map(|(_, row)| row);
        let matching = rows.filter(|row| self.matches(models, &select.filter, row));
        Ok(matching.take(select.limit as usize).map(|row| (**row).clone()).collect())
    }

    /// How many rows match.
    pub(super) fn count(&self, models: &Self, filter: &Predicate) -> Result<u64, StoreError> {
        filter.check(self.table)?;
        let rows = self.by_id.walk(Order::Ascending, |_| true);
        Ok(rows.filter(|(_, row)| self.matches(models, filter, row)).count() as u64)
    }

    fn holders<'a>(
        &'a self,
        place: usize,
        value: &'a Value,
        order: Order,
    ) -> impl Iterator<Item = Uuid> + 'a {
        let within = move |held: &Value| match order {
            Order::Ascending => held >= value,
            Order::Descending => held <= value,
        };
        let pairs = self.by_column.get(place).map(|map| map.walk(order, move |(held, _)| within(held)));
        pairs
            .into_iter()
            .flatten()
            .map(|(pair, ())| pair)
            .take_while(move |(held, _)| held == value)
            .map(|(_, id)| *id)
    }

    /// Writes a row that must be newer than the stored one.
    fn replace(&mut self, row: &Arc<Row>) -> Result<(), StoreError> {
        if let Some(old) = self.by_id.insert(row.id, Arc::clone(row)) {
            if old.revision >= row.revision {
                let (table, id, new, old) = (row.table, row.id, row.revision, old.revision);
                return Err(StoreError::Conflict(format!(
                    "`{table}` `{id}`: revision `{new}` does not follow `{old}`"
                )));
            }
            self.index(&old, |map, pair| map.remove(&pair));
        }
        self.index(row, |map, pair| map.insert(pair, ()));
        Ok(())
    }

    /// Writes a row that must not be there.
    fn insert(&mut self, row: &Arc<Row>) -> Result<(), StoreError> {
        if self.by_id.get(&row.id).is_some() {
            return Err(StoreError::Conflict(format!("`{}` `{}` comes twice", row.table, row.id)));
        }
        self.replace(row)
    }

    fn index(&mut self, row: &Row, change: fn(&mut Pairs, (Value, Uuid)) -> Option<()>) {
        for (map, value) in self.by_column.iter_mut().zip(&row.columns) {
            if let Some(value) = value {
                change(map, (value.clone(), row.id));
            }
        }
    }

    fn check_unique(&self, row: &Row) -> Result<(), StoreError> {
        for (place, (column, value)) in self.table.columns.iter().zip(&row.columns).enumerate() {
            if let Some(value) = value.as_ref().filter(|_| column.unique)
                && self.holders(place, value, Order::Ascending).nth(1).is_some()
            {
                let (table, column) = (self.table.name, column.name);
                return Err(StoreError::Conflict(format!(
                    "column `{table}.{column}` holds `{value:?}` already"
                )));
            }
        }
        Ok(())
    }

    fn matches(&self, models: &Self, filter: &Predicate, row: &Row) -> bool {
        let value = |name: &str| {
            let place = self.table.columns.iter().position(|column| column.name == name)?;
            row.columns.get(place)?.as_ref()
        };
        match filter {
            Predicate::True => true,
            Predicate::False => false,
            Predicate::Eq(column, wanted) => value(column) == Some(wanted),
            Predicate::In(column, wanted) => value(column).is_some_and(|held| wanted.contains(held)),
            Predicate::Lines(column, wanted) => value(column).is_some_and(|held| has_line(held, wanted)),
            Predicate::AtMost(column, bound) => value(column).is_some_and(|held| held <= bound),
            Predicate::IsNull(column) => value(column).is_none(),
            Predicate::And(parts) => parts.iter().all(|part| self.matches(models, part, row)),
            Predicate::Or(parts) => parts.iter().any(|part| self.matches(models, part, row)),
            Predicate::Not(part) => !self.matches(models, part, row),
            Predicate::OfModel(part) => value(MODEL_ID).is_some_and(|model| models.has_model(model, part)),
        }
    }

    /// Whether there is a model of that id that meets the condition.
    fn has_model(&self, model: &Value, filter: &Predicate) -> bool {
        let place = self.table.columns.iter().position(|column| column.name == MODEL_ID);
        let mut rows = place
            .into_iter()
            .flat_map(|place| self.holders(place, model, Order::Ascending))
            .filter_map(|id| self.by_id.get(&id));
        rows.any(|row| self.matches(self, filter, row))
    }
}

fn has_line(held: &Value, wanted: &[Value]) -> bool {
    match held {
        Value::Text(text) => text
            .split('\n')
            .any(|line| wanted.iter().any(|wanted| matches!(wanted, Value::Text(wanted) if wanted == line))),
        Value::Integer(_) => false,
    }
}
