//! What can be wrong with the columns or the options of a drift report.

use super::report::MAX_COLUMNS;

/// A drift report that could not be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[expect(missing_docs, reason = "the fields are the words of the message of each variant")]
pub enum DriftError {
    /// A bound of the p-value that is no probability.
    #[error("`{bound}` is no bound for a p-value")]
    Bound { bound: f64 },
    /// Too few or too many bins.
    #[error("`{bins}` is no number of bins")]
    Bins { bins: usize },
    /// More columns than [`MAX_COLUMNS`].
    #[error("more than {MAX_COLUMNS} columns")]
    TooManyColumns,
    /// Two columns of one name.
    #[error("two columns have the name `{column}`")]
    DuplicateColumn { column: String },
    /// A column of numbers in one table and of categories in the other.
    #[error("column `{column}`: numbers in one table, categories in the other")]
    KindsDiffer { column: String },
}

impl DriftError {
    /// The stable code, `UPPER_SNAKE`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Bound { .. } => "DRIFT_BOUND",
            Self::Bins { .. } => "DRIFT_BINS",
            Self::TooManyColumns => "TOO_MANY_COLUMNS",
            Self::DuplicateColumn { .. } => "DUPLICATE_COLUMN",
            Self::KindsDiffer { .. } => "DRIFT_KINDS_DIFFER",
        }
    }

    /// What to do about it, a sentence without a full stop.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Bound { .. } => "give a bound above 0 and below 1, for example 0.05",
            Self::Bins { .. } => "give a number of bins from 3 to 1000, for example 10",
            Self::TooManyColumns => "compare the columns in several runs",
            Self::DuplicateColumn { .. } => "give every column a name of its own",
            Self::KindsDiffer { .. } => "read the column in the same way in both tables",
        }
    }
}
