//! Claims among servers on one database: advisory locks, each on a connection of its own, which PostgreSQL takes back when
//! the connection ends.

use std::time::Duration;

use assent_store::{Claim, Claims, StoreError};
use uuid::Uuid;

use crate::address::Address;
use crate::connection::Connection;
use crate::store::{Options, address_of};

/// Sets these locks apart from others in the same database.
const MARK: u64 = 0x4153_4e54_434c_414d;
/// A holder whose machine is gone without a word is noticed within a minute.
const NOTICE: &str =
    "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3";

/// The claims.
pub struct PostgresClaims {
    address: Address,
    time_limit: Duration,
}

impl PostgresClaims {
    /// Claims in the database at that address. Connects when something is claimed.
    pub fn new(address: &str, options: Options) -> Result<Self, StoreError> {
        let (address, time_limit) = address_of(address, options)?;
        Ok(Self { address, time_limit })
    }
}

impl std::fmt::Debug for PostgresClaims {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PostgresClaims")
    }
}

impl Claims for PostgresClaims {
    fn claim(&self, id: Uuid) -> Result<Option<Claim>, StoreError> {
        let mut connection = Connection::new(&self.address, self.time_limit, true)?;
        connection.script(NOTICE)?;
        let (high, low) = id.as_u64_pair();
        let key = (high ^ low ^ MARK).cast_signed();
        let taken = connection.first("SELECT pg_try_advisory_lock($1)", &[&key])?;
        let held = Held(Some(connection));
        Ok(taken.is_some_and(|row| row.get(0)).then(|| Claim::new(held)))
    }
}

/// The connection that holds a lock.
struct Held(Option<Connection>);

impl Drop for Held {
    /// Closing a connection blocks, which threads of an asynchronous runtime may not: it is done on one of its own.
    fn drop(&mut self) {
        let connection = self.0.take();
        // A thread that cannot be started leaves the closing to the end of the process.
        if let Ok(closing) = std::thread::Builder::new().spawn(move || drop(connection)) {
            drop(closing.join());
        }
    }
}
