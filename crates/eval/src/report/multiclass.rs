//! The report of several classes.

use std::collections::{BTreeMap, BTreeSet};

use super::{ClassRow, Report, segments};
use crate::metrics::{Average, ClassCounts, MetricValue};
use crate::state::{Cell, Dimension, Grouping, State};
use crate::suite::Suite;

pub(super) fn fill(report: &mut Report, state: &State) {
    let classes = Classes::of(state);
    let all = classes.counts(state.cells().iter());
    report.classes = class_rows(&classes, &all);
    if report.suites.contains(&Suite::Performance) {
        report.metrics = performance(&all);
    }
    report.segments = segments(report, state, |grouping| segment_metrics(&classes, state, grouping));
}

/// The classes of labels and predictions together, and which of them each code of either is.
struct Classes {
    names: Vec<String>,
    of_label: Vec<usize>,
    of_prediction: Vec<usize>,
}

impl Classes {
    fn of(state: &State) -> Self {
        let empty = Dimension::default();
        let [labels, predictions] = [0, 1].map(|index| state.dimensions().get(index).unwrap_or(&empty));
        let names: BTreeSet<&String> = labels.values.iter().chain(&predictions.values).collect();
        let names: Vec<String> = names.into_iter().cloned().collect();
        let places = |dimension: &Dimension| {
            dimension.values.iter().filter_map(|value| names.binary_search(value).ok()).collect()
        };
        Self { of_label: places(labels), of_prediction: places(predictions), names }
    }

    fn counts<'a>(&self, cells: impl Iterator<Item = &'a Cell>) -> ClassCounts {
        let mut matrix = vec![vec![0_u64; self.names.len()]; self.names.len()];
        for cell in cells {
            let code = |index: usize| cell.key.get(index).map(|code| usize::from(*code));
            let label = code(0).and_then(|code| self.of_label.get(code));
            let prediction = code(1).and_then(|code| self.of_prediction.get(code));
            let row = label.and_then(|label| matrix.get_mut(*label));
            let count = row.zip(prediction).and_then(|(row, prediction)| row.get_mut(*prediction));
            if let Some(count) = count {
                *count = count.saturating_add(cell.rows);
            }
        }
        ClassCounts::new(matrix)
    }
}

fn performance(counts: &ClassCounts) -> BTreeMap<String, MetricValue> {
    let mut found = BTreeMap::from([
        ("accuracy".to_owned(), counts.accuracy()),
        ("balancedAccuracy".to_owned(), counts.balanced_accuracy()),
        ("matthewsCorrelation".to_owned(), counts.matthews_correlation()),
    ]);
    let averages = [(Average::Macro, "macro"), (Average::Micro, "micro"), (Average::Weighted, "weighted")];
    let figures = [("F1", counts.f1s()), ("Precision", counts.precisions()), ("Recall", counts.recalls())];
    for (average, prefix) in averages {
        for (name, parts) in &figures {
            found.insert(format!("{prefix}{name}"), counts.average(average, parts));
        }
    }
    found
}

fn segment_metrics(
    classes: &Classes,
    state: &State,
    grouping: &Grouping,
) -> Vec<BTreeMap<String, MetricValue>> {
    let metrics_of = |group: usize| {
        let cells = state.cells().iter().zip(&grouping.of_cell).filter(|(_, own)| **own == group);
        performance(&classes.counts(cells.map(|(cell, _)| cell)).of_present_classes())
    };
    (0..grouping.groups.len()).map(metrics_of).collect()
}

fn class_rows(classes: &Classes, counts: &ClassCounts) -> Vec<ClassRow> {
    let share = |(part, whole): (u64, u64)| crate::metrics::share_of(part, whole);
    let figures = counts.precisions().into_iter().zip(counts.recalls()).zip(counts.f1s());
    let sums = counts.labelled().iter().zip(counts.predicted());
    classes
        .names
        .iter()
        .zip(&counts.matrix)
        .zip(sums.zip(figures))
        .map(|((class, predictions), ((labelled, predicted), ((precision, recall), f1)))| ClassRow {
            class: class.clone(),
            labelled: *labelled,
            predicted: *predicted,
            predictions: predictions.clone(),
            precision: share((precision.0, precision.1)),
            recall: share((recall.0, recall.1)),
            f1: share((f1.0, f1.1)),
        })
        .collect()
}
