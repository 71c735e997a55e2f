//! Fuzz targets as plain functions: run on stable in the tests, or under cargo-fuzz.
//!
//! Each takes any bytes. It must not panic, hang or grow without bound, and it asserts what holds of every input: what is
//! accepted is written back as it was read, tracing changes no answer, budgets are kept. `tests/smoke.rs` runs each on its
//! seeds (`seeds/<target>/`) and on thousands of mutations of them, from a fixed seed. Under cargo-fuzz a target is
//! `fuzz_target!(|data: &[u8]| assent_fuzz::log::note(data));` with `seeds/log-note` as its corpus.

#![expect(clippy::missing_panics_doc, reason = "an assertion that fails is what fuzzing is for")]

pub mod cards;
pub mod cel;
pub mod eval;
pub mod log;
pub mod scan;
pub mod vault;

/// A fuzz target.
pub type Target = fn(&[u8]);

/// Every target, with the name of its folder of seeds.
pub const TARGETS: [(&str, Target); 18] = [
    ("cards-json", cards::json),
    ("cards-markdown", cards::markdown),
    ("cards-readme", cards::readme),
    ("cel-compile", cel::compile),
    ("cel-evaluate", cel::evaluate),
    ("eval-csv", eval::csv),
    ("eval-files", eval::files),
    ("eval-state", eval::state),
    ("log-bundle", log::bundle),
    ("log-canonical", log::canonical),
    ("log-checkpoint", log::checkpoint),
    ("log-entry", log::entry),
    ("log-note", log::note),
    ("log-tile-path", log::tile_path),
    ("scan-artifact", scan::artifact),
    ("scan-evidence", scan::evidence),
    ("vault-envelope", vault::envelope),
    ("vault-secret", vault::secret),
];
