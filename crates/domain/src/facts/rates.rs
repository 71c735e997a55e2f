//! Rates of a group, from its confusion matrix.

use crate::registry::GroupCounts;

/// The rates of one group; `None` where the denominator is 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupRates {
    /// Rows.
    pub n: u64,
    /// Positive predictions among all.
    pub selection: Option<f64>,
    /// Positive predictions among the positive.
    pub true_positive: Option<f64>,
    /// Positive predictions among the negative.
    pub false_positive: Option<f64>,
    /// Negative predictions among the positive.
    pub false_negative: Option<f64>,
}

/// The rates of a group.
pub fn rates(counts: &GroupCounts) -> GroupRates {
    let GroupCounts { tn, fp, fn_, tp, .. } = *counts;
    let positive = tp.saturating_add(fn_);
    let negative = fp.saturating_add(tn);
    let n = positive.saturating_add(negative);
    GroupRates {
        n,
        selection: ratio(tp.saturating_add(fp), n),
        true_positive: ratio(tp, positive),
        false_positive: ratio(fp, negative),
        false_negative: ratio(fn_, positive),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows stay far below 2^53")]
fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
