//! Verification, replay and export of a log on disk.

mod findings;
mod folder;
mod rebuild;

pub(crate) use findings::{Findings, unreadable, verify};
pub(crate) use folder::verify_folder;
pub(crate) use rebuild::{rebuild, replay};
