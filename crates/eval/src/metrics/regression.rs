//! Metrics of numbers, as functions of exact sums.

use super::{MetricValue, Reason, number};
use crate::exact::ExactSum;
use crate::state::{Cell, Moments};

/// The mean size of an error; scikit-learn `mean_absolute_error`.
pub fn mean_absolute_error(rows: u64, sums: &Moments) -> MetricValue {
    mean(rows, sums, &sums.error_absolute)
}

/// The mean error, above 0 where predictions are too high.
pub fn mean_error(rows: u64, sums: &Moments) -> MetricValue {
    mean(rows, sums, &sums.error)
}

/// The mean squared error; scikit-learn `mean_squared_error`.
pub fn mean_squared_error(rows: u64, sums: &Moments) -> MetricValue {
    mean(rows, sums, &sums.error_squared)
}

/// The root of the mean squared error; scikit-learn `root_mean_squared_error`.
pub fn root_mean_squared_error(rows: u64, sums: &Moments) -> MetricValue {
    let mut squared = mean_squared_error(rows, sums);
    squared.value = squared.value.map(f64::sqrt);
    squared
}

/// The size of the largest error; scikit-learn `max_error`.
pub fn largest_error(rows: u64, sums: &Moments) -> MetricValue {
    MetricValue::of(usable(rows, sums).map(|()| sums.error_largest), rows)
}

/// One less the squared errors over the squared distances of the labels from their mean; scikit-learn `r2_score`, which gives
/// 1 or 0 where all labels are the same.
pub fn r_squared(rows: u64, sums: &Moments) -> MetricValue {
    let errors = usable(rows, sums).map(|()| number(rows) * sums.error_squared.value());
    let spread = |()| spread(rows, &sums.label, &sums.label_squared);
    MetricValue::of(errors.and_then(|errors| Ok(1.0 - errors / usable(rows, sums).and_then(spread)?)), rows)
}

/// As [`r_squared`], with the errors taken from their mean; scikit-learn `explained_variance_score`.
pub fn explained_variance(rows: u64, sums: &Moments) -> MetricValue {
    let result = usable(rows, sums).and_then(|()| {
        let labels = spread(rows, &sums.label, &sums.label_squared)?;
        let errors = match spread(rows, &sums.error, &sums.error_squared) {
            Err(Reason::NoVariation) => 0.0,
            errors => errors?,
        };
        Ok(1.0 - errors / labels)
    });
    MetricValue::of(result, rows)
}

/// The rows and sums of cells together.
pub(crate) fn together<'a>(cells: impl Iterator<Item = &'a Cell>) -> (u64, Moments) {
    cells.fold((0_u64, Moments::default()), |(rows, mut sums), cell| {
        if let Some(moments) = &cell.moments {
            sums.merge(moments);
        }
        (rows.saturating_add(cell.rows), sums)
    })
}

fn usable(rows: u64, sums: &Moments) -> Result<(), Reason> {
    match (rows, sums.overflowed) {
        (0, _) => Err(Reason::NoRows),
        (_, true) => Err(Reason::Overflow),
        (_, false) => Ok(()),
    }
}

fn mean(rows: u64, sums: &Moments, sum: &ExactSum) -> MetricValue {
    let value = usable(rows, sums).map(|()| sum.value() / number(rows));
    MetricValue::of(value.and_then(finite), rows)
}

fn finite(value: f64) -> Result<f64, Reason> {
    if value.is_finite() { Ok(value) } else { Err(Reason::Overflow) }
}

/// `rows` times the squared distances from the mean, `n Σx² - (Σx)²`: exact until it is rounded at the end, so that no digits
/// are lost where the mean is far from 0.
fn spread(rows: u64, sum: &ExactSum, squares: &ExactSum) -> Result<f64, Reason> {
    let mut total = ExactSum::default();
    for part in squares.parts() {
        total.add_product(part, number(rows));
    }
    let parts = sum.parts();
    for left in &parts {
        for right in &parts {
            total.add_product(-left, *right);
        }
    }
    match finite(total.value())? {
        spread if spread > 0.0 => Ok(spread),
        _ => Err(Reason::NoVariation),
    }
}
