//! Columns of categories, and the chi-squared test of homogeneity.

use std::collections::{BTreeMap, BTreeSet};

use super::divergence::total;
use super::{Figure, emptiness};
use crate::numeric::{chi_squared_survival, real};

/// Cochran's rule (1954): with an expected count below this one the p-value is rough.
const SMALL_EXPECTED: f64 = 5.0;

/// The values of a column of categories, counted; rows without one are counted apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Categories {
    /// How many rows have each value.
    pub counts: BTreeMap<String, u64>,
    /// Rows without a value.
    pub missing: u64,
}

impl Categories {
    /// Rows with a value.
    pub fn rows(&self) -> u64 {
        self.counts.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The counts of every category that either has, by its name.
    pub(super) fn beside<'a>(&'a self, other: &'a Self) -> (Vec<&'a str>, Vec<u64>, Vec<u64>) {
        let names: BTreeSet<&str> =
            self.counts.keys().chain(other.counts.keys()).map(String::as_str).collect();
        let of =
            |held: &Self| names.iter().map(|name| held.counts.get(*name).copied().unwrap_or(0)).collect();
        (names.iter().copied().collect(), of(self), of(other))
    }
}

/// What the test found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChiSquared {
    /// Pearson's statistic, without a correction for continuity.
    pub statistic: Figure,
    /// The chance of such a statistic or a larger one if both samples are of one distribution, by the chi-squared
    /// distribution.
    pub p_value: Figure,
    /// One less than the categories.
    pub degrees_of_freedom: u64,
    /// The smallest count that was to be expected in a cell; absent where a sample is empty.
    pub smallest_expected: Option<f64>,
    /// Whether a count was expected to be so small that the p-value is rough.
    pub small_expected: bool,
}

/// Pearson's test on the counts of the same categories in two samples; SciPy `chi2_contingency(…, correction=False)`.
/// Categories that neither has are left out.
pub fn chi_squared(reference: &[u64], current: &[u64]) -> ChiSquared {
    let (n, m) = (total(reference), total(current));
    let rows = n.saturating_add(m);
    let held = || reference.iter().zip(current).filter(|(r, c)| **r > 0 || **c > 0);
    let degrees_of_freedom = (held().count() as u64).saturating_sub(1);
    if let Some(reason) = emptiness(n, m) {
        let figure = Figure::undefined(reason, rows);
        return ChiSquared {
            statistic: figure,
            p_value: figure,
            degrees_of_freedom,
            smallest_expected: None,
            small_expected: false,
        };
    }
    let (mut statistic, mut smallest) = (0.0, f64::INFINITY);
    for (r, c) in held() {
        let share = (real(*r) + real(*c)) / real(rows);
        for (observed, size) in [(r, n), (c, m)] {
            let expected = share * real(size);
            smallest = smallest.min(expected);
            statistic += (real(*observed) - expected).powi(2) / expected;
        }
    }
    if degrees_of_freedom == 0 {
        statistic = 0.0;
    }
    ChiSquared {
        statistic: Figure::defined(statistic, rows),
        p_value: Figure::defined(chi_squared_survival(degrees_of_freedom, statistic), rows),
        degrees_of_freedom,
        smallest_expected: Some(smallest),
        small_expected: smallest < SMALL_EXPECTED,
    }
}
