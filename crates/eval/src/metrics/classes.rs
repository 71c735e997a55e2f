//! Metrics of several classes, as functions of the counts by label and prediction.

use super::{MetricValue, Reason, number, quotient};

/// Rows by label and prediction, for the classes of both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClassCounts {
    /// For each class as a label, the rows by each class as a prediction.
    pub matrix: Vec<Vec<u64>>,
    labelled: Vec<u64>,
    predicted: Vec<u64>,
    right: Vec<u64>,
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

/// A figure of one class: what is divided by what, and why it is undefined where the latter is 0.
type Parts = (u64, u64, Reason);

impl ClassCounts {
    /// The counts of a square matrix.
    pub fn new(matrix: Vec<Vec<u64>>) -> Self {
        let sum = |cells: &mut dyn Iterator<Item = u64>| cells.fold(0_u64, u64::saturating_add);
        let column = |index: usize| sum(&mut matrix.iter().filter_map(|row| row.get(index).copied()));
        let labelled: Vec<u64> = matrix.iter().map(|row| sum(&mut row.iter().copied())).collect();
        let predicted: Vec<u64> = (0..matrix.len()).map(column).collect();
        let right: Vec<u64> =
            matrix.iter().enumerate().filter_map(|(index, row)| row.get(index).copied()).collect();
        Self { matrix, labelled, predicted, right }
    }

    /// The counts of the classes that rows have as a label or as a prediction.
    #[must_use]
    pub fn of_present_classes(&self) -> Self {
        let sums = self.labelled.iter().zip(&self.predicted);
        let present: Vec<bool> = sums.map(|(labels, predictions)| *labels > 0 || *predictions > 0).collect();
        let kept = |row: &Vec<u64>| {
            row.iter().zip(&present).filter(|(_, present)| **present).map(|(rows, _)| *rows).collect()
        };
        let rows = self.matrix.iter().zip(&present).filter(|(_, present)| **present);
        Self::new(rows.map(|(row, _)| kept(row)).collect())
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

    /// The share of rows predicted right; scikit-learn `accuracy_score`.
    pub fn accuracy(&self) -> MetricValue {
        MetricValue::share(self.all_right(), self.rows(), Reason::NoRows)
    }

    /// The mean of the recalls of all classes that have labels; scikit-learn `balanced_accuracy_score`.
    pub fn balanced_accuracy(&self) -> MetricValue {
        let recalls = self.recalls().into_iter().filter(|(_, labels, _)| *labels > 0);
        let recalls: Vec<f64> = recalls.map(|(right, labels, _)| quotient(right, labels)).collect();
        if recalls.is_empty() {
            return MetricValue::undefined(Reason::NoRows, 0);
        }
        MetricValue::defined(recalls.iter().sum::<f64>() / number(recalls.len() as u64), self.rows())
    }

    /// The correlation of labels and predictions (Gorodkin 2004); scikit-learn `matthews_corrcoef`.
    pub fn matthews_correlation(&self) -> MetricValue {
        correlation(self.all_right(), &self.labelled, &self.predicted)
    }

    /// For each class the share of its predictions that are right; scikit-learn `precision_score`.
    pub fn precisions(&self) -> Vec<Parts> {
        let parts = self.right.iter().zip(&self.predicted);
        parts.map(|(right, rows)| (*right, *rows, Reason::ClassNeverPredicted)).collect()
    }

    /// For each class the share of its labels that are found; scikit-learn `recall_score`.
    pub fn recalls(&self) -> Vec<Parts> {
        let parts = self.right.iter().zip(&self.labelled);
        parts.map(|(right, rows)| (*right, *rows, Reason::ClassWithoutLabels)).collect()
    }

    /// For each class twice what is right over its labels and predictions; scikit-learn `f1_score`.
    pub fn f1s(&self) -> Vec<Parts> {
        let parts = self.right.iter().zip(self.labelled.iter().zip(&self.predicted));
        parts
            .map(|(right, (labels, predictions))| {
                (right.saturating_mul(2), labels.saturating_add(*predictions), Reason::NoPositives)
            })
            .collect()
    }

    /// One figure of the figures of all classes. A class whose figure is undefined makes it undefined; the weighted mean needs
    /// no figure of a class without labels.
    pub fn average(&self, average: Average, parts: &[Parts]) -> MetricValue {
        let n = self.rows();
        match average {
            Average::Macro => {
                let total = number(parts.len() as u64);
                let sum = parts.iter().try_fold(0.0, |sum, parts| Ok(sum + share(*parts)?));
                let sum = if parts.is_empty() { Err(Reason::NoRows) } else { sum };
                MetricValue::of(sum.map(|sum| sum / total), n)
            }
            Average::Micro => {
                let sums = parts.iter().fold((0_u64, 0_u64), |(part, whole), (more, of, _)| {
                    (part.saturating_add(*more), whole.saturating_add(*of))
                });
                MetricValue::of(share((sums.0, sums.1, Reason::NoRows)), n)
            }
            Average::Weighted => {
                let weighed = parts.iter().zip(&self.labelled).filter(|(_, labels)| **labels > 0);
                let sum = weighed
                    .into_iter()
                    .try_fold(0.0, |sum, (parts, labels)| Ok(sum + share(*parts)? * number(*labels)));
                let sum = if n == 0 { Err(Reason::NoRows) } else { sum };
                MetricValue::of(sum.map(|sum| sum / number(n)), n)
            }
        }
    }

    fn all_right(&self) -> u64 {
        self.right.iter().fold(0, |sum, rows| sum.saturating_add(*rows))
    }
}

fn share((part, whole, reason): Parts) -> Result<f64, Reason> {
    if whole == 0 { Err(reason) } else { Ok(quotient(part, whole)) }
}

/// The correlation of labels and predictions from the rows by class of both.
pub(super) fn correlation(right: u64, labelled: &[u64], predicted: &[u64]) -> MetricValue {
    let rows = labelled.iter().fold(0_u64, |sum, rows| sum.saturating_add(*rows));
    let product = |left: &[u64], right: &[u64]| {
        let pairs = left.iter().zip(right).map(|(left, right)| signed(*left) * signed(*right));
        pairs.fold(0, i128::saturating_add)
    };
    let both = product(labelled, predicted);
    let of_labels = signed(rows) * signed(rows) - product(labelled, labelled);
    let of_predictions = signed(rows) * signed(rows) - product(predicted, predicted);
    if rows == 0 {
        return MetricValue::undefined(Reason::NoRows, 0);
    }
    if of_labels <= 0 || of_predictions <= 0 {
        return MetricValue::undefined(Reason::NoVariation, rows);
    }
    let together = signed(right) * signed(rows) - both;
    MetricValue::defined(wide(together) / (wide(of_labels) * wide(of_predictions)).sqrt(), rows)
}

/// Counts beyond 2^62 rows, which cannot come from data, stop there: their products stay below 2^127.
fn signed(count: u64) -> i128 {
    i128::from(count.min(1 << 62))
}

#[expect(clippy::cast_precision_loss, reason = "rounding once keeps the quotient within 1e-15")]
fn wide(number: i128) -> f64 {
    number as f64
}
