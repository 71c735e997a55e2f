//! A bounded stack of connections. The one that was used last is used next: its cache is warm.

use std::ops::Deref;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use assent_store::StoreError;
use rusqlite::Connection;

use crate::error::reading;

/// The connections.
///
/// INVARIANT: a place is in `free` or leased, never both; so locking a leased place does not wait.
pub(crate) struct Pool {
    places: Vec<Mutex<Connection>>,
    free: Mutex<Vec<usize>>,
    returned: Condvar,
}

impl Pool {
    pub(crate) fn new(connections: Vec<Connection>) -> Self {
        let free = (0..connections.len()).collect();
        let places = connections.into_iter().map(Mutex::new).collect();
        Self { places, free: Mutex::new(free), returned: Condvar::new() }
    }

    /// A connection outside any transaction, once one is free. `waiting_for` names what did not become free in time.
    pub(crate) fn take(&self, time_limit: Duration, waiting_for: &str) -> Result<Lease<'_>, StoreError> {
        let free = lock(&self.free);
        let waited = self.returned.wait_timeout_while(free, time_limit, |free| free.is_empty());
        let (mut free, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let place = free.pop().and_then(|number| Some((number, self.places.get(number)?)));
        drop(free);
        let Some((number, place)) = place else {
            return Err(StoreError::Unavailable(format!(
                "{waiting_for} did not become free in time, try again"
            )));
        };
        let lease = Lease { pool: self, number, connection: lock(place) };
        lease.roll_back()?;
        Ok(lease)
    }

    /// The connections, for closing them.
    pub(crate) fn into_connections(self) -> Vec<Connection> {
        self.places
            .into_iter()
            .map(|place| place.into_inner().unwrap_or_else(PoisonError::into_inner))
            .collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A connection for as long as this lives. An open transaction is rolled back in the end.
pub(crate) struct Lease<'a> {
    pool: &'a Pool,
    number: usize,
    connection: MutexGuard<'a, Connection>,
}

impl Lease<'_> {
    fn roll_back(&self) -> Result<(), StoreError> {
        if self.connection.is_autocommit() {
            return Ok(());
        }
        self.connection
            .prepare_cached("ROLLBACK")
            .and_then(|mut statement| statement.execute(()))
            .map_err(reading)?;
        Ok(())
    }
}

impl Deref for Lease<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        // Where this fails, the next one who takes the connection tries again, and is told.
        let _ = self.roll_back();
        lock(&self.pool.free).push(self.number);
        self.pool.returned.notify_one();
    }
}
