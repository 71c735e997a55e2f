//! Periodic reviews: models in service are looked at again, as often as their tier asks for.
//!
//! A review is opened for a model. For each section that the pack names somebody writes down what they found, and what has to
//! be done by whom until when. Then it is submitted, and signed in the roles of the duty `periodicReviewer`; the last signature
//! completes it.
//!
//! Invariants: one review of a model is open at a time; it is submitted when every section has a finding, and stands as it is
//! from then on; when the next one is due, and whether it is overdue, are functions of state and time ([`due()`]).

mod decide;
mod due;
pub mod event;
mod state;

pub use decide::{NewFinding, act, find, open, sign, submit, withdraw};
pub use due::{Due, due};
pub use event::{Action, Outcome};
pub use state::{Done, FindingRecord, Lifecycle, Move, PeriodicReview, StateName};
