//! Distances of two distributions over the same bins or categories, as pure functions of counts.

use super::{Figure, emptiness};
use crate::numeric::real;

/// Shares below this one are taken as this one in the population stability index: an empty bin would make it infinite, and a
/// bin that lost its last row must not weigh less than one that kept it.
pub const SMALLEST_SHARE: f64 = 1e-4;

/// The population stability index: the sum over the bins of `(c − r) × ln(c / r)`, where `r` and `c` are the shares of the
/// reference and of the current data, at least [`SMALLEST_SHARE`] each. It is the symmetric Kullback–Leibler divergence
/// (Jeffreys 1946), which scorecards call information value.
pub fn population_stability_index(reference: &[u64], current: &[u64]) -> Figure {
    of_shares(reference, current, |shares| {
        let floored = shares.map(|(r, c)| (r.max(SMALLEST_SHARE), c.max(SMALLEST_SHARE)));
        floored.map(|(r, c)| (c - r) * (c / r).ln()).sum()
    })
}

/// How a population stability index is commonly read: a rule of thumb of credit scoring (Siddiqi 2006), not a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shift {
    /// Below 0.1: hardly any change.
    Little,
    /// From 0.1: some change, worth a look.
    Some,
    /// From 0.25: a change that a model is rarely fit for.
    Much,
}

impl Shift {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Little => "little",
            Self::Some => "some",
            Self::Much => "much",
        }
    }
}

/// Reads a population stability index.
pub fn shift(index: f64) -> Shift {
    if index < 0.1 {
        Shift::Little
    } else if index < 0.25 {
        Shift::Some
    } else {
        Shift::Much
    }
}

/// The Jensen–Shannon distance, from 0 to 1: the square root of the divergence to the base 2 (Lin 1991, Endres and Schindelin
/// 2003); SciPy `jensenshannon(…, base=2)`.
pub fn jensen_shannon_distance(reference: &[u64], current: &[u64]) -> Figure {
    of_shares(reference, current, |shares| {
        let divergence: f64 = shares
            .map(|(r, c)| {
                let middle = f64::midpoint(r, c);
                relative_entropy(r, middle) + relative_entropy(c, middle)
            })
            .sum();
        (divergence.max(0.0) / 2.0).sqrt()
    })
}

/// `p × log2(p / q)`, and 0 where `p` is 0.
fn relative_entropy(p: f64, q: f64) -> f64 {
    if p > 0.0 { p * (p / q).log2() } else { 0.0 }
}

fn of_shares(
    reference: &[u64],
    current: &[u64],
    figure: impl FnOnce(&mut dyn Iterator<Item = (f64, f64)>) -> f64,
) -> Figure {
    let (n, m) = (total(reference), total(current));
    let rows = n.saturating_add(m);
    if let Some(reason) = emptiness(n, m) {
        return Figure::undefined(reason, rows);
    }
    let mut shares = reference.iter().zip(current).map(|(r, c)| (real(*r) / real(n), real(*c) / real(m)));
    Figure::defined(figure(&mut shares), rows)
}

pub(super) fn total(counts: &[u64]) -> u64 {
    counts.iter().fold(0, |sum, count| sum.saturating_add(*count))
}
