//! Metrics as pure functions of counts and scores; `docs/reference/metrics.md` states each with its source.
//!
//! Every function gives a [`MetricValue`]: a number, or nothing with a [`Reason`]. scikit-learn and fairlearn answer 0 or
//! NaN in those cases, depending on the function; where they are defined, the numbers are theirs.

mod calibration;
mod class_scores;
mod classes;
mod fairness;
mod intervals;
mod ranking;
mod rates;
mod regression;
mod scores;

pub use crate::figure::{Figure as MetricValue, Reason};
pub use calibration::{BINS, CalibrationBin};
pub use class_scores::{ClassScores, ScoredRow};
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
