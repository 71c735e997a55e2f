//! Metrics as pure functions of counts and scores; `docs/reference/metrics.md` states each with its source.
//!
//! Every function gives a [`MetricValue`]: a number, or nothing with a [`Reason`]. scikit-learn and fairlearn answer 0 or
//! NaN in those cases, depending on the function; where they are defined, the numbers are theirs.

mod fairness;
mod ranking;
mod rates;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use fairness::{
    compared, demographic_parity_difference, demographic_parity_ratio, disparate_impact, disparate_impact_of,
    equal_opportunity_difference, equalized_odds_difference, equalized_odds_ratio,
    statistical_parity_difference,
};
pub use ranking::roc_auc;
pub use rates::{
    accuracy, balanced_accuracy, f1, false_negative_rate, false_positive_rate, positive_predictive_value,
    precision, recall, selection_rate, true_positive_rate,
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
}

impl MetricValue {
    /// A number that rests on `n` rows.
    pub fn defined(value: f64, n: u64) -> Self {
        Self { value: Some(value), n, reason: None }
    }

    /// No number, and why.
    pub fn undefined(reason: Reason, n: u64) -> Self {
        Self { value: None, n, reason: Some(reason) }
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
        })
    }
}

/// The quotient of two counts. Counts of up to 2^53 rows are exact.
#[expect(clippy::cast_precision_loss, reason = "counts of rows stay far below 2^53")]
fn quotient(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
