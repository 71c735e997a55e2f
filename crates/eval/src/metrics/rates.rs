//! Metrics of one confusion matrix. Where rows have weights, what they weigh stands in the place of their number.

use super::classes::correlation;
use super::{MetricValue, Reason, mass_share};
use crate::state::Confusion;

/// `(tp + tn) / n`; scikit-learn `accuracy_score`.
pub fn accuracy(counts: &Confusion) -> MetricValue {
    let of = counts.masses();
    share(of.tp + of.tn, of.tp + of.fn_ + (of.tn + of.fp), counts.total(), Reason::NoRows)
}

/// The mean of the true positive and the true negative rate; scikit-learn `balanced_accuracy_score`, which leaves an absent
/// class out where this is undefined.
pub fn balanced_accuracy(counts: &Confusion) -> MetricValue {
    let of = counts.masses();
    let specificity = share(of.tn, of.tn + of.fp, counts.negatives(), Reason::NoNegativeLabels);
    let both = recall(counts).result().and_then(|recall| Ok(f64::midpoint(recall, specificity.result()?)));
    MetricValue::of(both, counts.total())
}

/// `tp / (tp + fp)`; scikit-learn `precision_score`.
pub fn precision(counts: &Confusion) -> MetricValue {
    positive_predictive_value(counts)
}

/// `tp / (tp + fn)`; scikit-learn `recall_score`.
pub fn recall(counts: &Confusion) -> MetricValue {
    true_positive_rate(counts)
}

/// `2 tp / (2 tp + fp + fn)`; scikit-learn `f1_score`.
pub fn f1(counts: &Confusion) -> MetricValue {
    let of = counts.masses();
    let rows = counts.positives().saturating_add(counts.fp);
    share(2.0 * of.tp, 2.0 * of.tp + of.fp + of.fn_, rows, Reason::NoPositives)
}

/// The share of rows predicted positive, `(tp + fp) / n`; fairlearn `selection_rate`.
pub fn selection_rate(counts: &Confusion) -> MetricValue {
    let of = counts.masses();
    share(of.tp + of.fp, of.tp + of.fn_ + (of.tn + of.fp), counts.total(), Reason::NoRows)
}

/// `tp / (tp + fn)`; fairlearn `true_positive_rate`.
pub fn true_positive_rate(counts: &Confusion) -> MetricValue {
    share(counts.masses().tp, counts.positive_mass(), counts.positives(), Reason::NoPositiveLabels)
}

/// `fp / (fp + tn)`; fairlearn `false_positive_rate`.
pub fn false_positive_rate(counts: &Confusion) -> MetricValue {
    share(counts.masses().fp, counts.negative_mass(), counts.negatives(), Reason::NoNegativeLabels)
}

/// `fn / (fn + tp)`; fairlearn `false_negative_rate`.
pub fn false_negative_rate(counts: &Confusion) -> MetricValue {
    share(counts.masses().fn_, counts.positive_mass(), counts.positives(), Reason::NoPositiveLabels)
}

/// `tp / (tp + fp)`, the share of positive predictions that are right.
pub fn positive_predictive_value(counts: &Confusion) -> MetricValue {
    let of = counts.masses();
    share(of.tp, of.tp + of.fp, counts.selected(), Reason::NoPositivePredictions)
}

/// The correlation of labels and predictions, from -1 to 1; scikit-learn `matthews_corrcoef`, which gives 0 where this is
/// undefined.
pub fn matthews_correlation(counts: &Confusion) -> MetricValue {
    let of = counts.masses();
    correlation(&[vec![of.tn, of.fp], vec![of.fn_, of.tp]], counts.total())
}

/// A share of what `rows` rows weigh; undefined for `reason` where there are none.
fn share(part: f64, whole: f64, rows: u64, reason: Reason) -> MetricValue {
    MetricValue::of(mass_share(part, whole, rows, reason), rows)
}
