//! The figures of this engine against those of the reference implementations, in the same run: a Python program answers
//! seeded cases, and each answer has to agree within a tolerance that the test states.
//!
//! `reference/answer.py` is the program; each `reference/TABLE.py` names the functions that one test file asks for.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::format_push_string,
    reason = "the helpers of tests may fail as tests do"
)]

mod aif360;
mod bootstrap;
mod border;
mod change;
mod class_scores;
mod drift;
mod generate;
mod harness;
mod metrics;
mod profile;
mod sql;
mod weights;
