//! The bounds that keep the reading of a report in proportion.

/// Bytes of a report.
pub const MAX_BYTES: usize = 64 << 20;
/// Findings of a report.
pub const MAX_FINDINGS: usize = 100_000;
/// Figures of a report.
pub const MAX_METRICS: usize = 10_000;
/// Objects inside of objects in a report of figures.
pub const MAX_METRIC_DEPTH: usize = 16;
/// Warnings that are kept.
pub const MAX_WARNINGS: usize = 100;
/// Characters of one text that are kept.
pub const MAX_TEXT: usize = 1_000;
