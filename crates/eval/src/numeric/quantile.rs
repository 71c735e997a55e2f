//! Quantiles of a sample.

use super::length;

/// The quantile of an ascending sample without NaN, interpolated between its neighbours (Hyndman and Fan 1996, definition 7;
/// NumPy's `quantile`). Between a finite and an infinite neighbour nothing lies half-way: the infinite one is the quantile.
/// None of an empty sample.
pub fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = share.clamp(0.0, 1.0) * length(last);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the position lies between 0 and the last index"
    )]
    let below = position.floor() as usize;
    let low = *sorted.get(below)?;
    let high = *sorted.get(below.saturating_add(1).min(last))?;
    Some(between(low, high, position - position.floor()))
}

/// The point that lies a share of the way from one number to another that is not smaller. It is counted from the nearer end,
/// so that it is exact at both.
fn between(low: f64, high: f64, share: f64) -> f64 {
    if share <= 0.0 || low.total_cmp(&high).is_eq() {
        return low;
    }
    if low.is_infinite() {
        return low;
    }
    if high.is_infinite() {
        return high;
    }
    let way = high - low;
    if way.is_infinite() {
        return low * (1.0 - share) + high * share;
    }
    if share < 0.5 { low + way * share } else { high - way * (1.0 - share) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn infinities_and_the_largest_numbers_give_no_nan() {
        let (inf, max) = (f64::INFINITY, f64::MAX);
        let cases: [(&[f64], f64, f64); 7] = [
            (&[-inf, 0.0], 0.3, -inf),
            (&[0.0, inf], 0.7, inf),
            (&[-inf, inf], 0.5, -inf),
            (&[inf, inf], 0.5, inf),
            (&[-max, max], 0.5, 0.0),
            (&[-max, max], 1.0, max),
            (&[1.0], 0.9, 1.0),
        ];
        for (sorted, share, expected) in cases {
            let found = quantile(sorted, share).expect("not empty");
            assert!(found.total_cmp(&expected).is_eq(), "{sorted:?} at {share}: {found}");
        }
        assert_eq!(quantile(&[], 0.5), None);
    }
}
