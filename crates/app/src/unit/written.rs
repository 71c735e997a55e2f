//! Aggregates that were written and not committed, over answers that do not know of them.

use std::collections::BTreeMap;

use assent_domain::{AggregateId, Kind};
use assent_store::{Order, StoreError, Table, Value};
use uuid::Uuid;

use crate::project;
use crate::view::Loaded;

/// An aggregate with the values of its index columns.
#[derive(Clone)]
pub(super) struct Dirty {
    pub(super) loaded: Loaded,
    pub(super) columns: Vec<Option<Value>>,
}

/// The aggregates that were written.
#[derive(Default)]
pub(super) struct Written(BTreeMap<AggregateId, Dirty>);

impl Written {
    pub(super) fn get(&self, id: AggregateId) -> Option<&Loaded> {
        self.0.get(&id).map(|dirty| &dirty.loaded)
    }

    pub(super) fn insert(&mut self, id: AggregateId, dirty: Dirty) -> Option<Dirty> {
        self.0.insert(id, dirty)
    }

    pub(super) fn remove(&mut self, id: AggregateId) {
        self.0.remove(&id);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn into_all(self) -> impl Iterator<Item = (AggregateId, Dirty)> {
        self.0.into_iter()
    }

    /// The ids that a look-up finds, ascending, where `known` are those without what was written.
    pub(super) fn over_ids(
        &self,
        (kind, column, value): (Kind, &'static str, &str),
        mut known: Vec<Uuid>,
    ) -> Result<Vec<Uuid>, StoreError> {
        for (id, held) in self.held(kind, column, value)? {
            match (held, known.binary_search(&id)) {
                (true, Err(place)) => known.insert(place, id),
                (false, Ok(place)) => drop(known.remove(place)),
                (true, Ok(_)) | (false, Err(_)) => {}
            }
        }
        Ok(known)
    }

    /// The first of them in that order, where `known` gives as many as it is asked for without what was written.
    pub(super) fn over_first_ids(
        &self,
        (kind, column, value): (Kind, &'static str, &str),
        (order, most): (Order, u32),
        known: impl FnOnce(u32) -> Result<Vec<Uuid>, StoreError>,
    ) -> Result<Vec<Uuid>, StoreError> {
        let written: BTreeMap<Uuid, bool> = self.held(kind, column, value)?.collect();
        // Each that was written may take one of the known away.
        let mut ids = known(most.saturating_add(u32::try_from(written.len()).unwrap_or(u32::MAX)))?;
        ids.retain(|id| !written.contains_key(id));
        ids.extend(written.into_iter().filter(|(_, held)| *held).map(|(id, _)| id));
        ids.sort_unstable();
        if order == Order::Descending {
            ids.reverse();
        }
        ids.truncate(most as usize);
        Ok(ids)
    }

    /// Those of a kind, and whether their column has the value now.
    fn held<'w>(
        &'w self,
        kind: Kind,
        column: &'static str,
        value: &'w str,
    ) -> Result<impl Iterator<Item = (Uuid, bool)> + 'w, StoreError> {
        let position = project::table(kind)
            .and_then(|table| Table::named(table).ok())
            .and_then(|table| table.columns.iter().position(|known| known.name == column));
        let Some(position) = position else {
            return Err(StoreError::Corrupt(format!("{} has no column `{column}`", kind.name())));
        };
        let range = AggregateId { kind, id: Uuid::nil() }..=AggregateId { kind, id: Uuid::max() };
        Ok(self.0.range(range).map(move |(id, dirty)| {
            let held = dirty.columns.get(position).and_then(Option::as_ref);
            (id.id, matches!(held, Some(Value::Text(held)) if held == value))
        }))
    }
}
