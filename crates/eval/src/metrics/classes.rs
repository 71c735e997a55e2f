//! Metrics of several classes, as functions of the counts by label and prediction.

use super::{MetricValue, Reason, mass_share, number};

/// Rows by label and prediction, for the classes of both, and what they weigh.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassCounts {
    /// For each class as a label, the rows by each class as a prediction.
    pub matrix: Vec<Vec<u64>>,
    masses: Vec<Vec<f64>>,
    labelled: Vec<u64>,
    predicted: Vec<u64>,
}

/// How the figures of the classes become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Average {
    /// Every class counts the same.
    Macro,
    /// Every row counts the same: the figure of all classes' counts together.
    Micro,
    /// Every class counts by its labels.
    Weighted,
}

/// A figure of one class, or why it is undefined: what is divided by what.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parts {
    part: f64,
    whole: f64,
    rows: u64,
    reason: Reason,
}

impl Parts {
    /// The quotient.
    pub fn share(self) -> Result<f64, Reason> {
        mass_share(self.part, self.whole, self.rows, self.reason)
    }
}

impl ClassCounts {
    /// The counts of a square matrix.
    pub fn new(matrix: Vec<Vec<u64>>) -> Self {
        let masses = matrix.iter().map(|row| row.iter().map(|rows| number(*rows)).collect()).collect();
        Self::weighed(matrix, masses)
    }

    /// The counts of a square matrix whose rows have weights.
    pub fn weighed(matrix: Vec<Vec<u64>>, masses: Vec<Vec<f64>>) -> Self {
        let sum = |cells: &mut dyn Iterator<Item = u64>| cells.fold(0_u64, u64::saturating_add);
        let column = |index: usize| sum(&mut matrix.iter().filter_map(|row| row.get(index).copied()));
        let labelled: Vec<u64> = matrix.iter().map(|row| sum(&mut row.iter().copied())).collect();
        let predicted: Vec<u64> = (0..matrix.len()).map(column).collect();
        Self { matrix, masses, labelled, predicted }
    }

    /// The counts of the classes that rows have as a label or as a prediction.
    #[must_use]
    pub fn of_present_classes(&self) -> Self {
        self.of_classes_in(self)
    }

    /// The counts of the classes that the rows of other counts have.
    #[must_use]
    pub fn of_classes_in(&self, others: &Self) -> Self {
        let sums = others.labelled.iter().zip(&others.predicted);
        let present: Vec<bool> = sums.map(|(labels, predictions)| *labels > 0 || *predictions > 0).collect();
        Self::weighed(chosen(&self.matrix, &present), chosen(&self.masses, &present))
    }

    /// Rows whose label is each class.
    pub fn labelled(&self) -> &[u64] {
        &self.labelled
    }

    /// Rows predicted to be each class.
    pub fn predicted(&self) -> &[u64] {
        &self.predicted
    }

    /// All rows.
    pub fn rows(&self) -> u64 {
        self.labelled.iter().fold(0, |sum, rows| sum.saturating_add(*rows))
    }

    /// What the rows weigh whose label is each class.
    pub fn labelled_masses(&self) -> Vec<f64> {
        self.masses.iter().map(|row| row.iter().sum()).collect()
    }

    /// The share of rows predicted right; scikit-learn `accuracy_score`.
    pub fn accuracy(&self) -> MetricValue {
        let (right, all) = (self.right().iter().sum(), self.labelled_masses().iter().sum());
        MetricValue::of(mass_share(right, all, self.rows(), Reason::NoRows), self.rows())
    }

    /// The mean of the recalls of all classes that have labels; scikit-learn `balanced_accuracy_score`.
    pub fn balanced_accuracy(&self) -> MetricValue {
        let recalls: Vec<f64> = self.recalls().into_iter().filter_map(|recall| recall.share().ok()).collect();
        let sum = recalls.iter().sum::<f64>();
        MetricValue::of(
            mass_share(sum, number(recalls.len() as u64), self.rows(), Reason::NoRows),
            self.rows(),
        )
    }

    /// The correlation of labels and predictions (Gorodkin 2004); scikit-learn `matthews_corrcoef`.
    pub fn matthews_correlation(&self) -> MetricValue {
        correlation(&self.masses, self.rows())
    }

    /// For each class the share of its predictions that are right; scikit-learn `precision_score`.
    pub fn precisions(&self) -> Vec<Parts> {
        let wholes = self.predicted_masses().into_iter().zip(self.predicted.iter().copied());
        self.parts(wholes, Reason::ClassNeverPredicted)
    }

    /// For each class the share of its labels that are found; scikit-learn `recall_score`.
    pub fn recalls(&self) -> Vec<Parts> {
        let wholes = self.labelled_masses().into_iter().zip(self.labelled.iter().copied());
        self.parts(wholes, Reason::ClassWithoutLabels)
    }

    /// For each class twice what is right over its labels and predictions; scikit-learn `f1_score`.
    pub fn f1s(&self) -> Vec<Parts> {
        let masses = self.labelled_masses().into_iter().zip(self.predicted_masses());
        let rows = self.labelled.iter().zip(&self.predicted);
        let wholes = masses.zip(rows).map(|((labels, predictions), (labelled, predicted))| {
            (f64::midpoint(labels, predictions), labelled.saturating_add(*predicted))
        });
        self.parts(wholes, Reason::NoPositives)
    }

    /// One figure of the figures of all classes. A class whose figure is undefined makes it undefined; the weighted mean needs
    /// no figure of a class without labels.
    pub fn average(&self, average: Average, parts: &[Parts]) -> MetricValue {
        let n = self.rows();
        let result = match average {
            Average::Macro => {
                let sum = parts.iter().try_fold(0.0, |sum, parts| Ok(sum + parts.share()?));
                sum.and_then(|sum| mass_share(sum, number(parts.len() as u64), n, Reason::NoRows))
            }
            Average::Micro => {
                let (part, whole) = parts
                    .iter()
                    .fold((0.0, 0.0), |(part, whole), more| (part + more.part, whole + more.whole));
                mass_share(part, whole, n, Reason::NoRows)
            }
            Average::Weighted => {
                let labels = self.labelled_masses();
                let weighed = parts.iter().zip(&labels).filter(|(_, labels)| **labels > 0.0);
                let sum = weighed
                    .into_iter()
                    .try_fold(0.0, |sum, (parts, labels)| Ok(sum + parts.share()? * labels));
                sum.and_then(|sum| mass_share(sum, labels.iter().sum(), n, Reason::NoRows))
            }
        };
        MetricValue::of(result, n)
    }

    fn predicted_masses(&self) -> Vec<f64> {
        let column = |index: usize| self.masses.iter().filter_map(|row| row.get(index)).sum();
        (0..self.masses.len()).map(column).collect()
    }

    /// What the rows of each class weigh that are predicted to be of it.
    fn right(&self) -> Vec<f64> {
        self.masses.iter().enumerate().filter_map(|(index, row)| row.get(index).copied()).collect()
    }

    fn parts(&self, wholes: impl Iterator<Item = (f64, u64)>, reason: Reason) -> Vec<Parts> {
        let parts = self.right().into_iter().zip(wholes);
        parts.map(|(part, (whole, rows))| Parts { part, whole, rows, reason }).collect()
    }
}

/// The rows and columns of a square matrix that are present.
fn chosen<T: Copy>(matrix: &[Vec<T>], present: &[bool]) -> Vec<Vec<T>> {
    let kept = |row: &Vec<T>| {
        row.iter().zip(present).filter(|(_, present)| **present).map(|(cell, _)| *cell).collect()
    };
    matrix.iter().zip(present).filter(|(_, present)| **present).map(|(row, _)| kept(row)).collect()
}

/// The correlation of labels and predictions from what rows weigh by class of both. Each class is one of two for itself;
/// what is added up over the classes are covariances and variances of these.
pub(super) fn correlation(masses: &[Vec<f64>], rows: u64) -> MetricValue {
    let all: f64 = masses.iter().flatten().sum();
    let unit = scale(all);
    let labels: Vec<f64> = masses.iter().map(|row| row.iter().map(|mass| mass * unit).sum()).collect();
    let column = |index: usize| masses.iter().filter_map(|row| row.get(index)).map(|mass| mass * unit).sum();
    let predictions: Vec<f64> = (0..masses.len()).map(column).collect();
    let all = all * unit;
    let (mut together, mut of_labels, mut of_predictions) = (0.0, 0.0, 0.0);
    for (index, (label, prediction)) in labels.iter().zip(&predictions).enumerate() {
        let both = masses.get(index).and_then(|row| row.get(index)).copied().unwrap_or_default() * unit;
        let neither = all - label - (prediction - both);
        together += both * neither - (label - both) * (prediction - both);
        of_labels += label * (all - label);
        of_predictions += prediction * (all - prediction);
    }
    let value = match (rows, all > 0.0) {
        (0, _) => Err(Reason::NoRows),
        (_, false) => Err(Reason::NoWeight),
        _ if of_labels <= 0.0 || of_predictions <= 0.0 => Err(Reason::NoVariation),
        _ => Ok(together / of_labels.sqrt() / of_predictions.sqrt()),
    };
    MetricValue::of(value, rows)
}

/// A power of two that brings huge and tiny masses near 1, without rounding, so that their products stay numbers. Counts
/// of rows stay as they are, and exact.
fn scale(all: f64) -> f64 {
    if (1.0..=9e15).contains(&all) || all <= 0.0 || !all.is_finite() {
        return 1.0;
    }
    let exponent = (all.to_bits() >> 52).clamp(1, 2045);
    f64::from_bits((2046 - exponent) << 52)
}
