//! Metrics of numbers, as functions of exact sums.

use super::{MetricValue, Reason, number};
use crate::exact::ExactSum;
use crate::state::{Cell, Moments};

/// The mean size of an error; scikit-learn `mean_absolute_error`.
pub fn mean_absolute_error(sums: &Sums) -> MetricValue {
    mean(sums, &sums.moments.error_absolute)
}

/// The mean error, above 0 where predictions are too high.
pub fn mean_error(sums: &Sums) -> MetricValue {
    mean(sums, &sums.moments.error)
}

/// The mean squared error; scikit-learn `mean_squared_error`.
pub fn mean_squared_error(sums: &Sums) -> MetricValue {
    mean(sums, &sums.moments.error_squared)
}

/// The root of the mean squared error; scikit-learn `root_mean_squared_error`.
pub fn root_mean_squared_error(sums: &Sums) -> MetricValue {
    let mut squared = mean_squared_error(sums);
    squared.value = squared.value.map(f64::sqrt);
    squared
}

/// The size of the largest error; scikit-learn `max_error`.
pub fn largest_error(sums: &Sums) -> MetricValue {
    MetricValue::of(usable(sums).map(|()| sums.moments.error_largest), sums.rows)
}

/// One less the squared errors over the squared distances of the labels from their mean; scikit-learn `r2_score`, which gives
/// 1 or 0 where all labels are the same.
pub fn r_squared(sums: &Sums) -> MetricValue {
    let value = usable(sums).and_then(|()| {
        let labels = spread(sums, &sums.moments.label, &sums.moments.label_squared)?;
        Ok(1.0 - sums.mass.value() * sums.moments.error_squared.value() / labels)
    });
    MetricValue::of(value, sums.rows)
}

/// As [`r_squared`], with the errors taken from their mean; scikit-learn `explained_variance_score`.
pub fn explained_variance(sums: &Sums) -> MetricValue {
    let result = usable(sums).and_then(|()| {
        let labels = spread(sums, &sums.moments.label, &sums.moments.label_squared)?;
        let errors = match spread(sums, &sums.moments.error, &sums.moments.error_squared) {
            Err(Reason::NoVariation) => 0.0,
            errors => errors?,
        };
        Ok(1.0 - errors / labels)
    });
    MetricValue::of(result, sums.rows)
}

/// Sums over rows whose labels and predictions are numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sums {
    /// How many rows.
    pub rows: u64,
    /// What they weigh together: their number where they have no weights.
    pub mass: ExactSum,
    /// The sums, each row times what it weighs.
    pub moments: Moments,
}

impl Sums {
    /// The sums of cells together.
    pub(crate) fn of<'a>(cells: impl Iterator<Item = &'a Cell>) -> Self {
        let mut sums = Self::default();
        for cell in cells {
            sums.rows = sums.rows.saturating_add(cell.rows);
            match &cell.weights {
                Some(weights) => sums.mass.merge(&weights.sum()),
                None => sums.mass.add(number(cell.rows)),
            }
            if let Some(moments) = &cell.moments {
                sums.moments.merge(moments);
            }
        }
        sums
    }
}

fn usable(sums: &Sums) -> Result<(), Reason> {
    match (sums.rows, sums.moments.overflowed) {
        (0, _) => Err(Reason::NoRows),
        (_, true) => Err(Reason::Overflow),
        (_, false) if sums.mass.value() <= 0.0 => Err(Reason::NoWeight),
        (_, false) => Ok(()),
    }
}

fn mean(sums: &Sums, sum: &ExactSum) -> MetricValue {
    let value = usable(sums).map(|()| sum.value() / sums.mass.value());
    MetricValue::of(value.and_then(finite), sums.rows)
}

fn finite(value: f64) -> Result<f64, Reason> {
    if value.is_finite() { Ok(value) } else { Err(Reason::Overflow) }
}

/// What the rows weigh times the squared distances from the mean, `W Σwx² - (Σwx)²`: exact until it is rounded at the end, so
/// that no digits are lost where the mean is far from 0.
fn spread(sums: &Sums, sum: &ExactSum, squares: &ExactSum) -> Result<f64, Reason> {
    let mut total = ExactSum::default();
    for mass in sums.mass.parts() {
        for part in squares.parts() {
            total.add_product(part, mass);
        }
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
