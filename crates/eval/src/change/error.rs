//! What a detector refuses.

/// The largest value that a detector takes: sums of squares of such values are still numbers.
pub const LARGEST_VALUE: f64 = 1e100;

/// More than any number of such values add up to.
pub(super) const LARGEST_SUM: f64 = 1e120;

/// A value or a parameter that a detector does not take. The detector stays as it was.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[expect(missing_docs, reason = "the fields are the words of the message of each variant")]
pub enum ChangeError {
    /// NaN or an infinity.
    #[error("`{value}` is not finite")]
    NotFinite { value: f64 },
    /// Beyond [`LARGEST_VALUE`].
    #[error("`{value:e}` is too large; the limit is {LARGEST_VALUE:e}")]
    TooLarge { value: f64 },
    /// A parameter out of its range.
    #[error("`{value}` is no value of `{name}`: {range}")]
    Parameter { name: &'static str, value: String, range: &'static str },
    /// A stored state that the detector cannot have been in.
    #[error("the stored state is damaged: {what}")]
    Damaged { what: &'static str },
}

impl ChangeError {
    /// The stable code, `UPPER_SNAKE`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFinite { .. } => "NOT_FINITE",
            Self::TooLarge { .. } => "VALUE_TOO_LARGE",
            Self::Parameter { .. } => "DETECTOR_PARAMETER",
            Self::Damaged { .. } => "DETECTOR_STATE_DAMAGED",
        }
    }

    /// What to do about it, a sentence without a full stop.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NotFinite { .. } => "leave the value out, and watch how often that happens",
            Self::TooLarge { .. } => "give the values in a larger unit",
            Self::Parameter { .. } => "give a value in the range, or leave the parameter out for its default",
            Self::Damaged { .. } => "begin with a new detector",
        }
    }
}

/// Refuses what a detector cannot add up.
pub(super) fn check(value: f64) -> Result<(), ChangeError> {
    if !value.is_finite() {
        return Err(ChangeError::NotFinite { value });
    }
    if value.abs() > LARGEST_VALUE {
        return Err(ChangeError::TooLarge { value });
    }
    Ok(())
}

/// Refuses a parameter out of its range.
pub(super) fn within(
    holds: bool,
    name: &'static str,
    value: &impl ToString,
    range: &'static str,
) -> Result<(), ChangeError> {
    if holds { Ok(()) } else { Err(ChangeError::Parameter { name, value: value.to_string(), range }) }
}
