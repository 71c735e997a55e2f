//! Delegations: for a time, somebody decides in the place of somebody else.
//!
//! The delegator lends roles that they hold to the delegate, within bounds and dates, and says why. Whoever decides by a
//! delegation says on whose behalf; the decision counts in the role of the delegator and names both.
//!
//! Invariants: a delegation lends a role and never the permission to review, so the delegate is somebody whom two persons made
//! a reviewer; it reaches no further than the grants of the delegator do at that moment; what was lent is not lent on; both
//! persons count as having decided. A decision that was given in the time of a delegation stands when the delegation ends, as
//! long as the delegator could still give it and the account of the delegate is active.

mod decide;
pub mod event;
mod state;

pub use decide::{NewDelegation, give, not_a_delegate, revoke};
pub use event::OnBehalf;
pub use state::{Acting, Delegation, DelegationState, Move};
