//! How far scores are probabilities: their log loss, their Brier score, and how often they come true.

use serde::{Deserialize, Serialize};

use super::number;

/// Bins of equal width from 0 to 1 for the calibration.
pub const BINS: usize = 10;

/// Scores between two bounds, the lower excluded (save 0) and the upper included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CalibrationBin {
    /// The lower bound.
    pub from: f64,
    /// The upper bound.
    pub to: f64,
    /// Rows with a score between the bounds.
    pub n: u64,
    /// The mean of these scores.
    pub mean_score: Option<f64>,
    /// The share of these rows whose label is positive.
    pub positive_rate: Option<f64>,
}

/// A sum that carries what was rounded off along (Neumaier).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    pub(super) fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        let (large, small) =
            if self.sum.abs() >= value.abs() { (self.sum, value) } else { (value, self.sum) };
        self.lost += (large - sum) + small;
        self.sum = sum;
    }

    pub(super) fn value(self) -> f64 {
        self.sum + self.lost
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Bin {
    rows: u64,
    weight: Sum,
    positives: Sum,
    scores: Sum,
}

/// The sums over rows from which the measures of probabilities are computed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Calibration {
    outside: bool,
    weight: Sum,
    log_loss: Sum,
    brier: Sum,
    bins: [Bin; BINS],
}

impl Calibration {
    pub(super) fn push(&mut self, score: f64, label: bool, weight: f64) {
        if self.outside || !(0.0..=1.0).contains(&score) {
            self.outside = true;
            return;
        }
        // The bound that scikit-learn keeps probabilities from 0 and 1.
        let certain = score.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
        self.log_loss.add(-if label { certain.ln() } else { (-certain).ln_1p() } * weight);
        let error = score - f64::from(u8::from(label));
        self.brier.add(error * error * weight);
        self.weight.add(weight);
        if let Some(bin) = self.bins.get_mut(bin_of(score)) {
            bin.rows += 1;
            bin.weight.add(weight);
            bin.positives.add(if label { weight } else { 0.0 });
            bin.scores.add(score * weight);
        }
    }

    pub(super) fn is_outside(&self) -> bool {
        self.outside
    }

    pub(super) fn log_loss(&self) -> f64 {
        self.log_loss.value() / self.weight.value()
    }

    pub(super) fn brier(&self) -> f64 {
        self.brier.value() / self.weight.value()
    }

    pub(super) fn expected_error(&self) -> f64 {
        let gap = |bin: &Bin| (bin.positives.value() - bin.scores.value()).abs();
        self.bins.iter().map(gap).sum::<f64>() / self.weight.value()
    }

    /// The bins, where scores are probabilities.
    pub(super) fn bins(&self) -> Vec<CalibrationBin> {
        if self.outside {
            return Vec::new();
        }
        let shown = |(index, bin): (u64, &Bin)| {
            let weight = Some(bin.weight.value()).filter(|weight| *weight > 0.0);
            CalibrationBin {
                from: bound(index),
                to: bound(index + 1),
                n: bin.rows,
                mean_score: weight.map(|weight| bin.scores.value() / weight),
                positive_rate: weight.map(|weight| bin.positives.value() / weight),
            }
        };
        (0..).zip(&self.bins).map(shown).collect()
    }
}

fn bound(index: u64) -> f64 {
    number(index) / number(BINS as u64)
}

/// The bin of a score from 0 to 1: the last whose lower bound is below the score.
fn bin_of(score: f64) -> usize {
    (1..BINS).take_while(|index| score > bound(*index as u64)).count()
}
