//! Metrics as pure functions of counts and scores; `docs/reference/metrics.md` states each with its source.
//!
//! Every function gives a [`MetricValue`]: a number, or nothing with a [`Reason`]. scikit-learn and fairlearn answer 0 or
//! NaN in those cases, depending on the function; where they are defined, the numbers are theirs.

mod calibration;
mod classes;
mod fairness;
mod intervals;
mod ranking;
mod rates;
mod regression;
mod scores;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use calibration::{BINS, CalibrationBin};
pub use classes::{Average, ClassCounts};
pub use fairness::{
    compared, demographic_parity_difference, demographic_parity_ratio, disparate_impact, disparate_impact_of,
    equal_opportunity_difference, equalized_odds_difference, equalized_odds_ratio,
    statistical_parity_difference,
};
pub use intervals::{Interval, IntervalMethod, wilson};
pub use ranking::CurvePoint;
pub use rates::{
    accuracy, balanced_accuracy, f1, false_negative_rate, false_positive_rate, matthews_correlation,
    positive_predictive_value, precision, recall, selection_rate, true_positive_rate,
};
pub(crate) use regression::together;
pub use regression::{
    explained_variance, largest_error, mean_absolute_error, mean_error, mean_squared_error, r_squared,
    root_mean_squared_error,
};
pub use scores::{
    ScoreStatistics, average_precision, brier_score, expected_calibration_error, log_loss, roc_auc,
};

/// One figure: a number, or the reason why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricValue {
    /// The number; absent where the metric is undefined.
    pub value: Option<f64>,
    /// The rows that the number rests on: those counted in its denominator, or in the denominators of the rates that it
    /// compares.
    pub n: u64,
    /// Why there is no number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<Reason>,
    /// Where the number would lie for the population, with 95 % confidence.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub interval: Option<Interval>,
}

impl MetricValue {
    /// A number that rests on `n` rows.
    pub fn defined(value: f64, n: u64) -> Self {
        Self { value: Some(value), n, reason: None, interval: None }
    }

    /// No number, and why.
    pub fn undefined(reason: Reason, n: u64) -> Self {
        Self { value: None, n, reason: Some(reason), interval: None }
    }

    /// The number or why there is none.
    fn of(result: Result<f64, Reason>, n: u64) -> Self {
        match result {
            Ok(value) => Self::defined(value, n),
            Err(reason) => Self::undefined(reason, n),
        }
    }

    /// `part / whole` over `whole` rows; undefined for `reason` where there are none.
    fn share(part: u64, whole: u64, reason: Reason) -> Self {
        if whole == 0 { Self::undefined(reason, 0) } else { Self::defined(quotient(part, whole), whole) }
    }

    /// The number or the reason why there is none.
    pub fn result(&self) -> Result<f64, Reason> {
        self.value.ok_or(self.reason.unwrap_or(Reason::NoRows))
    }
}

/// Why a metric has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Reason {
    /// There are no rows.
    NoRows,
    /// No row has a positive label.
    NoPositiveLabels,
    /// No row has a negative label.
    NoNegativeLabels,
    /// No row is predicted positive.
    NoPositivePredictions,
    /// No row has a positive label or a positive prediction.
    NoPositives,
    /// The compared rate is 0 in every group, so the ratio is 0 / 0.
    AllRatesZero,
    /// Fewer than two groups are large enough to compare.
    FewerThanTwoGroups,
    /// A compared group has no positive label, so its true positive rate is undefined.
    GroupWithoutPositiveLabels,
    /// A compared group has no negative label, so its false positive rate is undefined.
    GroupWithoutNegativeLabels,
    /// Some rows have no score.
    ScoresMissing,
    /// A score lies below 0 or above 1, so scores are no probabilities.
    ScoresNotProbabilities,
    /// All labels, or all predictions, are the same.
    NoVariation,
    /// A class is never predicted, so its precision is undefined.
    ClassNeverPredicted,
    /// A class has no label, so its recall is undefined.
    ClassWithoutLabels,
    /// A number, or its square, is too large to be added up.
    Overflow,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoRows => "there are no rows",
            Self::NoPositiveLabels => "no row has a positive label",
            Self::NoNegativeLabels => "no row has a negative label",
            Self::NoPositivePredictions => "no row is predicted positive",
            Self::NoPositives => "no row has a positive label or prediction",
            Self::AllRatesZero => "the rate is 0 in every compared group",
            Self::FewerThanTwoGroups => "fewer than two groups are large enough to compare",
            Self::GroupWithoutPositiveLabels => "a compared group has no positive label",
            Self::GroupWithoutNegativeLabels => "a compared group has no negative label",
            Self::ScoresMissing => "some rows have no score",
            Self::ScoresNotProbabilities => "a score lies below 0 or above 1",
            Self::NoVariation => "all labels, or all predictions, are the same",
            Self::ClassNeverPredicted => "a class is never predicted",
            Self::ClassWithoutLabels => "a class has no label",
            Self::Overflow => "a number, or its square, is too large",
        })
    }
}

/// `part / whole`, where there is a whole.
pub(crate) fn share_of(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| quotient(part, whole))
}

/// A count as a number.
#[expect(clippy::cast_precision_loss, reason = "counts of rows stay far below 2^53")]
fn number(count: u64) -> f64 {
    count as f64
}

/// The quotient of two counts. Counts of up to 2^53 rows are exact.
#[expect(clippy::cast_precision_loss, reason = "counts of rows stay far below 2^53")]
fn quotient(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
