//! Assessments: one person rates the risks of a model, another one signs the result.
//!
//! The templates that apply are pinned when the assessment begins; the score is computed once, from the risk model of the
//! pack in force, when it is submitted. What was approved stays what it was until a newer assessment of the same model (or
//! the same version) is approved. A risk can be accepted for a time by who could have approved the assessment.

mod decide;
pub mod event;
mod state;

pub use decide::{Answered, accept, answer, sign, start, submit, withdraw};
pub use event::{Answer, Custom};
pub use state::{Acceptance, Approval, Assessment, Lifecycle, Move, RiskRecord, StateName};
