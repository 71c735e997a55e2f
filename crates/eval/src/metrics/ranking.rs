//! Metrics of scores.

use super::{MetricValue, Reason};
use crate::state::{Confusion, Scores};

/// The area under the ROC curve, exact: the chance that a positive row scores above a negative one, ties counting half
/// (Mann–Whitney U over the number of pairs); scikit-learn `roc_auc_score`. `counts` are those of the same rows: where some
/// of them have no score the area is undefined.
pub fn roc_auc(scores: &Scores, counts: &Confusion) -> MetricValue {
    let (positives, negatives) = (scores.positive(), scores.negative());
    let n = (positives.len() as u64).saturating_add(negatives.len() as u64);
    if n != counts.total() {
        return MetricValue::undefined(Reason::ScoresMissing, n);
    }
    if positives.is_empty() {
        return MetricValue::undefined(Reason::NoPositiveLabels, n);
    }
    if negatives.is_empty() {
        return MetricValue::undefined(Reason::NoNegativeLabels, n);
    }
    let pairs = (positives.len() as u128).saturating_mul(negatives.len() as u128);
    MetricValue::defined(share(wins_doubled(positives, negatives), pairs.saturating_mul(2)), n)
}

/// Twice the number of pairs that the positive side wins, a tie counting one: an integer, so nothing is rounded. Both slices
/// ascend, so one pass over each suffices.
fn wins_doubled(positives: &[f64], negatives: &[f64]) -> u128 {
    let (mut below, mut not_above) = (0_usize, 0_usize);
    let mut sum = 0_u128;
    for score in positives {
        below += count_while(negatives, below, |other| other < score);
        not_above += count_while(negatives, not_above, |other| other <= score);
        sum = sum.saturating_add(below as u128).saturating_add(not_above as u128);
    }
    sum
}

fn count_while(values: &[f64], from: usize, holds: impl Fn(&f64) -> bool) -> usize {
    values.iter().skip(from).take_while(|value| holds(value)).count()
}

#[expect(clippy::cast_precision_loss, reason = "rounding both sides once keeps the quotient within 1e-15")]
fn share(part: u128, whole: u128) -> f64 {
    part as f64 / whole as f64
}
