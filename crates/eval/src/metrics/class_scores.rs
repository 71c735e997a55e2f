//! Metrics of the scores of several classes, where each row has a score for each class.

use super::calibration::Sum;
use super::{MetricValue, Reason};

/// The scores of some rows, and what is computed from all pairs of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassScores {
    rows: u64,
    /// The mass of the rows by label.
    labelled: Vec<f64>,
    /// For each class, and each other class, how far its own rows score above those of the other by its own score: the pairs
    /// won and half of the pairs tied.
    wins: Vec<Vec<f64>>,
    log_loss: Sum,
    brier: Sum,
    missing: bool,
}

/// One row: its class, what it weighs, and its scores in the order of all classes.
#[derive(Clone, Copy, Debug)]
pub struct ScoredRow<'a> {
    /// The place of its label among the classes.
    pub label: usize,
    /// What the row weighs; 1 where rows have no weights.
    pub weight: f64,
    /// Its scores, one for each column.
    pub scores: &'a [f64],
}

impl ClassScores {
    /// The figures of these rows; `columns` says for each class where its score stands. Of the `expected` rows all must be
    /// there.
    pub fn new(rows: &[ScoredRow<'_>], columns: &[usize], expected: u64) -> Self {
        let classes = columns.len();
        let mut all = Self {
            rows: rows.len() as u64,
            labelled: vec![0.0; classes],
            wins: Vec::with_capacity(classes),
            missing: rows.len() as u64 != expected,
            ..Self::default()
        };
        for row in rows {
            if let Some(labelled) = all.labelled.get_mut(row.label) {
                *labelled += row.weight;
            }
            all.add_losses(row, columns);
        }
        let mut order: Vec<(f64, usize, f64)> = Vec::with_capacity(rows.len());
        for (class, column) in columns.iter().enumerate() {
            order.clear();
            let score = |row: &ScoredRow<'_>| row.scores.get(*column).copied().unwrap_or_default();
            order.extend(rows.iter().map(|row| (score(row), row.label, row.weight)));
            order.sort_unstable_by(|left, right| {
                left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)).then(left.2.total_cmp(&right.2))
            });
            all.wins.push(wins(&order, class, classes));
        }
        all
    }

    fn add_losses(&mut self, row: &ScoredRow<'_>, columns: &[usize]) {
        let own = columns.get(row.label);
        // The bound that scikit-learn keeps probabilities from 0 and 1.
        let given = own.and_then(|column| row.scores.get(*column)).copied().unwrap_or_default();
        self.log_loss.add(-given.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln() * row.weight);
        let squares = row.scores.iter().enumerate().map(|(column, score)| {
            let error = score - f64::from(u8::from(own == Some(&column)));
            error * error
        });
        self.brier.add(squares.sum::<f64>() * row.weight);
    }

    /// For each class the area under the ROC curve of its score, its rows against all others.
    pub fn one_vs_rest(&self) -> Vec<MetricValue> {
        let total: f64 = self.labelled.iter().sum();
        let area = |(wins, own): (&Vec<f64>, &f64)| {
            let others = total - own;
            let area = match (*own > 0.0, others > 0.0) {
                (false, _) => Err(Reason::ClassWithoutLabels),
                (_, false) => Err(Reason::NoVariation),
                _ => Ok(wins.iter().sum::<f64>() / own / others),
            };
            MetricValue::of(self.complete().and(area), self.rows)
        };
        self.wins.iter().zip(&self.labelled).map(area).collect()
    }

    /// The mean of [`ClassScores::one_vs_rest`]; scikit-learn `roc_auc_score(multi_class="ovr")`.
    pub fn area_one_vs_rest(&self, by_labels: bool) -> MetricValue {
        let areas = self.one_vs_rest();
        let weights = self.labelled.iter().map(|labelled| if by_labels { *labelled } else { 1.0 });
        self.mean(areas.iter().map(MetricValue::result).zip(weights))
    }

    /// The mean over all pairs of classes of the area under the ROC curve between the two, by the score of either (Hand and
    /// Till 2001); scikit-learn `roc_auc_score(multi_class="ovo")`, which leaves pairs with a class without labels out.
    pub fn area_one_vs_one(&self, by_labels: bool) -> MetricValue {
        let win = |own: usize, other: usize| self.wins.get(own).and_then(|wins| wins.get(other)).copied();
        let mut pairs = Vec::new();
        for (second, right) in self.labelled.iter().enumerate() {
            for (first, left) in self.labelled.iter().enumerate().take(second) {
                let both = win(first, second).zip(win(second, first)).map_or(0.0, |(one, two)| one + two);
                let area = both / left / right / 2.0;
                let area =
                    if *left > 0.0 && *right > 0.0 { Ok(area) } else { Err(Reason::ClassWithoutLabels) };
                pairs.push((area, if by_labels { left + right } else { 1.0 }));
            }
        }
        self.mean(pairs.into_iter())
    }

    /// The mean of minus the logarithm of the probability that was given to the label; scikit-learn `log_loss`.
    pub fn log_loss(&self) -> MetricValue {
        self.mean_of_rows(self.log_loss)
    }

    /// The mean, over rows, of the squared distances of all scores from 1 for the label and 0 for the others (Brier 1950);
    /// scikit-learn `brier_score_loss`.
    pub fn brier_score(&self) -> MetricValue {
        self.mean_of_rows(self.brier)
    }

    fn mean_of_rows(&self, sum: Sum) -> MetricValue {
        let total: f64 = self.labelled.iter().sum();
        MetricValue::of(self.complete().map(|()| sum.value() / total), self.rows)
    }

    fn complete(&self) -> Result<(), Reason> {
        match (self.missing, self.rows) {
            (true, _) => Err(Reason::ScoresMissing),
            (_, 0) => Err(Reason::NoRows),
            _ if self.labelled.iter().all(|mass| *mass <= 0.0) => Err(Reason::NoWeight),
            _ => Ok(()),
        }
    }

    /// A weighted mean. What weighs nothing need not be defined.
    fn mean(&self, parts: impl Iterator<Item = (Result<f64, Reason>, f64)>) -> MetricValue {
        let (mut sum, mut weights) = (0.0, 0.0);
        let mut result = self.complete();
        for (part, weight) in parts.filter(|(_, weight)| *weight > 0.0) {
            match part {
                Ok(part) => (sum, weights) = (sum + part * weight, weights + weight),
                Err(reason) => result = result.and(Err(reason)),
            }
        }
        let mean = if weights > 0.0 { Ok(sum / weights) } else { Err(Reason::NoVariation) };
        MetricValue::of(result.and(mean), self.rows)
    }
}

/// The pairs that rows of one class win against those of each other class, by ascending score.
fn wins(order: &[(f64, usize, f64)], class: usize, classes: usize) -> Vec<f64> {
    let (mut wins, mut below, mut tied) = (vec![0.0; classes], vec![0.0; classes], vec![0.0; classes]);
    for step in order.chunk_by(|left, right| left.0.total_cmp(&right.0).is_eq()) {
        tied.fill(0.0);
        for (_, label, weight) in step {
            if let Some(tied) = tied.get_mut(*label) {
                *tied += weight;
            }
        }
        let own = tied.get(class).copied().unwrap_or_default();
        for (other, ((wins, below), tied)) in wins.iter_mut().zip(&mut below).zip(&tied).enumerate() {
            if other != class {
                *wins += own * (*below + tied / 2.0);
            }
            *below += tied;
        }
    }
    wins
}
