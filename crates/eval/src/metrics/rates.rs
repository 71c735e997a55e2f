//! Metrics of one confusion matrix.

use super::classes::correlation;
use super::{MetricValue, Reason, quotient};
use crate::state::Confusion;

/// `(tp + tn) / n`; scikit-learn `accuracy_score`.
pub fn accuracy(counts: &Confusion) -> MetricValue {
    MetricValue::share(counts.tp.saturating_add(counts.tn), counts.total(), Reason::NoRows)
}

/// The mean of the true positive and the true negative rate; scikit-learn `balanced_accuracy_score`, which leaves an absent
/// class out where this is undefined.
pub fn balanced_accuracy(counts: &Confusion) -> MetricValue {
    match (true_positive_rate(counts).result(), false_positive_rate(counts).result()) {
        (Ok(_), Ok(_)) => {
            let sensitivity = quotient(counts.tp, counts.positives());
            let specificity = quotient(counts.tn, counts.negatives());
            MetricValue::defined(f64::midpoint(sensitivity, specificity), counts.total())
        }
        (Err(reason), _) | (_, Err(reason)) => MetricValue::undefined(reason, counts.total()),
    }
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
    let rows = counts.positives().saturating_add(counts.fp);
    if rows == 0 {
        return MetricValue::undefined(Reason::NoPositives, 0);
    }
    let twice = counts.tp.saturating_mul(2);
    MetricValue::defined(quotient(twice, twice.saturating_add(counts.fp).saturating_add(counts.fn_)), rows)
}

/// The share of rows predicted positive, `(tp + fp) / n`; fairlearn `selection_rate`.
pub fn selection_rate(counts: &Confusion) -> MetricValue {
    MetricValue::share(counts.selected(), counts.total(), Reason::NoRows)
}

/// `tp / (tp + fn)`; fairlearn `true_positive_rate`.
pub fn true_positive_rate(counts: &Confusion) -> MetricValue {
    MetricValue::share(counts.tp, counts.positives(), Reason::NoPositiveLabels)
}

/// `fp / (fp + tn)`; fairlearn `false_positive_rate`.
pub fn false_positive_rate(counts: &Confusion) -> MetricValue {
    MetricValue::share(counts.fp, counts.negatives(), Reason::NoNegativeLabels)
}

/// `fn / (fn + tp)`; fairlearn `false_negative_rate`.
pub fn false_negative_rate(counts: &Confusion) -> MetricValue {
    MetricValue::share(counts.fn_, counts.positives(), Reason::NoPositiveLabels)
}

/// `tp / (tp + fp)`, the share of positive predictions that are right.
pub fn positive_predictive_value(counts: &Confusion) -> MetricValue {
    MetricValue::share(counts.tp, counts.selected(), Reason::NoPositivePredictions)
}

/// The correlation of labels and predictions, from -1 to 1; scikit-learn `matthews_corrcoef`, which gives 0 where this is
/// undefined.
pub fn matthews_correlation(counts: &Confusion) -> MetricValue {
    let right = counts.tp.saturating_add(counts.tn);
    let predicted = [counts.selected(), counts.tn.saturating_add(counts.fn_)];
    correlation(right, &[counts.positives(), counts.negatives()], &predicted)
}
