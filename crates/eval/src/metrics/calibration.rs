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
    positive_rows: u64,
    scores: Sum,
    /// What all rows and the positive ones weigh, where rows have weights.
    weights: Option<[Sum; 2]>,
}

impl Bin {
    fn add(&mut self, score: f64, label: bool, weight: Option<f64>) {
        self.rows += 1;
        self.positive_rows += u64::from(label);
        self.scores.add(weight.map_or(score, |weight| score * weight));
        if let Some(weight) = weight {
            let [all, positives] = self.weights.get_or_insert_default();
            all.add(weight);
            positives.add(if label { weight } else { 0.0 });
        }
    }

    /// What the rows weigh, their number where they have no weights.
    fn weight(&self) -> f64 {
        self.weights.map_or(number(self.rows), |[all, _]| all.value())
    }

    /// As [`Bin::weight`], of the rows whose label is positive.
    fn positives(&self) -> f64 {
        self.weights.map_or(number(self.positive_rows), |[_, positives]| positives.value())
    }
}

/// The sums over rows from which the measures of probabilities are computed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Calibration {
    outside: bool,
    log_loss: Sum,
    brier: Sum,
    bins: [Bin; BINS],
    /// The bin of the last score: those that come are not below it.
    bin: usize,
}

impl Calibration {
    /// Adds a row; its score is not below that of the row before. Its weight is absent where rows have none.
    pub(super) fn push(&mut self, score: f64, label: bool, weight: Option<f64>) {
        self.push_to_bin(score, label, weight);
        if self.outside {
            return;
        }
        let weight = weight.unwrap_or(1.0);
        // The bound that scikit-learn keeps probabilities from 0 and 1.
        let certain = score.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
        self.log_loss.add(-if label { certain.ln() } else { (-certain).ln_1p() } * weight);
        let error = score - f64::from(u8::from(label));
        self.brier.add(error * error * weight);
    }

    /// Adds a row to its bin, and nothing to the log loss and the Brier score.
    pub(super) fn push_to_bin(&mut self, score: f64, label: bool, weight: Option<f64>) {
        if self.outside || !(0.0..=1.0).contains(&score) {
            self.outside = true;
            return;
        }
        while self.bin + 1 < BINS && score > bound(self.bin as u64 + 1) {
            self.bin += 1;
        }
        if let Some(bin) = self.bins.get_mut(self.bin) {
            bin.add(score, label, weight);
        }
    }

    pub(super) fn is_outside(&self) -> bool {
        self.outside
    }

    fn weight(&self) -> f64 {
        let mut sum = Sum::default();
        self.bins.iter().for_each(|bin| sum.add(bin.weight()));
        sum.value()
    }

    pub(super) fn log_loss(&self) -> f64 {
        self.log_loss.value() / self.weight()
    }

    pub(super) fn brier(&self) -> f64 {
        self.brier.value() / self.weight()
    }

    pub(super) fn expected_error(&self) -> f64 {
        let gap = |bin: &Bin| (bin.positives() - bin.scores.value()).abs();
        self.bins.iter().map(gap).sum::<f64>() / self.weight()
    }

    /// The bins, where scores are probabilities.
    pub(super) fn bins(&self) -> Vec<CalibrationBin> {
        if self.outside {
            return Vec::new();
        }
        let shown = |(index, bin): (u64, &Bin)| {
            let weight = Some(bin.weight()).filter(|weight| *weight > 0.0);
            CalibrationBin {
                from: bound(index),
                to: bound(index + 1),
                n: bin.rows,
                mean_score: weight.map(|weight| bin.scores.value() / weight),
                positive_rate: weight.map(|weight| bin.positives() / weight),
            }
        };
        (0..).zip(&self.bins).map(shown).collect()
    }
}

fn bound(index: u64) -> f64 {
    number(index) / number(BINS as u64)
}
