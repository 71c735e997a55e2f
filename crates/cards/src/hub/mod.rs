//! The README of a model hub: metadata as YAML between two lines of dashes, and Markdown below them.
//!
//! The metadata holds what hubs search by: licence, library, data sets, measures, and the figures as a `model-index`. The body is
//! the card in Markdown. Reading a README of ours gives the card as Markdown carries it; reading one of somebody else takes
//! what the metadata says and what stands under headings that are known, and tells what was left out.

mod read;
mod write;
mod yaml;

pub use read::{Readme, read};
pub use write::write;

/// The type of a task that no card names, as hubs write it.
const TASK: &str = "other";
