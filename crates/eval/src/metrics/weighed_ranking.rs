//! How well scores rank where rows have weights: as [`super::ranking`], with what rows weigh in the place of their number.

use super::calibration::Sum;
use super::ranking::{CurvePoint, ends_step};
use crate::state::Confusion;

/// The sums over rows by ascending score.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct WeighedRanking {
    all_rows: u64,
    rows: u64,
    tied_rows: u64,
    positives: f64,
    negatives: f64,
    below_positives: f64,
    below_negatives: f64,
    tied_positives: f64,
    tied_negatives: f64,
    score: f64,
    wins: Sum,
    precision: Sum,
    curve: Option<Vec<CurvePoint>>,
}

impl WeighedRanking {
    pub(super) fn new(counts: &Confusion, with_curve: bool) -> Self {
        Self {
            all_rows: counts.total(),
            rows: 0,
            tied_rows: 0,
            positives: counts.positive_mass(),
            negatives: counts.negative_mass(),
            below_positives: 0.0,
            below_negatives: 0.0,
            tied_positives: 0.0,
            tied_negatives: 0.0,
            score: f64::NEG_INFINITY,
            wins: Sum::default(),
            precision: Sum::default(),
            curve: with_curve.then(Vec::new),
        }
    }

    pub(super) fn push(&mut self, score: f64, label: bool, weight: f64) {
        if score > self.score {
            self.end_ties();
            self.score = score;
        }
        self.tied_rows += 1;
        *(if label { &mut self.tied_positives } else { &mut self.tied_negatives }) += weight;
    }

    /// Takes the rows of one score into the sums.
    pub(super) fn end_ties(&mut self) {
        if self.tied_rows == 0 {
            return;
        }
        let (positive, negative) = (self.tied_positives, self.tied_negatives);
        self.wins.add(positive * (self.below_negatives + negative / 2.0));
        // What is left above may come out a little below 0, by rounding.
        let above = (self.positives - self.below_positives).max(positive);
        let false_above = (self.negatives - self.below_negatives).max(negative);
        let precision = if above > 0.0 { above / (above + false_above) } else { 0.0 };
        self.precision.add(positive / self.positives * precision);
        let next = self.rows + self.tied_rows;
        if let Some(curve) = &mut self.curve
            && ends_step(self.rows, next, self.all_rows)
        {
            curve.push(CurvePoint {
                score: self.score,
                false_positive_rate: false_above / self.negatives,
                true_positive_rate: above / self.positives,
                precision,
            });
        }
        self.below_positives += positive;
        self.below_negatives += negative;
        self.rows = next;
        (self.tied_positives, self.tied_negatives, self.tied_rows) = (0.0, 0.0, 0);
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn area(&self) -> f64 {
        self.wins.value() / self.positives / self.negatives
    }

    pub(super) fn average_precision(&self) -> f64 {
        self.precision.value()
    }

    pub(super) fn curve(&self) -> &[CurvePoint] {
        self.curve.as_deref().unwrap_or_default()
    }
}
