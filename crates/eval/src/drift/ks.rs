//! The two-sample Kolmogorov–Smirnov test.

use serde::{Deserialize, Serialize};

use super::{Figure, emptiness};
use crate::numeric::{greatest_common_divisor, kolmogorov_survival, length, real, smirnov_exact};

/// Up to so many rows in the larger sample the p-value is exact, as SciPy's `method="auto"` decides.
pub const EXACT_ROWS: usize = 10_000;

/// How a p-value was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Method {
    /// From the distribution of the statistic for these sample sizes.
    Exact,
    /// From the distribution for one sample of as many rows as two samples of these sizes are worth.
    Asymptotic,
}

/// What the test found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KolmogorovSmirnov {
    /// The largest distance of the two empirical distribution functions.
    pub statistic: Figure,
    /// The chance of such a distance or a larger one if both samples are of one continuous distribution. With ties it is an
    /// upper bound.
    pub p_value: Figure,
    /// How the p-value was found.
    pub method: Method,
}

/// The test on two ascending samples without NaN. Infinities are values like others, the smallest and the largest.
pub fn kolmogorov_smirnov(reference: &[f64], current: &[f64]) -> KolmogorovSmirnov {
    let (n, m) = (reference.len() as u64, current.len() as u64);
    let rows = n.saturating_add(m);
    let method = if n.max(m) <= EXACT_ROWS as u64 { Method::Exact } else { Method::Asymptotic };
    if let Some(reason) = emptiness(n, m) {
        let figure = Figure::undefined(reason, rows);
        return KolmogorovSmirnov { statistic: figure, p_value: figure, method };
    }
    let steps = largest_gap(reference, current);
    let statistic = wide(steps) / (real(n) * real(m));
    let p_value = match method {
        Method::Exact => smirnov_exact(reference.len(), current.len(), in_common_steps(steps, n, m)),
        Method::Asymptotic => {
            let worth = real(n) * real(m) / (real(n) + real(m));
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "the number is not negative and smaller than that of the rows"
            )]
            let worth = worth.round_ties_even() as u64;
            kolmogorov_survival(worth, statistic)
        }
    };
    KolmogorovSmirnov {
        statistic: Figure::defined(statistic, rows),
        p_value: Figure::defined(p_value, rows),
        method,
    }
}

/// A step of the walk through two samples: so many values of each lie at or below the next value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// The value.
    pub(super) value: f64,
    /// Values of the first sample up to it.
    pub(super) first: usize,
    /// Values of the second sample up to it.
    pub(super) second: usize,
}

/// Every distinct value of two ascending samples in turn.
pub(super) fn steps<'a>(first: &'a [f64], second: &'a [f64]) -> impl Iterator<Item = Step> + 'a {
    let (mut i, mut j) = (0, 0);
    std::iter::from_fn(move || {
        let value = match (first.get(i), second.get(j)) {
            (Some(a), Some(b)) => a.min(*b),
            (Some(only), None) | (None, Some(only)) => *only,
            (None, None) => return None,
        };
        i = past(first, i, value);
        j = past(second, j, value);
        Some(Step { value, first: i, second: j })
    })
}

fn past(sorted: &[f64], mut from: usize, value: f64) -> usize {
    while sorted.get(from).is_some_and(|next| *next <= value) {
        from += 1;
    }
    from
}

/// The largest `|i × m − j × n|`: an integer, so nothing is rounded.
fn largest_gap(first: &[f64], second: &[f64]) -> u128 {
    let (n, m) = (first.len() as u128, second.len() as u128);
    steps(first, second)
        .map(|step| (step.first as u128 * m).abs_diff(step.second as u128 * n))
        .max()
        .unwrap_or_default()
}

/// A gap in units of `1 / (n × m)` as one in units of the least common multiple.
fn in_common_steps(gap: u128, n: u64, m: u64) -> u64 {
    let divisor = u128::from(greatest_common_divisor(n, m).max(1));
    u64::try_from(gap / divisor).unwrap_or(u64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "rounding once keeps the quotient within 1e-15")]
fn wide(count: u128) -> f64 {
    count as f64
}

/// The share of a sample that a count is.
pub(super) fn share(count: usize, of: &[f64]) -> f64 {
    length(count) / length(of.len())
}
