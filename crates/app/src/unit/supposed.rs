//! The state as it would stand after some more changes: for what follows from them and is written together with them.

use assent_domain::{AggregateId, Change, Kind, Stamp, aggregate};
use assent_store::{Order, StoreError};
use uuid::Uuid;

use super::Unit;
use super::written::{Dirty, Written};
use crate::ledger::Failure;
use crate::project;
use crate::view::{Loaded, View};

/// A unit of work, and changes that it does not have.
pub(crate) struct Supposed<'u> {
    unit: &'u Unit<'u>,
    written: Written,
}

impl<'u> Supposed<'u> {
    /// The unit as it would stand after these changes.
    pub(crate) fn new(unit: &'u Unit<'u>, changes: &[Change], stamp: &Stamp) -> Result<Self, Failure> {
        let mut supposed = Self { unit, written: Written::default() };
        for change in changes.iter().filter(|change| project::table(change.subject.kind).is_some()) {
            let id = change.subject;
            let before = supposed.aggregate(id)?;
            let (revision, size) = before.as_ref().map_or((0, 0), |loaded| (loaded.revision, loaded.size));
            let state = aggregate::evolve(before.map(|loaded| loaded.state), id.id, &change.event, stamp);
            let state = state.ok_or_else(|| Failure::Internal(format!("{id} does not exist")))?;
            let columns = project::columns(&state);
            let loaded = Loaded { revision: revision + 1, state, size };
            supposed.written.insert(id, Dirty { loaded, columns });
        }
        Ok(supposed)
    }
}

impl View for Supposed<'_> {
    fn aggregate(&self, id: AggregateId) -> Result<Option<Loaded>, StoreError> {
        match self.written.get(id) {
            Some(loaded) => Ok(Some(loaded.clone())),
            None => self.unit.aggregate(id),
        }
    }

    fn ids(&self, kind: Kind, column: &'static str, value: &str) -> Result<Vec<Uuid>, StoreError> {
        let known = self.unit.ids(kind, column, value)?;
        self.written.over_ids((kind, column, value), known)
    }

    fn first_ids(
        &self,
        kind: Kind,
        column: &'static str,
        value: &str,
        order: Order,
        most: u32,
    ) -> Result<Vec<Uuid>, StoreError> {
        let known = |enough| self.unit.first_ids(kind, column, value, order, enough);
        self.written.over_first_ids((kind, column, value), (order, most), known)
    }
}
