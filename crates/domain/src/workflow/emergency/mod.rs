//! Emergencies: a version that cannot wait for its reviews goes through by the word of two persons.
//!
//! The pack binds two roles to the duty `emergencyPair`. Whoever holds one of them breaks the glass of a promotion under
//! review and says why; whoever holds the other signs too. Their two signatures are a sign-off like any other, and stand for
//! the approvals that are missing, for a short time and for the evidence that they were given on. What was let through like
//! this is reviewed afterwards, within the time of the pack, by those who would have reviewed it before.
//!
//! Invariants: two persons sign, and neither asked for the promotion, made the version, owns the model or decides a review of
//! it, before or after; an emergency stands for approvals and for nothing else; one no ends it for its promotion; nobody signs
//! for somebody else.

mod cover;
mod decide;
pub mod event;
mod state;

pub(super) use cover::signed_by;
pub use cover::{EmergencyStanding, flag, standing};
pub use decide::{NewEmergency, declare, sign};
pub(super) use decide::{follow_up, use_of};
pub use state::{Emergency, EmergencyMove, EmergencyState, Followed, Used};
