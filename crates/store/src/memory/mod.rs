//! A store in memory: for tests, and for replaying the log into a scratch store.
//!
//! It keeps every promise but durability. A snapshot is a reference to an immutable state; a commit works on a cheap clone
//! and puts it in the place of the last one, so that a batch that fails leaves nothing. [`Read::find_entries`] and filtered
//! listings look at every entry and row: this store is not for many readers of a large log.

mod keys;
mod map;
mod state;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use uuid::Uuid;

pub use keys::MemoryKeys;
use state::State;

use crate::{
    Batch, Checkpoint, EntryQuery, Found, Head, Order, Place, Predicate, Read, Receipt, ReceiptKey, Row,
    Select, Store, StoreError, StoredReceipt, Value, VisitEntry, VisitKeys, VisitPlace, VisitReceipt,
    VisitRow, Write,
};

/// How long [`Store::begin`] waits for another writer.
const TIME_LIMIT: Duration = Duration::from_secs(5);

/// The store. A clone is another handle on the same data.
#[derive(Debug, Clone)]
pub struct MemoryStore {
    shared: Arc<Shared>,
    time_limit: Duration,
}

#[derive(Debug)]
struct Shared {
    committed: RwLock<Arc<State>>,
    /// Whether somebody holds the head.
    held: Mutex<bool>,
    released: Condvar,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        let committed = RwLock::new(Arc::new(State::empty()));
        let shared = Shared { committed, held: Mutex::new(false), released: Condvar::new() };
        Self { shared: Arc::new(shared), time_limit: TIME_LIMIT }
    }

    /// The same store, by a handle that waits so long for another writer.
    #[must_use]
    pub fn with_time_limit(&self, time_limit: Duration) -> Self {
        Self { shared: Arc::clone(&self.shared), time_limit }
    }

    fn committed(&self) -> Arc<State> {
        Arc::clone(&self.shared.committed.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes the head.
    fn hold(&self) -> Result<Held<'_>, StoreError> {
        let held = lock(&self.shared.held);
        let waited = self.shared.released.wait_timeout_while(held, self.time_limit, |held| *held);
        let (mut held, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if *held {
            return Err(StoreError::Unavailable(
                "another writer holds the head of the log, try again".to_owned(),
            ));
        }
        *held = true;
        Ok(Held { shared: &self.shared })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The head, held until this is dropped.
struct Held<'a> {
    shared: &'a Shared,
}

impl Held<'_> {
    /// Lets `change` work on a copy of the committed state and commits it if that went well.
    fn change(&self, change: impl FnOnce(&mut State) -> Result<(), StoreError>) -> Result<(), StoreError> {
        let committed = Arc::clone(&self.shared.committed.read().unwrap_or_else(PoisonError::into_inner));
        let mut next = (*committed).clone();
        change(&mut next)?;
        *self.shared.committed.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        Ok(())
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        *lock(&self.shared.held) = false;
        self.shared.released.notify_one();
    }
}

impl Store for MemoryStore {
    fn read(&self) -> Result<Box<dyn Read + '_>, StoreError> {
        Ok(Box::new(Session { state: self.committed(), held: None }))
    }

    fn begin(&self) -> Result<Box<dyn Write + '_>, StoreError> {
        let held = self.hold()?;
        Ok(Box::new(Session { state: self.committed(), held: Some(held) }))
    }

    fn put_checkpoint(&self, checkpoint: &Checkpoint) -> Result<(), StoreError> {
        self.hold()?.change(|state| {
            if state.checkpoints.get(&checkpoint.size).is_none() {
                state.checkpoints.insert(checkpoint.size, Arc::new(checkpoint.clone()));
            }
            Ok(())
        })
    }

    fn replace_rows(&self, rows: &mut dyn Iterator<Item = Row>) -> Result<(), StoreError> {
        self.hold()?.change(|state| state.replace_rows(rows))
    }
}

/// A snapshot, and with `held` a write session.
struct Session<'a> {
    state: Arc<State>,
    held: Option<Held<'a>>,
}

impl Write for Session<'_> {
    fn commit(self: Box<Self>, batch: Batch) -> Result<(), StoreError> {
        let Self { state, held } = *self;
        drop(state);
        match held {
            Some(held) => held.change(|state| state.apply(batch)),
            None => Err(StoreError::Unavailable("this session only reads".to_owned())),
        }
    }
}

impl Read for Session<'_> {
    fn head(&self) -> Result<Head, StoreError> {
        Ok(self.state.head.clone())
    }

    fn row(&self, table: &'static str, id: Uuid) -> Result<Option<Row>, StoreError> {
        Ok(self.state.rows(table)?.by_id.get(&id).map(|row| (**row).clone()))
    }

    fn ids(&self, table: &'static str, column: &'static str, value: &Value) -> Result<Vec<Uuid>, StoreError> {
        self.state.rows(table)?.ids(column, value)
    }

    fn first_ids(
        &self,
        table: &'static str,
        column: &'static str,
        value: &Value,
        order: Order,
        most: u32,
    ) -> Result<Vec<Uuid>, StoreError> {
        self.state.rows(table)?.first_ids(column, value, order, most)
    }

    fn select(&self, select: &Select) -> Result<Vec<Row>, StoreError> {
        self.state.rows(select.table)?.select(self.state.models()?, select)
    }

    fn count(&self, table: &'static str, filter: &Predicate) -> Result<u64, StoreError> {
        self.state.rows(table)?.count(self.state.models()?, filter)
    }

    fn scan_rows(&self, table: &'static str, visit: &mut VisitRow<'_>) -> Result<(), StoreError> {
        let mut rows = self.state.rows(table)?.by_id.walk(Order::Ascending, |_| true);
        rows.try_for_each(|(_, row)| visit((**row).clone()))
    }

    fn entries(&self, from: u64, limit: u32) -> Result<Vec<Vec<u8>>, StoreError> {
        let entries = self.state.entries.walk(Order::Ascending, |index| *index >= from);
        Ok(entries.take(limit as usize).map(|(_, entry)| entry.bytes.clone()).collect())
    }

    fn scan_entries(&self, from: u64, visit: &mut VisitEntry<'_>) -> Result<(), StoreError> {
        let mut entries = self.state.entries.walk(Order::Ascending, |index| *index >= from);
        entries.try_for_each(|(index, entry)| visit(*index, &entry.bytes))
    }

    fn scan_keys(&self, from: u64, visit: &mut VisitKeys<'_>) -> Result<(), StoreError> {
        let mut entries = self.state.entries.walk(Order::Ascending, |index| *index >= from);
        entries.try_for_each(|(index, entry)| visit(*index, &entry.keys))
    }

    fn scan_places(&self, visit: &mut VisitPlace<'_>) -> Result<(), StoreError> {
        let mut tiles = self.state.tiles.walk(Order::Ascending, |_| true);
        tiles.try_for_each(|((level, n), _)| visit(Place::Tile { level: *level, n: *n }))?;
        let mut payloads = self.state.payloads.walk(Order::Ascending, |_| true);
        payloads.try_for_each(|(digest, _)| visit(Place::Payload(*digest)))
    }

    fn find_entries(&self, query: &EntryQuery) -> Result<Found, StoreError> {
        Ok(self.state.find_entries(query))
    }

    fn tile(&self, level: u8, n: u64) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.state.tiles.get(&(level, n)).map(|bytes| bytes.to_vec()))
    }

    fn payload(&self, digest: [u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.state.payloads.get(&digest).map(|bytes| bytes.to_vec()))
    }

    fn scan_receipts(&self, visit: &mut VisitReceipt<'_>) -> Result<(), StoreError> {
        let receipts = self.state.receipts.walk(Order::Ascending, |_| true);
        receipts
            .map(|(key, stored)| Receipt { key: key.clone(), stored: (**stored).clone() })
            .try_for_each(visit)
    }

    fn receipt(&self, key: &ReceiptKey) -> Result<Option<StoredReceipt>, StoreError> {
        Ok(self.state.receipts.get(key).map(|stored| (**stored).clone()))
    }

    fn checkpoints(&self, after: Option<u64>, limit: u32) -> Result<Vec<Checkpoint>, StoreError> {
        let ascending =
            self.state.checkpoints.walk(Order::Ascending, |size| after.is_none_or(|after| *size > after));
        Ok(ascending.take(limit as usize).map(|(_, checkpoint)| (**checkpoint).clone()).collect())
    }

    fn latest_checkpoint(&self) -> Result<Option<Checkpoint>, StoreError> {
        let mut newest_first = self.state.checkpoints.walk(Order::Descending, |_| true);
        Ok(newest_first.next().map(|(_, checkpoint)| (**checkpoint).clone()))
    }
}
