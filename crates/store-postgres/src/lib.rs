//! The shared store of Assent on PostgreSQL 15 or later: many servers on one database, with one order of the log.
//!
//! Invariants:
//! - whoever writes has locked the row `head` first, at READ COMMITTED: what is read afterwards is committed, and nobody else
//!   commits governance state meanwhile, in this process or in another one;
//! - a commit that was answered is durable: `synchronous_commit` is on for every connection, and a server that runs without
//!   `fsync` is refused;
//! - a commit whose answer was lost is [`OutcomeUnknown`](assent_store::StoreError::OutcomeUnknown), and never reported as
//!   failed: its caller finds out by the idempotency key;
//! - a snapshot is a transaction at REPEATABLE READ; one that stays idle, and one that holds the head and stays idle, is ended
//!   by the server, so that a server that hangs holds nobody up;
//! - the schema only moves forward, by numbered migrations; a database that is not ours or of a newer release is refused.

mod address;
mod claims;
mod connection;
mod error;
mod filter;
mod flush;
mod keys;
mod pool;
mod records;
mod schema;
mod search;
mod session;
mod store;

pub use claims::PostgresClaims;
pub use keys::PostgresKeys;
pub use store::{Options, PostgresStore};
