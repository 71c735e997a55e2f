//! The embedded store of Assent on `SQLite`: one file with the log and the state tables, one more with the keys of subjects.
//!
//! Invariants:
//! - a commit that was answered is on the disk: write-ahead log, `synchronous=FULL`, and after a sync that failed the store
//!   writes nothing any more until it is opened again;
//! - one connection writes, and takes the lock of the database before it reads the head: other processes on the same file
//!   are kept out as well;
//! - a snapshot is a read transaction; their number is bounded, and a write-ahead log that grows in spite of it is folded
//!   back while the writer pauses for readers to leave;
//! - the schema only moves forward, by numbered migrations; a file that is not ours or of a newer release is refused.

pub mod backup;
mod connect;
mod error;
mod filter;
mod flush;
mod keys;
mod lines;
mod pool;
mod present;
mod records;
mod schema;
mod search;
mod session;
mod statements;
mod store;

pub use keys::SqliteKeys;
pub use store::{Options, SqliteStore};
