//! The ledger and what stands around it, on an installation in memory; one file a concern.
#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::too_many_lines,
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "a test that fails panics, shares what it does not use, and lists its moves in one match"
)]

mod common;
#[path = "../../../store-postgres/tests/server/mod.rs"]
mod server;

mod at_rest;
mod change_step;
mod changes;
mod clock;
mod concurrency;
mod drawn;
mod durability;
mod erase;
mod exceptions;
mod links;
mod notices;
mod oversight;
mod reach;
mod recent;
mod replay;
mod senders;
mod story;
mod tally;
mod two_persons;
