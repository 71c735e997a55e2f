//! The chi-squared distribution.

use statrs::function::gamma::checked_gamma_ur;

use super::real;

/// The chance that a chi-squared variable of so many degrees of freedom is at least `statistic`, which is not negative.
/// Without a degree of freedom the variable is 0, so the chance is 1 at 0.
pub fn chi_squared_survival(degrees: u64, statistic: f64) -> f64 {
    if statistic <= 0.0 {
        return 1.0;
    }
    if degrees == 0 || statistic.is_infinite() {
        return 0.0;
    }
    checked_gamma_ur(real(degrees) / 2.0, statistic / 2.0).map_or(f64::NAN, |chance| chance.clamp(0.0, 1.0))
}
