//! Another tier for a model: a request that the people of the higher of the two tiers sign.
//!
//! When the last one signs, the model changes in the same commit, and every open promotion of it goes on through the workflow
//! of the new tier. What was approved before binds to evidence that names the old tier, so it is asked for again.

mod decide;
pub mod event;
mod state;

pub use decide::{New, request, sign, withdraw};
pub use state::{Lifecycle, Move, StateName, TierChange};
