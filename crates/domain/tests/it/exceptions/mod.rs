//! Exceptions: what can be asked for, who decides, and what they excuse for how long.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test that fails panics"
)]

mod lifecycle;
mod requests;
mod waivers;
mod world;
