//! Tests of the real binary.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the helpers of tests may fail as tests do"
)]

mod demo;
mod evaluate;
mod help;
mod remote;
mod support;
mod tamper;
