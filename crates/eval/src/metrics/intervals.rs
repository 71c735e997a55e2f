//! Confidence intervals of 95 %.

use serde::{Deserialize, Serialize};

use super::number;

/// The 97.5 % point of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// Where a figure would lie for the population that the rows are a random sample of, with 95 % confidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Interval {
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
    /// How it was found.
    pub method: IntervalMethod,
}

/// How an interval was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum IntervalMethod {
    /// Wilson's score interval of a proportion (1927), without correction for continuity.
    Wilson,
    /// The normal interval with the variance of `DeLong`, `DeLong` and Clarke-Pearson (1988), cut at 0 and 1.
    DeLong,
    /// From the 2.5 % to the 97.5 % quantile of the figure over rows drawn again (Efron 1979).
    Bootstrap,
}

impl Interval {
    pub(super) fn delong(area: f64, variance: f64) -> Self {
        let half = Z * variance.sqrt();
        let [low, high] = [area - half, area + half].map(|bound| bound.clamp(0.0, 1.0));
        Self { low, high, method: IntervalMethod::DeLong }
    }
}

/// Wilson's interval of a proportion of `n` rows; nothing where there are none.
pub fn wilson(share: f64, n: u64) -> Option<Interval> {
    let rows = number(n);
    let z2 = Z * Z;
    let scale = 1.0 + z2 / rows;
    let centre = (share + z2 / (2.0 * rows)) / scale;
    let half = Z / scale * (share * (1.0 - share) / rows + z2 / (4.0 * rows * rows)).sqrt();
    // Rounding must not leave a proportion of 0 or 1 outside of its interval.
    let low = if share > 0.0 { (centre - half).max(0.0) } else { 0.0 };
    let high = if share < 1.0 { (centre + half).min(1.0) } else { 1.0 };
    (n > 0).then_some(Interval { low, high, method: IntervalMethod::Wilson })
}
