//! Who decides, and when nobody has to: emergencies, delegations, and steps that pass by conditions.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::match_same_arms,
    clippy::type_complexity,
    clippy::wildcard_enum_match_arm,
    clippy::too_many_lines,
    missing_docs,
    reason = "a test that fails panics, and a table is long"
)]

mod automatic;
mod change_step;
mod delegations;
mod emergencies;
mod independence;
mod moves;
mod on_behalf;
mod quorum;
mod returns;
mod status;
mod world;
