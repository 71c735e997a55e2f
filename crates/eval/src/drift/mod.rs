//! Drift: how far the distribution of a column has moved from that of a reference; `docs/reference/drift.md` states every
//! figure with its source.
//!
//! The figures are pure functions: of two ascending slices for columns of numbers, of counts by category for the others.
//! [`report()`] takes many columns, adjusts their p-values for being many, and says which have drifted. Every figure is a
//! [`Figure`]: a number, or nothing with a [`Reason`].

mod adjust;
mod bins;
mod categories;
mod column;
mod distribution;
mod divergence;
mod error;
mod files;
mod ks;
mod report;
mod survey;
mod wasserstein;

pub use crate::figure::{Figure, Reason};
pub use adjust::benjamini_hochberg;
pub use bins::Bins;
pub use categories::{Categories, ChiSquared, chi_squared};
pub use column::{Column, ColumnPair, Numbers};
pub use distribution::{Bucket, Values};
pub use divergence::{SMALLEST_SHARE, Shift, jensen_shannon_distance, population_stability_index, shift};
pub use error::DriftError;
pub use files::{CompareError, Comparison, compare_files};
pub use ks::{EXACT_ROWS, KolmogorovSmirnov, Method, kolmogorov_smirnov};
pub use report::{
    Changed, ColumnDrift, DriftOptions, DriftReport, Figures, MAX_COLUMNS, MAX_LISTED_CATEGORIES, Side,
    report,
};
pub use survey::{ColumnChoice, LeftOut};
pub use wasserstein::wasserstein_distance;

/// Why nothing can be said of two samples of these sizes.
fn emptiness(reference: u64, current: u64) -> Option<Reason> {
    match (reference, current) {
        (0, _) => Some(Reason::NoReferenceValues),
        (_, 0) => Some(Reason::NoCurrentValues),
        _ => None,
    }
}
