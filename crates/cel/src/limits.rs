//! The bounds of the language: how large an expression may be, and how much work one evaluation may do.
//!
//! The compile-time bounds are constants, because a policy that is accepted by one installation must be accepted
//! by all of them. The run-time bounds are a [`Budget`] that the caller passes in.

use serde::{Deserialize, Serialize};

/// The longest accepted source text, in bytes.
pub const MAX_SOURCE_BYTES: usize = 64 * 1024;

/// How deep brackets, calls and other nested parts of one source text may go.
pub const MAX_NESTING: usize = 64;

/// How deep the compiled tree may go once helpers are expanded.
pub const MAX_EXPANDED_NESTING: usize = 96;

/// How many parts (literals, names, operators, calls) an expression may have once helpers are expanded.
pub const MAX_PARTS: usize = 16_384;

/// How many diagnostics one compilation reports before it stops looking.
pub const MAX_DIAGNOSTICS: usize = 16;

/// How many different fact reads one explanation lists; later ones are counted only.
pub const MAX_READS: usize = 256;

/// How many parameters a helper may have.
pub const MAX_PARAMETERS: usize = 16;

/// What one evaluation may spend. Running out ends in [`crate::EvalError::Budget`], which no operator absorbs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Budget {
    /// Units of work: every evaluated part, every element of a macro, and work in proportion to the size of
    /// strings, lists and maps that are joined, searched or compared. A unit is some tens of nanoseconds.
    pub steps: u64,
    /// Bytes that the evaluation may allocate in all, freed or not.
    pub bytes: u64,
    /// How deep lists and maps may be nested where two of them are compared.
    pub depth: u32,
}

impl Default for Budget {
    /// 200,000 steps, 4 MiB, 64 levels: hundreds of times what a reasonable rule needs, and a few milliseconds.
    fn default() -> Self {
        Self { steps: 200_000, bytes: 4 * 1024 * 1024, depth: 64 }
    }
}

/// The part of a [`Budget`] that ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Limit {
    /// [`Budget::steps`].
    Steps,
    /// [`Budget::bytes`].
    Bytes,
    /// [`Budget::depth`].
    Depth,
}

impl Limit {
    /// The plain word for messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Steps => "steps",
            Self::Bytes => "bytes",
            Self::Depth => "depth",
        }
    }
}
