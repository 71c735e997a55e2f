//! The report of several classes.

use std::collections::{BTreeMap, BTreeSet};

use super::{ClassRow, Report, segments};
use crate::error::{EvalError, Problem, excerpt};
use crate::exact::ExactSum;
use crate::metrics::{Average, Bootstrap, ClassCounts, ClassScores, Drawn, MetricValue, Parts, ScoredRow};
use crate::state::{Cell, Columns, Dimension, Grouping, Kinds, State};
use crate::suite::Suite;

pub(super) fn fill(report: &mut Report, state: &State) -> Result<(), EvalError> {
    let classes = Classes::of(state)?;
    let all = classes.counts(state.cells().iter());
    let scores = classes.scores(state, None).pop().map(|rows| classes.figures(&rows, &all));
    report.classes = class_rows(&classes, &all, scores.as_ref());
    if report.suites.contains(&Suite::Performance) {
        let cells = || state.cells().iter();
        report.metrics = classes.performance(report.options.bootstrap, ("", cells()), scores.as_ref());
    }
    report.segments = segments(report, state, |grouping| {
        segment_metrics(&classes, report.options.bootstrap, state, grouping)
    });
    Ok(())
}

/// The classes of labels and predictions together, and which of them each code of either is.
struct Classes {
    names: Vec<String>,
    of_label: Vec<usize>,
    of_prediction: Vec<usize>,
    /// For each class where its score stands among those of a row, where there are scores.
    columns: Vec<usize>,
    is_weighed: bool,
}

impl Classes {
    fn of(state: &State) -> Result<Self, EvalError> {
        let empty = Dimension::default();
        let [labels, predictions] = [0, 1].map(|index| state.dimensions().get(index).unwrap_or(&empty));
        let names: BTreeSet<&String> = labels.values.iter().chain(&predictions.values).collect();
        let names: Vec<String> = names.into_iter().cloned().collect();
        let places = |dimension: &Dimension| {
            dimension.values.iter().filter_map(|value| names.binary_search(value).ok()).collect()
        };
        let columns = score_columns(state.columns(), &names)?;
        let (of_label, of_prediction) = (places(labels), places(predictions));
        let is_weighed = state.columns().weight.is_some();
        Ok(Self { names, of_label, of_prediction, columns, is_weighed })
    }

    /// The rows with their scores, of all groups of a grouping or of all rows together; nothing where there are no scores.
    fn scores<'a>(&self, state: &'a State, grouping: Option<&Grouping>) -> Vec<Vec<ScoredRow<'a>>> {
        let Some(measures) = state.measures().filter(|_| !self.columns.is_empty()) else { return Vec::new() };
        let mut rows = vec![Vec::new(); grouping.map_or(1, |grouping| grouping.groups.len())];
        let label = |cell: &Cell| cell.key.first().and_then(|code| self.of_label.get(usize::from(*code)));
        let labels: Vec<usize> = state.cells().iter().filter_map(label).copied().collect();
        for (numbers, cell) in measures.iter() {
            let (weight, scores) = match numbers.split_last() {
                Some((weight, scores)) if self.is_weighed => (*weight, scores),
                _ => (1.0, numbers),
            };
            let group = grouping.map_or(Some(0), |grouping| grouping.of_cell.get(cell as usize).copied());
            let own = group.and_then(|group| rows.get_mut(group));
            if let Some((own, label)) = own.zip(labels.get(cell as usize)) {
                own.push(ScoredRow { label: *label, weight, scores });
            }
        }
        rows
    }

    /// The figures of some cells, with intervals where they are made of counts.
    fn performance<'a>(
        &self,
        bootstrap: Bootstrap,
        (purpose, cells): (&str, impl Iterator<Item = &'a Cell> + Clone),
        scores: Option<&ClassScores>,
    ) -> BTreeMap<String, MetricValue> {
        let counts = self.counts(cells.clone());
        let mut kinds = Kinds::default();
        for cell in cells {
            if let Some((label, prediction)) = self.places(cell) {
                kinds.add(label * self.names.len() + prediction, cell);
            }
        }
        let found = of_counts(&counts.of_present_classes());
        let values = |drawn: &[Drawn]| {
            let drawn = of_counts_drawn(drawn, self.names.len(), &counts);
            of_counts(&drawn).into_values().map(|figure| figure.value).collect()
        };
        let intervals = bootstrap.intervals(purpose, &kinds.finish(), found.len(), values);
        let mut intervals = intervals.iter();
        let within = |(name, figure): (String, MetricValue)| (name, figure.within(intervals.next()));
        found.into_iter().map(within).chain(scores.map(of_scores).into_iter().flatten()).collect()
    }

    /// The places of a cell's label and prediction among the classes.
    fn places(&self, cell: &Cell) -> Option<(usize, usize)> {
        let code = |index: usize| cell.key.get(index).map(|code| usize::from(*code));
        let label = code(0).and_then(|code| self.of_label.get(code));
        let prediction = code(1).and_then(|code| self.of_prediction.get(code));
        label.copied().zip(prediction.copied())
    }

    /// What the scores say of the classes that these rows have.
    fn figures(&self, rows: &[ScoredRow<'_>], counts: &ClassCounts) -> ClassScores {
        let mut places = vec![usize::MAX; self.names.len()];
        let mut columns = Vec::new();
        let sums = counts.labelled().iter().zip(counts.predicted());
        for ((place, column), (labelled, predicted)) in places.iter_mut().zip(&self.columns).zip(sums) {
            if *labelled > 0 || *predicted > 0 {
                *place = columns.len();
                columns.push(*column);
            }
        }
        let place = |label: usize| places.get(label).copied().unwrap_or(usize::MAX);
        let rows: Vec<ScoredRow<'_>> =
            rows.iter().map(|row| ScoredRow { label: place(row.label), ..*row }).collect();
        ClassScores::new(&rows, &columns, counts.rows())
    }

    fn counts<'a>(&self, cells: impl Iterator<Item = &'a Cell>) -> ClassCounts {
        let size = self.names.len();
        let mut matrix = vec![vec![0_u64; size]; size];
        let mut weights = self.is_weighed.then(|| vec![vec![ExactSum::default(); size]; size]);
        for cell in cells {
            let Some((label, prediction)) = self.places(cell) else { continue };
            if let Some(count) = matrix.get_mut(label).and_then(|row| row.get_mut(prediction)) {
                *count = count.saturating_add(cell.rows);
            }
            let sums = weights.as_mut().and_then(|sums| sums.get_mut(label));
            if let Some((sum, own)) = sums.and_then(|row| row.get_mut(prediction)).zip(cell.weights.as_ref())
            {
                sum.merge(&own.sum());
            }
        }
        let values = |row: &Vec<ExactSum>| row.iter().map(ExactSum::value).collect();
        match weights {
            None => ClassCounts::new(matrix),
            Some(sums) => ClassCounts::weighed(matrix, sums.iter().map(values).collect()),
        }
    }
}

/// For each class the place of its column among those with scores.
fn score_columns(columns: &Columns, classes: &[String]) -> Result<Vec<usize>, EvalError> {
    if columns.class_scores.is_empty() {
        return Ok(Vec::new());
    }
    let place = |class: &String| {
        let place = columns.class_scores.keys().position(|known| known == class);
        let class = || excerpt(class.as_bytes());
        place.ok_or_else(|| EvalError::new(Problem::ClassWithoutScores { class: class() }))
    };
    classes.iter().map(place).collect()
}

/// The counts of drawn rows, of the classes that the rows have from which they were drawn.
fn of_counts_drawn(drawn: &[Drawn], classes: usize, counts: &ClassCounts) -> ClassCounts {
    let at = |label: usize, prediction: usize| {
        drawn.get(label * classes + prediction).copied().unwrap_or_default()
    };
    let rows = (0..classes).map(|label| (0..classes).map(|other| at(label, other).rows).collect());
    let masses = (0..classes).map(|label| (0..classes).map(|other| at(label, other).mass).collect());
    ClassCounts::weighed(rows.collect(), masses.collect()).of_classes_in(counts)
}

fn of_counts(counts: &ClassCounts) -> BTreeMap<String, MetricValue> {
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

fn of_scores(scores: &ClassScores) -> Vec<(String, MetricValue)> {
    let mut found =
        vec![("brierScore".to_owned(), scores.brier_score()), ("logLoss".to_owned(), scores.log_loss())];
    for (by_labels, prefix) in [(false, "macro"), (true, "weighted")] {
        found.push((format!("{prefix}RocAucOneVsOne"), scores.area_one_vs_one(by_labels)));
        found.push((format!("{prefix}RocAucOneVsRest"), scores.area_one_vs_rest(by_labels)));
    }
    found
}

fn segment_metrics(
    classes: &Classes,
    bootstrap: Bootstrap,
    state: &State,
    grouping: &Grouping,
) -> Vec<BTreeMap<String, MetricValue>> {
    let scores = classes.scores(state, Some(grouping));
    let metrics_of = |group: usize| {
        let cells = state.cells().iter().zip(&grouping.of_cell).filter(|(_, own)| **own == group);
        let cells: Vec<&Cell> = cells.map(|(cell, _)| cell).collect();
        let counts = classes.counts(cells.iter().copied());
        let scores = scores.get(group).map(|rows| classes.figures(rows, &counts));
        let purpose = format!("{}\0{}", grouping.name, grouping.groups.get(group).map_or("", String::as_str));
        classes.performance(bootstrap, (&purpose, cells.into_iter()), scores.as_ref())
    };
    (0..grouping.groups.len()).map(metrics_of).collect()
}

fn class_rows(classes: &Classes, counts: &ClassCounts, scores: Option<&ClassScores>) -> Vec<ClassRow> {
    let mut areas = scores.map(ClassScores::one_vs_rest).unwrap_or_default().into_iter();
    let share = |parts: Parts| parts.share().ok();
    let mut weights = counts.labelled_masses().into_iter();
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
            weight: weights.next().filter(|_| classes.is_weighed),
            predicted: *predicted,
            predictions: predictions.clone(),
            precision: share(precision),
            recall: share(recall),
            f1: share(f1),
            roc_auc: areas.next().and_then(|area| area.value),
        })
        .collect()
}
