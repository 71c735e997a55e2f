//! Change requests: a change of a model in service, asked for, rated, signed, scheduled, carried out, and taken back.
//!
//! A request says what is to change, whom it reaches and how it is undone. Its risk is rated by the rules of the pack when it
//! is submitted; the risk names the roles that sign, and both are pinned. What is approved is scheduled or started, and ends
//! COMPLETED or FAILED. Such a change is taken back by another one, with the versions swapped, whose completion makes the
//! first `ROLLED_BACK`; where the version that it leads to never stood there, that is rated like any update. An emergency may start once the emergency pair has signed; the other reviewers sign afterwards.
//!
//! Invariants: every move is legal just where [`ChangeRequest::legal`] lists it; what starts has its signatures on the day it
//! starts; a wider reach never lowers a risk; a change is taken back at most once, and a rollback never.

mod carry_out;
mod decide;
pub mod event;
mod facts;
pub mod metrics;
mod moves;
mod review;
mod risk;
mod roll_back;
mod state;

pub(crate) use carry_out::blackout_at;
pub use carry_out::{complete, schedule, start};
pub use decide::{request, submit, withdraw};
pub use event::{AffectedSystem, ChangeType, Content, Impact, Plan, Reach, Window};
pub use facts::{ChangeFacts, facts, facts_of_version};
pub use moves::Move;
pub use review::{Hearing, sign};
pub use risk::{Rating, rate};
pub use roll_back::{NewRollback, roll_back};
pub use state::{ChangeRequest, Completed, Scheduled, Started, StateName, Submitted};
