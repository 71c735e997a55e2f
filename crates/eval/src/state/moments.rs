//! Sums of labels and errors, where both are numbers.

use serde::{Deserialize, Serialize};

use crate::exact::ExactSum;

/// Sums over rows whose label and prediction are numbers, each row times its weight where rows have weights; the error is the prediction less the label, rounded once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Moments {
    /// The sum of the labels.
    pub label: ExactSum,
    /// The sum of the squares of the labels.
    pub label_squared: ExactSum,
    /// The sum of the errors.
    pub error: ExactSum,
    /// The sum of the sizes of the errors.
    pub error_absolute: ExactSum,
    /// The sum of the squares of the errors.
    pub error_squared: ExactSum,
    /// The largest size of an error.
    pub error_largest: f64,
    /// Whether an error or a square was too large for a number, so that the sums are not those of all rows.
    pub overflowed: bool,
}

impl Moments {
    /// Sums that were computed elsewhere, in the order of the fields; all of them are finite.
    pub(crate) fn of_sums(sums: [f64; 5], error_largest: f64) -> Self {
        let [label, label_squared, error, error_absolute, error_squared] = sums.map(|sum| {
            let mut exact = ExactSum::default();
            exact.add(sum);
            exact
        });
        Self { label, label_squared, error, error_absolute, error_squared, error_largest, overflowed: false }
    }

    /// Adds one row of finite numbers.
    pub fn add(&mut self, label: f64, prediction: f64) {
        let error = prediction - label;
        self.overflowed |= !(label * label).is_finite() || !(error * error).is_finite();
        self.label.add(label);
        self.label_squared.add_product(label, label);
        self.error.add(error);
        self.error_absolute.add(error.abs());
        self.error_squared.add_product(error, error);
        self.error_largest = self.error_largest.max(error.abs());
    }

    /// Adds one row of finite numbers as if it were `weight` rows.
    pub fn add_weighed(&mut self, label: f64, prediction: f64, weight: f64) {
        let error = prediction - label;
        self.overflowed |= [label, error]
            .iter()
            .any(|number| !(number * number).is_finite() || !(number * number * weight).is_finite());
        self.label.add_product(label, weight);
        self.label_squared.add_square(label, weight);
        self.error.add_product(error, weight);
        self.error_absolute.add_product(error.abs(), weight);
        self.error_squared.add_square(error, weight);
        self.error_largest = self.error_largest.max(error.abs());
    }

    /// Adds the sums of other rows.
    pub fn merge(&mut self, other: &Self) {
        self.label.merge(&other.label);
        self.label_squared.merge(&other.label_squared);
        self.error.merge(&other.error);
        self.error_absolute.merge(&other.error_absolute);
        self.error_squared.merge(&other.error_squared);
        self.error_largest = self.error_largest.max(other.error_largest);
        self.overflowed |= other.overflowed;
    }
}
