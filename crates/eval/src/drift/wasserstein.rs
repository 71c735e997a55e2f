//! The first Wasserstein distance.

use super::ks::{share, steps};
use super::{Figure, Reason, emptiness};

/// The area between the empirical distribution functions of two ascending samples without NaN, exact: the mean distance that
/// a value has to be moved, in the unit of the column; SciPy `wasserstein_distance`. Undefined where a value is infinite.
pub fn wasserstein_distance(reference: &[f64], current: &[f64]) -> Figure {
    let (n, m) = (reference.len() as u64, current.len() as u64);
    let rows = n.saturating_add(m);
    if let Some(reason) = emptiness(n, m) {
        return Figure::undefined(reason, rows);
    }
    let ends = [reference.first(), reference.last(), current.first(), current.last()];
    if ends.into_iter().flatten().any(|end| end.is_infinite()) {
        return Figure::undefined(Reason::InfiniteValues, rows);
    }
    let mut area = 0.0;
    let mut height = 0.0;
    let mut from: Option<f64> = None;
    for step in steps(reference, current) {
        if let Some(from) = from {
            area += rectangle(height, from, step.value);
        }
        from = Some(step.value);
        height = (share(step.first, reference) - share(step.second, current)).abs();
    }
    Figure::defined(area, rows)
}

/// `height × (to − from)`; the width alone may be too large for a double.
fn rectangle(height: f64, from: f64, to: f64) -> f64 {
    let width = to - from;
    if width.is_finite() { height * width } else { height * to - height * from }
}
