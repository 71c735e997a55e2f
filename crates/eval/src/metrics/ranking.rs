//! How well scores rank: rows come by ascending score, and equal scores count as one step.

use assent_sabotage::{Fault, planted};
use serde::{Deserialize, Serialize};

use super::number;
use crate::state::Confusion;

/// Points of a curve that are kept, beside its two ends.
const CURVE_STEPS: u64 = 100;

/// A threshold, and what would be found if all rows with at least this score were predicted positive.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CurvePoint {
    /// The threshold.
    pub score: f64,
    /// `fp / (fp + tn)`: across in a ROC curve.
    pub false_positive_rate: f64,
    /// `tp / (tp + fn)`: up in a ROC curve, across in a precision-recall curve.
    pub true_positive_rate: f64,
    /// `tp / (tp + fp)`: up in a precision-recall curve.
    pub precision: f64,
}

/// The sums over rows by ascending score from which the measures of ranking are computed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ranking {
    positives: u64,
    negatives: u64,
    below_positives: u64,
    below_negatives: u64,
    tied_positives: u64,
    tied_negatives: u64,
    score: f64,
    wins_doubled: u128,
    tied_pairs: u128,
    precision: f64,
    squares: [f64; 2],
    curve: Option<Vec<CurvePoint>>,
    /// Whether only the area is asked for.
    area_alone: bool,
}

impl Ranking {
    /// Only the area.
    pub(super) fn of_area(counts: &Confusion) -> Self {
        Self { area_alone: true, ..Self::new(counts, false) }
    }

    pub(super) fn new(counts: &Confusion, with_curve: bool) -> Self {
        Self {
            positives: counts.positives(),
            negatives: counts.negatives(),
            below_positives: 0,
            below_negatives: 0,
            tied_positives: 0,
            tied_negatives: 0,
            score: f64::NEG_INFINITY,
            wins_doubled: 0,
            tied_pairs: 0,
            precision: 0.0,
            squares: [0.0; 2],
            curve: with_curve.then(Vec::new),
            area_alone: false,
        }
    }

    pub(super) fn push(&mut self, score: f64, label: bool) {
        self.push_rows(score, label, 1);
    }

    /// Adds rows of one score.
    pub(super) fn push_rows(&mut self, score: f64, label: bool, rows: u64) {
        if score > self.score {
            self.end_ties();
            self.score = score;
        }
        let tied = if label { &mut self.tied_positives } else { &mut self.tied_negatives };
        *tied = tied.saturating_add(rows);
    }

    /// Takes the rows of one score into the sums.
    pub(super) fn end_ties(&mut self) {
        let (positive, negative) = (self.tied_positives, self.tied_negatives);
        if positive + negative == 0 {
            return;
        }
        let ties = if planted(Fault::AucTies) { 0 } else { negative };
        let lost_doubled = 2 * self.below_negatives + ties;
        self.wins_doubled += u128::from(positive) * u128::from(lost_doubled);
        self.tied_pairs += u128::from(positive) * u128::from(negative);
        if !self.area_alone {
            self.end_threshold(positive, negative, lost_doubled);
        }
        self.below_positives += positive;
        self.below_negatives += negative;
        (self.tied_positives, self.tied_negatives) = (0, 0);
    }

    /// What needs a quotient for each threshold.
    fn end_threshold(&mut self, positive: u64, negative: u64, lost_doubled: u64) {
        let above = self.positives.saturating_sub(self.below_positives);
        let false_above = self.negatives.saturating_sub(self.below_negatives);
        let precision = number(above) / number(above.saturating_add(false_above));
        self.precision += number(positive) / number(self.positives.max(1)) * precision;
        let beaten = number(lost_doubled) / (2.0 * number(self.negatives.max(1)));
        let beating =
            number(above.saturating_mul(2).saturating_sub(positive)) / (2.0 * number(self.positives.max(1)));
        self.squares = match self.squares {
            [hits, alarms] => {
                [hits + number(positive) * beaten * beaten, alarms + number(negative) * beating * beating]
            }
        };
        self.note_point(above, false_above, precision);
    }

    /// Keeps about one point in each hundredth of the rows.
    fn note_point(&mut self, above: u64, false_above: u64, precision: f64) {
        let Some(curve) = &mut self.curve else { return };
        let rows = self.positives.saturating_add(self.negatives);
        let below = self.below_positives + self.below_negatives;
        if ends_step(below, below + self.tied_positives + self.tied_negatives, rows) {
            curve.push(CurvePoint {
                score: self.score,
                false_positive_rate: number(false_above) / number(self.negatives.max(1)),
                true_positive_rate: number(above) / number(self.positives.max(1)),
                precision,
            });
        }
    }

    pub(super) fn rows(&self) -> u64 {
        self.below_positives + self.below_negatives
    }

    /// Mann–Whitney's U over the number of pairs: an integer divided once.
    pub(super) fn area(&self) -> f64 {
        let pairs = u128::from(self.positives) * u128::from(self.negatives) * 2;
        share(self.wins_doubled, pairs)
    }

    /// How far the area is from its least and its largest value that ties broken apart could give.
    pub(super) fn area_of_ties(&self) -> f64 {
        share(self.tied_pairs, u128::from(self.positives) * u128::from(self.negatives) * 2)
    }

    pub(super) fn average_precision(&self) -> f64 {
        self.precision
    }

    /// `DeLong`'s variance of the area, where there are two rows of each class.
    pub(super) fn variance(&self) -> Option<f64> {
        let (area, [hits, alarms]) = (self.area(), self.squares);
        let part = |sum: f64, rows: u64| {
            let rows = Some(rows).filter(|rows| *rows > 1)?;
            Some(((sum - number(rows) * area * area) / number(rows - 1)).max(0.0) / number(rows))
        };
        Some(part(hits, self.positives)? + part(alarms, self.negatives)?)
    }

    pub(super) fn curve(&self) -> &[CurvePoint] {
        self.curve.as_deref().unwrap_or_default()
    }
}

/// Whether the rows from one place to another are the first or the last, or end a hundredth of all.
pub(super) fn ends_step(from: u64, to: u64, rows: u64) -> bool {
    let step = |place: u64| u128::from(place) * u128::from(CURVE_STEPS) / u128::from(rows.max(1));
    from == 0 || to == rows || step(from) != step(to)
}

#[expect(clippy::cast_precision_loss, reason = "rounding both sides once keeps the quotient within 1e-15")]
fn share(part: u128, whole: u128) -> f64 {
    part as f64 / whole as f64
}
