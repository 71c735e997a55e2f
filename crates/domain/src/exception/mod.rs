//! Exceptions: the consent of several people that a policy does not count for a while.
//!
//! An exception waives one policy for one model, or for one version of it. It is asked for with reasons, submitted, and
//! signed in the roles that the pack binds to it for the tier of the model; from its approval on it is active for the time
//! that was asked for. It can be revoked, and it is over when what it excused is remedied.
//!
//! Invariants: whether an exception holds is a function of its state and the time ([`Exception::state_at`]), and everything
//! that asks, asks that; nobody approves what they asked for, nor for their own model or version; no exception is longer than
//! its policy allows; there is one open request for a policy and subject at a time. An exception turns findings that FAILED
//! into EXCEPTED; a rule that cannot be evaluated stays an ERROR. Evidence knows nothing of exceptions.

mod decide;
pub mod event;
mod moves;
mod rules;
mod state;
mod waiver;

pub use decide::{NewException, Situation, remediate, request, revoke, sign, submit, withdraw};
pub use event::{Terms, Watch};
pub use moves::Move;
pub use state::{Approval, Exception, Lifecycle, StateName, Submission, Uses};
pub use waiver::{Waiver, Waivers};
