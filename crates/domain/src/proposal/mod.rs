//! Proposals: what takes two persons.
//!
//! Whoever may grant roles that approve, or change the rules, could otherwise let themself approve. So such a change is only
//! proposed by one person, and is made when a second one confirms it: somebody else than who proposed it and than who gains
//! by it. There is one closed list of what can be proposed, [`Proposed`], and one life of all of them.
//!
//! Invariants: a confirmation names the digest of what was looked at; what is confirmed is decided anew, on the state of that
//! moment; a proposal is decided once; nothing confirms itself by time.

mod decide;
pub mod event;
mod state;

pub use decide::{confirm, decline, propose, withdraw};
pub use event::Proposed;
pub use state::{Lifecycle, Move, Proposal, StateName};
