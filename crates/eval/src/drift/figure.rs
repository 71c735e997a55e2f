//! One figure of drift: a number, or the reason why there is none.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A number, or the reason why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// The number; absent where the figure is undefined.
    pub value: Option<f64>,
    /// The rows of both samples that the number rests on; for a figure over columns, the columns.
    pub n: u64,
    /// Why there is no number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<Reason>,
}

impl Figure {
    /// A number that rests on `n` rows. What is not finite is no number.
    pub fn defined(value: f64, n: u64) -> Self {
        if value.is_finite() {
            Self { value: Some(value), n, reason: None }
        } else {
            Self::undefined(Reason::OutOfRange, n)
        }
    }

    /// No number, and why.
    pub fn undefined(reason: Reason, n: u64) -> Self {
        Self { value: None, n, reason: Some(reason) }
    }
}

/// Why a figure of drift has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Reason {
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
            Self::NoReferenceValues => "the reference has no values",
            Self::NoCurrentValues => "the current data has no values",
            Self::InfiniteValues => "a value is infinite",
            Self::OutOfRange => "the values are too large",
            Self::NoColumns => "there are no columns",
            Self::ColumnWithoutTest => "a column has no p-value",
        })
    }
}

/// Why nothing can be said of two samples of these sizes.
pub(super) fn emptiness(reference: u64, current: u64) -> Option<Reason> {
    match (reference, current) {
        (0, _) => Some(Reason::NoReferenceValues),
        (_, 0) => Some(Reason::NoCurrentValues),
        _ => None,
    }
}
