//! The interface from outside: requests in, answers out, over an installation in memory.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::too_many_lines,
    clippy::type_complexity,
    clippy::format_push_string,
    reason = "a test that fails panics, and a story is long"
)]

mod access;
mod access_table;
#[path = "../../../tls/tests/authority/mod.rs"]
mod authority;
mod cards;
mod changes;
mod comments;
mod delegations;
mod emergencies;
mod erasure;
mod errors;
mod evaluations;
mod evidence;
mod exceptions;
mod files;
mod inbox;
mod inputs;
mod limits;
mod lineage;
mod llmops;
mod log;
mod midway;
mod ml_governance;
mod oidc;
mod onboarding;
mod openapi;
mod oversight;
mod packs;
mod people;
#[path = "../provider/mod.rs"]
mod provider;
mod reports;
mod risk;
mod served;
mod story;
mod systems;
mod talk;
mod tls;
mod walk;
mod world;
