//! Intervals of the rates of one group.

use std::collections::BTreeMap;

use crate::metrics::{self, Interval, MetricValue};
use crate::state::Confusion;

type Rate = fn(&Confusion) -> MetricValue;

const RATES: [(&str, Rate); 5] = [
    ("selectionRate", metrics::selection_rate),
    ("truePositiveRate", metrics::true_positive_rate),
    ("falsePositiveRate", metrics::false_positive_rate),
    ("falseNegativeRate", metrics::false_negative_rate),
    ("positivePredictiveValue", metrics::positive_predictive_value),
];

/// Wilson's interval of each rate that is defined, by its name; none where rows have weights, which it knows nothing of.
pub(super) fn of_group(counts: &Confusion) -> BTreeMap<String, Interval> {
    if counts.weights.is_some() {
        return BTreeMap::new();
    }
    let interval = |(name, rate): &(&str, Rate)| {
        let rate = rate(counts);
        Some(((*name).to_owned(), metrics::wilson(rate.value?, rate.n)?))
    };
    RATES.iter().filter_map(interval).collect()
}
