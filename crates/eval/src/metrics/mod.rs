//! Metrics as pure functions of counts and scores; `docs/reference/metrics.md` states each with its source.
//!
//! Every function gives a [`MetricValue`]: a number, or nothing with a [`Reason`]. scikit-learn and fairlearn answer 0 or
//! NaN in those cases, depending on the function; where they are defined, the numbers are theirs.

mod bootstrap;
mod calibration;
mod class_scores;
mod classes;
mod fairness;
mod intervals;
mod neighbours;
mod ranking;
mod rates;
mod regression;
mod scores;
mod weighed_ranking;

use crate::numeric::real as number;

pub use crate::figure::{Figure as MetricValue, Reason};
pub use bootstrap::Bootstrap;
pub(crate) use bootstrap::{Drawn, Kind, Outcome};
pub use calibration::{BINS, CalibrationBin};
pub use class_scores::{ClassScores, ScoredRow};
pub use classes::{Average, ClassCounts, Parts};
pub use fairness::{
    average_odds_difference, compared, demographic_parity_difference, demographic_parity_ratio,
    directed_average_odds_difference, directed_equal_opportunity_difference, disparate_impact,
    disparate_impact_of, equal_opportunity_difference, equalized_odds_difference, equalized_odds_ratio,
    largest_difference, statistical_parity_difference,
};
pub use intervals::{Interval, IntervalMethod, wilson};
pub use neighbours::{NEIGHBOURS, consistency};
pub use ranking::CurvePoint;
pub use rates::{
    accuracy, balanced_accuracy, f1, false_negative_rate, false_positive_rate, matthews_correlation,
    positive_predictive_value, precision, recall, selection_rate, theil_index, true_positive_rate,
};
pub use regression::{
    Sums, explained_variance, largest_error, mean_absolute_error, mean_error, mean_squared_error, r_squared,
    root_mean_squared_error,
};
pub use scores::{
    ScoreStatistics, average_precision, brier_score, expected_calibration_error, log_loss, roc_auc,
};

/// A share of what `rows` rows weigh together, the whole; none for `reason` where there are no rows.
fn mass_share(part: f64, whole: f64, rows: u64, reason: Reason) -> Result<f64, Reason> {
    match (rows, whole > 0.0) {
        (0, _) => Err(reason),
        (_, false) => Err(Reason::NoWeight),
        (_, true) => Ok(part / whole),
    }
}
