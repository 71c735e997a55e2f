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

/// How unevenly a model treats people, within groups and between them: the Theil index of the benefits `prediction - label +
/// 1`, which are 2 for a false positive, 0 for a false negative and else 1 (Speicher et al. 2018); AIF360 `theil_index`.
pub fn theil_index(counts: &Confusion) -> MetricValue {
    let of = counts.masses();
    let all = of.tp + of.fn_ + (of.tn + of.fp);
    let benefits = of.tp + of.tn + 2.0 * of.fp;
    let part = |mass: f64, benefit: f64| {
        let over_mean = benefit * (all / benefits);
        if mass > 0.0 { mass / all * over_mean * over_mean.ln() } else { 0.0 }
    };
    let value = match (counts.total(), all > 0.0, benefits > 0.0) {
        (0, _, _) => Err(Reason::NoRows),
        (_, false, _) => Err(Reason::NoWeight),
        (_, _, false) => Err(Reason::NoPositivePredictions),
        _ => Ok((part(of.tp + of.tn, 1.0) + part(of.fp, 2.0)).max(0.0)),
    };
    MetricValue::of(value, counts.total())
}

/// A share of what `rows` rows weigh; undefined for `reason` where there are none.
fn share(part: f64, whole: f64, rows: u64, reason: Reason) -> MetricValue {
    MetricValue::of(mass_share(part, whole, rows, reason), rows)
}
