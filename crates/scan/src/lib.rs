//! What can be known of a model's file without loading it, and what other tools say they found.
//!
//! [`artifact`] walks files: pickles opcode by opcode, archives member by member, tensors and graphs by their structure. It
//! runs nothing, unpacks nothing to a disk and believes no file name. [`evidence`] reads the reports of other tools and
//! keeps what they say as reported, with the name and version of the tool.
//!
//! Invariants:
//! - No input panics; depth, memory, steps and unpacked bytes have the bounds in [`artifact::Limits`] and
//!   [`evidence::limits`].
//! - What could not be looked into is a finding. Nothing is clean because it could not be read.
//! - The same bytes give the same answer.

pub mod artifact;
pub mod evidence;
mod severity;
mod text;

pub use severity::Severity;
