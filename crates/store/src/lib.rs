//! What Assent asks of a store: narrow traits whose comments state the guarantees, an in-memory store, and the contract
//! suite that every backend instantiates.
//!
//! A store keeps two things and knows the meaning of neither: the log (entries, tiles of its tree, payloads, checkpoints)
//! and the state tables, which are caches of the log. Everything that one [`Batch`] holds becomes durable together or not
//! at all. The traits are blocking: a store is driven by the one writer thread and by a pool of reading threads.
//!
//! Invariants:
//! - one writer holds the head at a time, in this process and in every other one on the same database;
//! - entry bytes never change, indices have no gap, times never fall, and the head names the last one;
//! - a row is replaced whole and its revision only grows.

mod batch;
mod check;
mod claims;
#[cfg(feature = "contract")]
pub mod contract;
mod error;
mod keys;
mod memory;
mod query;
mod tables;
mod traits;

pub use batch::{
    Batch, EntryKeys, Head, NewEntry, Payload, Receipt, ReceiptKey, Row, StoredReceipt, TileRow, Value,
};
pub use claims::{Claim, Claims, LocalClaims};
pub use error::StoreError;
pub use keys::{Replacement, SubjectKeys};
pub use memory::{MemoryKeys, MemoryStore};
pub use query::{EntryQuery, Found, Order, Predicate, Select};
pub use tables::{Column, ColumnType, TABLES, Table};
pub use traits::{
    Checkpoint, Place, Read, Store, VisitEntry, VisitKeys, VisitLine, VisitPlace, VisitReceipt, VisitRow,
    Write,
};

/// How many snapshots are read at a time, unless told otherwise: connections of a store, and places in front of them.
pub const READS: usize = 8;
