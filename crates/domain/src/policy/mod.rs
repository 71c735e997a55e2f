//! Policies judged on facts: findings, and the compliance that follows from them.
//!
//! A missing fact fails its rule (deny by default) unless the rule guards it; any other error is a defect of the policy and
//! counts as failed. A finding carries the facts that the condition read, with their values.

mod check;
mod compliance;
mod finding;

pub use check::{applies, check, concerns};
pub use compliance::{Compliance, ComplianceStatus, compliance};
pub use finding::{Finding, FindingStatus, ReadFact};
