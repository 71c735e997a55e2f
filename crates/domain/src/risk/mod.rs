//! Risk: what is known of it, and who may change what it demands.
//!
//! Three instruments. [`score`] rates the risks of a model on a matrix of 5 × 5; an [`Assessment`] is the request that holds
//! the answers, is signed by somebody else than its assessor, and is superseded by the next one. [`deployment`] scores a
//! version on its way to a stage, from facts alone. A [`TierChange`] is the request to put a model into another tier.
//!
//! Invariants: all bounds are compared in whole numbers, never in floating point; a result is written into the event of the
//! submission with every figure, and never computed again; the assessor never approves; an acceptance holds for as long as
//! it says, by the clock; nobody's words make a deployment look smaller than its facts.

pub mod assessment;
pub mod deployment;
mod exact;
pub mod score;
pub mod tier_change;

pub use assessment::Assessment;
pub use exact::Exact;
pub use tier_change::TierChange;
