//! Backups: a folder with the log, its state and the blobs that it refers to, and another one with the keys. Each has a
//! manifest that names every file with its digest, and that is written last: a folder without one is no backup.
//!
//! Invariants: what was not verified and replayed is neither called a backup nor put in place; of an interrupted backup or
//! restore nothing is left that looks whole; keys and data never lie in one folder.

mod make;
mod manifest;
mod pieces;
mod restore;
mod sealed;

pub(crate) use make::{Made, make};
pub(crate) use pieces::settle_names;
pub(crate) use restore::{Sources, restore};
