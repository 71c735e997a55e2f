//! Tests of the real binary.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the helpers of tests may fail as tests do"
)]

mod at_rest;
#[path = "../../../tls/tests/authority/mod.rs"]
mod authority;
mod backup;
mod card;
mod change;
mod ci;
mod comments;
#[path = "../../../store-postgres/tests/server/mod.rs"]
mod database;
mod demo;
mod drift;
mod erase;
mod evaluate;
mod evidence;
mod examples;
mod exception;
mod fixtures;
mod help;
mod init;
mod interrupted;
mod layout;
mod lineage;
mod newer;
mod oidc;
mod onboard;
mod oversight;
mod policies;
#[path = "../../../server/tests/provider/mod.rs"]
mod provider;
mod remote;
mod reports;
mod risk;
mod scan;
mod shared;
mod support;
mod systems;
mod tamper;
mod texts;
mod thresholds;
mod through;
mod tls;
