//! The report over many columns.

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::adjust::benjamini_hochberg;
use super::bins::Bins;
use super::categories::{Categories, chi_squared};
use super::column::{Column, ColumnPair, Numbers};
use super::distribution::{self, Bucket};
use super::divergence::{jensen_shannon_distance, population_stability_index};
use super::error::DriftError;
use super::ks::{Method, kolmogorov_smirnov};
use super::wasserstein::wasserstein_distance;
use super::{Figure, Reason};
use crate::numeric::real;
use crate::report::Engine;

/// Columns of one report.
pub const MAX_COLUMNS: usize = 2_000;
/// New and vanished categories of a column that a report lists.
pub const MAX_LISTED_CATEGORIES: usize = 20;
/// How many bins there may be.
const BINS: std::ops::RangeInclusive<usize> = 3..=1_000;

/// How drift is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct DriftOptions {
    /// A column has drifted if its adjusted p-value is at most this.
    pub p_value_bound: f64,
    /// Bins of a column of numbers, for the population stability index and the Jensen–Shannon distance.
    pub bins: usize,
    /// A column with fewer values in either table is marked as small. It is tested all the same.
    pub min_sample_size: u64,
}

impl Default for DriftOptions {
    fn default() -> Self {
        Self { p_value_bound: 0.05, bins: 10, min_sample_size: 30 }
    }
}

/// What a comparison of two tables found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DriftReport {
    /// What computed it.
    pub engine: Engine,
    /// How drift was told.
    pub options: DriftOptions,
    /// The share of columns that have drifted; undefined if one of them has no p-value.
    pub drifted_share: Figure,
    /// Columns that have drifted.
    pub drifted_columns: u64,
    /// Columns without a p-value.
    pub untested_columns: u64,
    /// The columns in the order given.
    pub columns: Vec<ColumnDrift>,
}

/// What was found for one column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ColumnDrift {
    /// Its name.
    pub column: String,
    /// The rows of the reference.
    pub reference: Side,
    /// The rows of the current data.
    pub current: Side,
    /// Whether either table has fewer values than the options want.
    pub small: bool,
    /// Whether it has drifted; absent where it has no p-value.
    pub drifted: Option<bool>,
    /// The p-value of its test: Kolmogorov–Smirnov for numbers, chi-squared for categories.
    pub p_value: Figure,
    /// The same, adjusted for the number of columns.
    pub adjusted_p_value: Figure,
    /// The population stability index.
    pub population_stability_index: Figure,
    /// The Jensen–Shannon distance to the base 2.
    pub jensen_shannon_distance: Figure,
    /// What there is for a column of this kind only.
    pub figures: Figures,
    /// How many rows have which values.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub distribution: Vec<Bucket>,
}

/// The rows of one table, as far as one column goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Side {
    /// Values that figures rest on.
    pub n: u64,
    /// Rows without a value.
    pub missing: u64,
    /// Rows whose value is NaN.
    pub not_a_number: u64,
    /// Infinite values; they are part of `n`.
    pub infinite: u64,
}

/// What there is for columns of one kind only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Figures {
    /// A column of numbers.
    Numeric {
        /// The largest distance of the distribution functions.
        kolmogorov_smirnov: Figure,
        /// How the p-value was found.
        method: Method,
        /// The first Wasserstein distance, in the unit of the column.
        wasserstein_distance: Figure,
    },
    /// A column of categories.
    Categorical {
        /// Pearson's statistic.
        chi_squared: Figure,
        /// One less than the categories.
        degrees_of_freedom: u64,
        /// Whether a count was expected to be so small that the p-value is rough.
        small_expected: bool,
        /// Categories that the reference does not have.
        new: Changed,
        /// Categories that only the reference has.
        vanished: Changed,
    },
}

/// Categories that one of two tables has alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Changed {
    /// How many there are.
    pub count: u64,
    /// Rows that have one of them.
    pub rows: u64,
    /// The first of them by name.
    pub names: Vec<String>,
}

/// Compares the columns of two tables.
pub fn report(columns: &[ColumnPair], options: &DriftOptions) -> Result<DriftReport, DriftError> {
    check(&columns.iter().map(|pair| pair.name.clone()).collect::<Vec<_>>(), options)?;
    let columns =
        columns.par_iter().map(|pair| drift_of(pair, options)).collect::<Result<Vec<ColumnDrift>, _>>()?;
    Ok(assembled(columns, options))
}

/// The report over columns that have been compared one by one.
pub(super) fn assembled(mut columns: Vec<ColumnDrift>, options: &DriftOptions) -> DriftReport {
    adjust(&mut columns, options.p_value_bound);
    let count = columns.len() as u64;
    let drifted_columns = columns.iter().filter(|column| column.drifted == Some(true)).count() as u64;
    let untested_columns = columns.iter().filter(|column| column.drifted.is_none()).count() as u64;
    let drifted_share = match (count, untested_columns) {
        (0, _) => Figure::undefined(Reason::NoColumns, 0),
        (_, 0) => Figure::defined(real(drifted_columns) / real(count), count),
        _ => Figure::undefined(Reason::ColumnWithoutTest, count),
    };
    let engine =
        Engine { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() };
    DriftReport {
        engine,
        options: options.clone(),
        drifted_share,
        drifted_columns,
        untested_columns,
        columns,
    }
}

/// What can be wrong with the names of columns and the options before anything is compared.
pub(super) fn check(columns: &[String], options: &DriftOptions) -> Result<(), DriftError> {
    let bound = options.p_value_bound;
    if !(bound > 0.0 && bound < 1.0) {
        return Err(DriftError::Bound { bound });
    }
    if !BINS.contains(&options.bins) {
        return Err(DriftError::Bins { bins: options.bins });
    }
    if columns.len() > MAX_COLUMNS {
        return Err(DriftError::TooManyColumns);
    }
    let mut names = BTreeSet::new();
    match columns.iter().find(|name| !names.insert(name.as_str())) {
        Some(name) => Err(DriftError::DuplicateColumn { column: name.clone() }),
        None => Ok(()),
    }
}

/// Fills in what depends on all columns.
fn adjust(columns: &mut [ColumnDrift], bound: f64) {
    let p_values: Vec<f64> = columns.iter().filter_map(|column| column.p_value.value).collect();
    let mut adjusted = benjamini_hochberg(&p_values).into_iter();
    for column in columns {
        if column.p_value.value.is_some()
            && let Some(value) = adjusted.next()
        {
            column.adjusted_p_value = Figure::defined(value, column.p_value.n);
            column.drifted = Some(value <= bound);
        }
    }
}

/// What is found for one column; what depends on all columns is left for [`assembled`].
pub(super) fn drift_of(pair: &ColumnPair, options: &DriftOptions) -> Result<ColumnDrift, DriftError> {
    let Found { sides: [reference, current], counts: [before, after], p_value, figures, distribution } =
        match (&pair.reference, &pair.current) {
            (Column::Numeric(reference), Column::Numeric(current)) => {
                of_numbers(reference, current, options.bins)
            }
            (Column::Categorical(reference), Column::Categorical(current)) => {
                of_categories(reference, current)
            }
            (Column::Numeric(_), Column::Categorical(_)) | (Column::Categorical(_), Column::Numeric(_)) => {
                return Err(DriftError::KindsDiffer { column: pair.name.clone() });
            }
        };
    Ok(ColumnDrift {
        column: pair.name.clone(),
        reference,
        current,
        small: reference.n.min(current.n) < options.min_sample_size,
        drifted: None,
        p_value,
        adjusted_p_value: p_value,
        population_stability_index: population_stability_index(&before, &after),
        jensen_shannon_distance: jensen_shannon_distance(&before, &after),
        figures,
        distribution,
    })
}

/// What the two kinds of columns have in common, found in ways of their own.
struct Found {
    sides: [Side; 2],
    /// By bin or category.
    counts: [Vec<u64>; 2],
    p_value: Figure,
    figures: Figures,
    distribution: Vec<Bucket>,
}

fn of_numbers(reference: &Numbers, current: &Numbers, bins: usize) -> Found {
    let side = |numbers: &Numbers| Side {
        n: numbers.sorted().len() as u64,
        missing: numbers.missing(),
        not_a_number: numbers.not_a_number(),
        infinite: numbers.infinite(),
    };
    let bins = Bins::of(reference.sorted(), bins);
    let counts = [reference, current].map(|numbers| bins.counts(numbers.sorted()));
    let test = kolmogorov_smirnov(reference.sorted(), current.sorted());
    let figures = Figures::Numeric {
        kolmogorov_smirnov: test.statistic,
        method: test.method,
        wasserstein_distance: wasserstein_distance(reference.sorted(), current.sorted()),
    };
    let distribution = distribution::of_bins(&bins.ranges(), &counts);
    Found { sides: [side(reference), side(current)], counts, p_value: test.p_value, figures, distribution }
}

fn of_categories(reference: &Categories, current: &Categories) -> Found {
    let side = |categories: &Categories| Side {
        n: categories.rows(),
        missing: categories.missing,
        not_a_number: 0,
        infinite: 0,
    };
    let (names, before, after) = reference.beside(current);
    let test = chi_squared(&before, &after);
    let figures = Figures::Categorical {
        chi_squared: test.statistic,
        degrees_of_freedom: test.degrees_of_freedom,
        small_expected: test.small_expected,
        new: changed(&names, &before, &after),
        vanished: changed(&names, &after, &before),
    };
    let counts = [before, after];
    let distribution = distribution::of_categories(&names, &counts);
    Found { sides: [side(reference), side(current)], counts, p_value: test.p_value, figures, distribution }
}

/// The categories with rows in the second counts and none in the first.
fn changed(names: &[&str], without: &[u64], with: &[u64]) -> Changed {
    let alone = || {
        let counts = without.iter().zip(with);
        names.iter().zip(counts).filter(|(_, (without, with))| **without == 0 && **with > 0)
    };
    Changed {
        count: alone().count() as u64,
        rows: alone().fold(0, |sum, (_, (_, rows))| sum.saturating_add(*rows)),
        names: alone().take(MAX_LISTED_CATEGORIES).map(|(name, _)| (*name).to_owned()).collect(),
    }
}
