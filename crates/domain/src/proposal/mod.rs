//! Proposals: what takes two persons.
//!
//! Whoever may grant roles that approve, or change the rules, could otherwise let themself approve. So such a change is
//! only proposed by one person, and is made when a second one confirms it: somebody else than who proposed it and than
//! who gains by it, and for a pack somebody in a role that the pack in force names for that. There is one closed list
//! of what can be proposed, [`Proposed`], and one life of all of them.
//!
//! Invariants: a confirmation names the digest of what was looked at; what is confirmed is decided anew, on the state
//! of that moment; a proposal is decided once; nothing confirms itself by time.

mod approver;
mod decide;
pub mod event;
mod state;

pub use approver::{Approver, approver, is_waited_for};
pub use decide::{confirm, decline, propose, withdraw};
pub use event::Proposed;
pub use state::{Lifecycle, Move, Proposal, StateName};
