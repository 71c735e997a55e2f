//! Accountability: for every model, who holds each role that its tier demands.
//!
//! The duty `accountability` of the pack names the roles by tier. A person is put into a role for a model, with a reason and
//! perhaps an end; whoever takes over ends the time of the one before, and the history stays. The place `owner` is that of the
//! model's owner: who is put there owns the model from then on.
//!
//! Invariants: only a person who holds the role for that model is put into it; a service account is nobody who answers; whether
//! somebody who was put there still answers is a function of state and time ([`coverage()`]), and never stored.

mod coverage;
mod decide;
pub mod event;
mod state;

pub use coverage::{Coverage, Gap, GapReason, changes_next, coverage, named};
pub use decide::{NewPost, assign, end};
pub use state::{Accountability, MAX_PAST, PastPost, Post};
