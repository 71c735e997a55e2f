//! The imperative shell: the only place that decides and does.
//!
//! [`Ledger`] is the one way to change governance state: `execute(command)` queues to a single writer, which takes what is
//! waiting, runs each command against an in-memory unit of work, and commits entries, tiles, rows and receipts once.
//! Everything else reads: [`judge`](cases) builds facts and asks the gate, [`replay`] rebuilds the state from the log,
//! [`verify`] checks it, [`export`] hands it out.
//!
//! Invariants: no state changes without an entry; an answer is given only after the commit; if the log cannot record,
//! nothing is done; names and words of people are sealed before they reach a command.

mod answers;
pub mod approvers;
pub mod blobs;
mod budget;
pub mod cards;
pub mod cases;
pub mod changes;
pub mod checkpoints;
pub mod command;
pub mod delegations;
pub mod denials;
pub mod doors;
pub mod erase;
pub mod evaluate;
pub mod evidence;
pub mod exceptions;
pub mod export;
pub mod governance;
mod handle;
pub mod ledger;
pub mod log_in;
mod lookup;
pub mod migrate;
pub mod naming;
pub mod notices;
pub mod oversight;
pub mod passwords;
pub mod project;
pub mod providers;
pub mod reach;
pub mod recent;
pub mod references;
pub mod replay;
pub mod reports;
pub mod scan;
pub mod seal;
pub mod sessions;
pub mod signing;
pub mod start;
mod unit;
pub mod vault;
pub mod verify;
pub mod view;
pub mod wiring;

pub use command::{Command, Origin, Request};
pub use ledger::{Failure, Ledger, Receipt};
pub use view::View;
pub use wiring::{Clock, Entropy, Wiring};
