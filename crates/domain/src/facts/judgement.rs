//! One figure against one threshold: the only place where they are compared.

use crate::pack::Threshold;
use crate::registry::Metric;
use crate::values::Decimal;

/// What a threshold says of a figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The figure; absent where there is none or it is undefined.
    pub value: Option<f64>,
    /// How many rows it rests on.
    pub n: Option<u64>,
    /// Whether the threshold holds. A figure that is missing, undefined, or rests on too few rows fails.
    pub passed: bool,
    /// Why there is no figure to compare.
    pub reason: Option<String>,
}

/// Judges a figure, or its absence.
pub fn judgement(threshold: &Threshold, metric: Option<&Metric>) -> Judgement {
    let value = metric.and_then(|metric| metric.value).map(Decimal::get);
    let too_few = metric.zip(threshold.min_sample).is_some_and(|(metric, min)| metric.n < min);
    let passed = !too_few && value.is_some_and(|value| threshold.operator.holds(value, threshold.bound));
    let reason = match (metric, value) {
        (None, _) => Some("the evaluation has no such figure".to_owned()),
        (Some(metric), None) => {
            Some(metric.reason.clone().unwrap_or_else(|| "the figure is undefined".to_owned()))
        }
        (Some(metric), Some(_)) if too_few => Some(format!("the figure rests on {} rows", metric.n)),
        (Some(_), Some(_)) => None,
    };
    Judgement { value, n: metric.map(|metric| metric.n), passed, reason }
}
