//! Distributions and numbers that figures are made of, as pure functions.

mod binomial;
mod chi_squared;
mod kolmogorov;
mod quantile;
mod random;
mod smirnov;
mod stirling;

pub(crate) use binomial::binomial;
pub use chi_squared::chi_squared_survival;
pub use kolmogorov::kolmogorov_survival;
pub use quantile::quantile;
pub(crate) use random::Stream;
pub(crate) use smirnov::greatest_common_divisor;
pub use smirnov::smirnov_exact;

/// A count as a number; exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts of rows stay far below 2^53")]
pub(crate) fn real(count: u64) -> f64 {
    count as f64
}

/// A length as a number; exact up to 2^53.
pub(crate) fn length(values: usize) -> f64 {
    real(values as u64)
}
