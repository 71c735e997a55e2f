//! Individual fairness: whether rows that are alike are predicted alike.

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::{MetricValue, Reason, number};

/// Rows that each row is compared with, itself included.
pub const NEIGHBOURS: usize = 5;
/// Features beyond this size have squares that are no numbers.
const LARGEST: f64 = 1e150;

/// One less the mean distance of each prediction from the mean of those of the five nearest rows, itself included (Zemel et
/// al. 2013); AIF360 `consistency`. Rows at the distance of the fifth share the places that are left, so that no order of
/// rows matters; scikit-learn takes some of them, as they come in its tree.
pub fn consistency(rows: &[(&[f64], bool)]) -> MetricValue {
    let n = rows.len() as u64;
    if rows.len() < NEIGHBOURS {
        return MetricValue::undefined(Reason::FewerRowsThanNeighbours, n);
    }
    if rows.iter().any(|(features, _)| features.iter().any(|feature| feature.abs() > LARGEST)) {
        return MetricValue::undefined(Reason::Overflow, n);
    }
    let distance = |row: &(&[f64], bool)| (side(row.1) - mean_nearby(rows, row.0)).abs();
    let mut distances: Vec<f64> = rows.par_iter().map(distance).collect();
    // The sum must not show the order of the rows.
    distances.sort_unstable_by(f64::total_cmp);
    MetricValue::defined(1.0 - distances.iter().sum::<f64>() / number(n), n)
}

/// The mean prediction of the rows nearest to some features.
fn mean_nearby(rows: &[(&[f64], bool)], features: &[f64]) -> f64 {
    let squared = |other: &[f64]| {
        features.iter().zip(other).map(|(left, right)| (left - right) * (left - right)).sum::<f64>()
    };
    let distances: Vec<f64> = rows.iter().map(|(other, _)| squared(other)).collect();
    let mut nearest = [f64::INFINITY; NEIGHBOURS];
    for distance in &distances {
        let place = nearest.partition_point(|known| known <= distance);
        if let Some(from_place) = nearest.get_mut(place..).filter(|from_place| !from_place.is_empty()) {
            from_place.rotate_right(1);
            if let Some(first) = from_place.first_mut() {
                *first = *distance;
            }
        }
    }
    let last = nearest.last().copied().unwrap_or(f64::INFINITY);
    let (mut near, mut near_sum, mut tied, mut tied_sum) = (0.0, 0.0, 0.0, 0.0);
    for (distance, (_, prediction)) in distances.iter().zip(rows) {
        if *distance < last {
            (near, near_sum) = (near + 1.0, near_sum + side(*prediction));
        } else if *distance <= last {
            (tied, tied_sum) = (tied + 1.0, tied_sum + side(*prediction));
        }
    }
    let all = number(NEIGHBOURS as u64);
    (near_sum + (all - near) * (tied_sum / tied)) / all
}

fn side(is_positive: bool) -> f64 {
    f64::from(u8::from(is_positive))
}
