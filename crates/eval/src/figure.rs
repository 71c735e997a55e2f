//! One figure, as every part of the engine gives it: a number, or the reason why there is none.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::metrics::{Interval, Outcome};

/// A number, or the reason why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// The number; absent where the figure is undefined.
    pub value: Option<f64>,
    /// The rows that the number rests on: those counted in its denominator, or in the denominators of the rates that it
    /// compares; of drift, the rows of both samples; of a share of columns, the columns.
    pub n: u64,
    /// Why there is no number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<Reason>,
    /// Where the number would lie for the population, with 95 % confidence.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub interval: Option<Interval>,
    /// Why there is no interval, where there would be one.
    #[serde(rename = "noInterval", skip_serializing_if = "Option::is_none", default)]
    pub no_interval: Option<NoInterval>,
    /// How far the number may be from that of all scores, where only their bins are known.
    #[serde(rename = "errorBound", skip_serializing_if = "Option::is_none", default)]
    pub error_bound: Option<f64>,
}

impl Figure {
    /// A number that rests on `n` rows. What is not finite is no number.
    pub fn defined(value: f64, n: u64) -> Self {
        if value.is_finite() {
            Self { value: Some(value), n, reason: None, interval: None, no_interval: None, error_bound: None }
        } else {
            Self::undefined(Reason::OutOfRange, n)
        }
    }

    /// No number, and why.
    pub fn undefined(reason: Reason, n: u64) -> Self {
        Self { value: None, reason: Some(reason), ..Self::defined(0.0, n) }
    }

    /// The number or why there is none.
    pub(crate) fn of(result: Result<f64, Reason>, n: u64) -> Self {
        match result {
            Ok(value) => Self::defined(value, n),
            Err(reason) => Self::undefined(reason, n),
        }
    }

    /// The same with its interval, if it has a value.
    #[must_use]
    pub(crate) fn within(self, interval: Option<&Outcome>) -> Self {
        match (self.value, interval) {
            (Some(_), Some(Ok(interval))) => Self { interval: Some(*interval), no_interval: None, ..self },
            (Some(_), Some(Err(why))) => Self { interval: None, no_interval: Some(*why), ..self },
            _ => self,
        }
    }

    /// The number or the reason why there is none.
    pub fn result(&self) -> Result<f64, Reason> {
        self.value.ok_or(self.reason.unwrap_or(Reason::NoRows))
    }
}

/// Why a figure that could have an interval has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NoInterval {
    /// The interval counts rows, and here rows have weights.
    Weighted,
    /// There are too many groups to draw their rows again so often.
    TooManyGroups,
    /// Among rows drawn again the figure is too often undefined.
    OftenUndefined,
}

impl fmt::Display for NoInterval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Weighted => "rows have weights",
            Self::TooManyGroups => "there are too many groups to draw their rows again",
            Self::OftenUndefined => "among rows drawn again it is too often undefined",
        })
    }
}

/// Why a figure has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Reason {
    /// There are no rows.
    NoRows,
    /// The rows weigh nothing.
    NoWeight,
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
    /// Only the bins of scores are known.
    ScoresBinned,
    /// There are fewer rows than a row is compared with.
    FewerRowsThanNeighbours,
    /// All labels, or all predictions, are the same.
    NoVariation,
    /// A class is never predicted, so its precision is undefined.
    ClassNeverPredicted,
    /// A class has no label, so its recall is undefined.
    ClassWithoutLabels,
    /// A number, or its square, is too large to be added up.
    Overflow,
    /// The reference has no value that counts.
    NoReferenceValues,
    /// The current data has no value that counts.
    NoCurrentValues,
    /// A value is infinite, and so would be the distance.
    InfiniteValues,
    /// The values are so large that the figure cannot be told in a double.
    OutOfRange,
    /// There is no column.
    NoColumns,
    /// A column has no p-value, so that a share of all columns cannot be told.
    ColumnWithoutTest,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoRows => "there are no rows",
            Self::NoWeight => "the rows weigh nothing",
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
            Self::ScoresBinned => "only a histogram of the scores was kept",
            Self::FewerRowsThanNeighbours => "there are fewer rows than a row has neighbours",
            Self::NoVariation => "all labels, or all predictions, are the same",
            Self::ClassNeverPredicted => "a class is never predicted",
            Self::ClassWithoutLabels => "a class has no label",
            Self::Overflow => "a number, or its square, is too large",
            Self::NoReferenceValues => "the reference has no values",
            Self::NoCurrentValues => "the current data has no values",
            Self::InfiniteValues => "a value is infinite",
            Self::OutOfRange => "the values are too large",
            Self::NoColumns => "there are no columns",
            Self::ColumnWithoutTest => "a column has no p-value",
        })
    }
}
