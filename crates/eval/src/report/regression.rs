//! The report of numbers.

use std::collections::BTreeMap;

use super::{Report, segments};
use crate::metrics::{self, MetricValue, Sums};
use crate::state::{Grouping, State};
use crate::suite::Suite;

type OfSums = fn(&Sums) -> MetricValue;

const PERFORMANCE: [(&str, OfSums); 7] = [
    ("explainedVariance", metrics::explained_variance),
    ("largestError", metrics::largest_error),
    ("meanAbsoluteError", metrics::mean_absolute_error),
    ("meanError", metrics::mean_error),
    ("meanSquaredError", metrics::mean_squared_error),
    ("rSquared", metrics::r_squared),
    ("rootMeanSquaredError", metrics::root_mean_squared_error),
];

pub(super) fn fill(report: &mut Report, state: &State) {
    if report.suites.contains(&Suite::Performance) {
        report.metrics = performance(&Sums::of(state.cells().iter()));
    }
    report.segments = segments(report, state, |grouping| segment_metrics(state, grouping));
}

fn performance(sums: &Sums) -> BTreeMap<String, MetricValue> {
    PERFORMANCE.iter().map(|(name, metric)| ((*name).to_owned(), metric(sums))).collect()
}

fn segment_metrics(state: &State, grouping: &Grouping) -> Vec<BTreeMap<String, MetricValue>> {
    let metrics_of = |group: usize| {
        let cells = state.cells().iter().zip(&grouping.of_cell).filter(|(_, own)| **own == group);
        performance(&Sums::of(cells.map(|(cell, _)| cell)))
    };
    (0..grouping.groups.len()).map(metrics_of).collect()
}
