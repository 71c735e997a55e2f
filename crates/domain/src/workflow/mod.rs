//! Promotions: requests to move a version to a stage, through the steps of a workflow.
//!
//! A promotion pins the workflow that it began with. Submitting opens a round: automated steps are judged at once, and
//! people decide the reviews. A decision binds to the evidence of its moment; when the evidence changes, the decision is
//! stale and the step is open again. Nothing that time alone changes is stored: whether a decision has expired, is stale, or
//! a step is overdue is computed where it is asked.
//!
//! Invariants: who asked, who made the version and who owns the model never decide; a person decides one step of a
//! promotion; a rejected, withdrawn, expired or completed promotion never opens again.

mod assign;
mod blackout;
mod case;
mod decide;
pub mod emergency;
pub mod event;
pub mod figures;
mod horizon;
mod moves;
mod notices;
mod review;
mod standing;
mod state;
pub mod status;

pub use assign::assign;
pub(crate) use blackout::blackout;
pub use case::{Case, Judgement, judge};
pub(crate) use decide::repin;
pub use decide::{approve, complete, expire, meet_condition, request, submit, withdraw};
pub use event::{ConditionMet, ConditionTime, Decision, NewCondition, Review};
pub use moves::Move;
pub use notices::{Notice, notify};
pub use review::{NewReview, could_review, review};
pub use standing::OWNER;
pub use standing::{Approval, Lapse, StepStanding, StepState, Todo};
pub use state::{Lifecycle, Promotion, ReviewRecord, Round, StateName};
