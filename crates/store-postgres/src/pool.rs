//! A bounded pool of connections, made when they are needed, and made anew when one was cut.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use assent_store::StoreError;

use crate::address::Address;
use crate::connection::Connection;

/// The connections.
///
/// INVARIANT: `idle.len() + leases <= size`; `leased` counts the leases.
pub(crate) struct Pool {
    address: Address,
    time_limit: Duration,
    read_only: bool,
    size: usize,
    state: Mutex<State>,
    returned: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Connection>,
    leased: usize,
}

impl Pool {
    pub(crate) fn new(address: &Address, time_limit: Duration, read_only: bool, size: usize) -> Self {
        let address = address.clone();
        Self { address, time_limit, read_only, size, state: Mutex::default(), returned: Condvar::new() }
    }

    /// A connection outside any transaction, once one is free. `waiting_for` names what did not become free in time.
    pub(crate) fn take(&self, waiting_for: &str) -> Result<Lease<'_>, StoreError> {
        let full = |state: &mut State| state.leased >= self.size;
        let waited = self.returned.wait_timeout_while(self.lock(), self.time_limit, full);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if full(&mut state) {
            return Err(StoreError::Unavailable(format!(
                "{waiting_for} did not become free in time, try again"
            )));
        }
        state.leased += 1;
        let idle = state.idle.pop();
        drop(state);
        let mut lease = Lease { pool: self, connection: idle.filter(|connection| !connection.is_closed()) };
        if lease.connection.is_none() {
            lease.connection = Some(Connection::new(&self.address, self.time_limit, self.read_only)?);
        }
        Ok(lease)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pool {
    /// Closing a connection blocks, which threads of an asynchronous runtime may not: it is done on one of its own.
    fn drop(&mut self) {
        let idle = std::mem::take(&mut self.lock().idle);
        // A thread that cannot be started leaves the closing to the end of the process.
        if let Ok(closing) = std::thread::Builder::new().spawn(move || drop(idle)) {
            drop(closing.join());
        }
    }
}

/// A connection for as long as this lives. An open transaction is rolled back in the end.
pub(crate) struct Lease<'a> {
    pool: &'a Pool,
    /// There from [`Pool::take`] to the drop.
    connection: Option<Connection>,
}

impl Lease<'_> {
    /// The connection.
    pub(crate) fn get(&mut self) -> Result<&mut Connection, StoreError> {
        self.connection.as_mut().ok_or_else(|| StoreError::Unavailable("the connection is gone".to_owned()))
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let kept = self.connection.take().and_then(|mut connection| {
            connection.roll_back().ok()?;
            (!connection.is_closed()).then_some(connection)
        });
        let mut state = self.pool.lock();
        state.leased -= 1;
        state.idle.extend(kept);
        drop(state);
        self.pool.returned.notify_one();
    }
}
