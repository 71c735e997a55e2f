//! Metrics of scores, over rows that come by ascending score.

use super::calibration::{Calibration, CalibrationBin};
use super::intervals::Interval;
use super::ranking::{CurvePoint, Ranking};
use super::weighed_ranking::WeighedRanking;
use super::{MetricValue, Reason};
use crate::figure::NoInterval;
use crate::state::Confusion;

/// What is kept of the scores of some rows: sums for every metric here, a curve and the calibration where asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreStatistics {
    counts: Confusion,
    ranking: Ranks,
    calibration: Calibration,
    is_binned: bool,
    is_brief: bool,
}

/// How rows rank, by their number or by what they weigh.
#[derive(Clone, Debug, PartialEq)]
enum Ranks {
    Counted(Ranking),
    Weighed(WeighedRanking),
}

impl Ranks {
    fn new(counts: &Confusion, with_curve: bool) -> Self {
        match counts.weights {
            None => Self::Counted(Ranking::new(counts, with_curve)),
            Some(_) => Self::Weighed(WeighedRanking::new(counts, with_curve)),
        }
    }

    /// Only the area, where that is cheaper.
    fn of_area(counts: &Confusion) -> Self {
        match counts.weights {
            None => Self::Counted(Ranking::of_area(counts)),
            Some(_) => Self::new(counts, false),
        }
    }

    fn rows(&self) -> u64 {
        match self {
            Self::Counted(ranking) => ranking.rows(),
            Self::Weighed(ranking) => ranking.rows(),
        }
    }

    fn area(&self) -> f64 {
        match self {
            Self::Counted(ranking) => ranking.area(),
            Self::Weighed(ranking) => ranking.area(),
        }
    }

    fn average_precision(&self) -> f64 {
        match self {
            Self::Counted(ranking) => ranking.average_precision(),
            Self::Weighed(ranking) => ranking.average_precision(),
        }
    }

    fn curve(&self) -> &[CurvePoint] {
        match self {
            Self::Counted(ranking) => ranking.curve(),
            Self::Weighed(ranking) => ranking.curve(),
        }
    }
}

impl ScoreStatistics {
    /// No scores yet of rows with these counts.
    pub fn new(counts: &Confusion) -> Self {
        Self {
            counts: *counts,
            ranking: Ranks::new(counts, false),
            calibration: Calibration::default(),
            is_binned: false,
            is_brief: false,
        }
    }

    /// As [`ScoreStatistics::new`], for the area without its interval and for the calibration: the other figures are 0.
    pub(crate) fn brief(counts: &Confusion) -> Self {
        Self { ranking: Ranks::of_area(counts), is_brief: true, ..Self::new(counts) }
    }

    /// As [`ScoreStatistics::new`], keeping a curve.
    pub fn with_curves(counts: &Confusion) -> Self {
        Self { ranking: Ranks::new(counts, true), ..Self::new(counts) }
    }

    /// Adds a row; its score is not below that of the row before. Its weight is 1 where rows have none.
    pub fn push(&mut self, score: f64, label: bool, weight: f64) {
        let weight = match &mut self.ranking {
            Ranks::Counted(ranking) => {
                ranking.push(score, label);
                None
            }
            Ranks::Weighed(ranking) => {
                ranking.push(score, label, weight);
                Some(weight)
            }
        };
        if self.is_brief {
            self.calibration.push_to_bin(score, label, weight);
        } else {
            self.calibration.push(score, label, weight);
        }
    }

    /// Adds rows without weights whose scores lie in one bin, not below that of the rows before. What only single scores tell
    /// is then undefined.
    pub(crate) fn push_bin(&mut self, from: f64, label: bool, rows: u64) {
        self.is_binned = true;
        if let Ranks::Counted(ranking) = &mut self.ranking {
            ranking.push_rows(from, label, rows);
        }
    }

    /// Ends the adding of rows.
    #[must_use]
    pub fn finish(mut self) -> Self {
        match &mut self.ranking {
            Ranks::Counted(ranking) => ranking.end_ties(),
            Ranks::Weighed(ranking) => ranking.end_ties(),
        }
        self
    }

    /// Points of the ROC and the precision-recall curve by ascending threshold, about a hundred.
    pub fn curve(&self) -> &[CurvePoint] {
        if self.with_both_classes().is_ok() { self.ranking.curve() } else { &[] }
    }

    /// How often scores come true, by size; empty where scores are no probabilities.
    pub fn calibration(&self) -> Vec<CalibrationBin> {
        if self.is_binned { Vec::new() } else { self.calibration.bins() }
    }

    fn complete(&self) -> Result<u64, Reason> {
        match self.ranking.rows() {
            rows if rows != self.counts.total() => Err(Reason::ScoresMissing),
            0 => Err(Reason::NoRows),
            _ if self.counts.weight().is_some_and(|weight| weight <= 0.0) => Err(Reason::NoWeight),
            rows => Ok(rows),
        }
    }

    fn with_both_classes(&self) -> Result<u64, Reason> {
        let rows = self.complete()?;
        if self.counts.positives() == 0 {
            return Err(Reason::NoPositiveLabels);
        }
        if self.counts.negatives() == 0 {
            return Err(Reason::NoNegativeLabels);
        }
        let weighs = self.counts.positive_mass() > 0.0 && self.counts.negative_mass() > 0.0;
        if weighs { Ok(rows) } else { Err(Reason::NoWeight) }
    }

    fn of_single_rows(&self) -> Result<u64, Reason> {
        let rows = self.complete()?;
        if self.is_binned { Err(Reason::ScoresBinned) } else { Ok(rows) }
    }

    fn probabilities(&self) -> Result<u64, Reason> {
        let rows = self.of_single_rows()?;
        if self.calibration.is_outside() { Err(Reason::ScoresNotProbabilities) } else { Ok(rows) }
    }

    fn value(&self, result: Result<f64, Reason>) -> MetricValue {
        MetricValue::of(result, self.ranking.rows())
    }
}

/// The area under the ROC curve: the chance that a positive row scores above a negative one, ties counting half
/// (Mann–Whitney U over the number of pairs); scikit-learn `roc_auc_score`. Its interval is `DeLong`'s. Scores in
/// one bin count as ties, and the bound of the error is half the share of their pairs.
pub fn roc_auc(scores: &ScoreStatistics) -> MetricValue {
    let mut area = scores.value(scores.with_both_classes().map(|_| scores.ranking.area()));
    match &scores.ranking {
        Ranks::Counted(ranking) if scores.is_binned => {
            area.error_bound = area.value.map(|_| ranking.area_of_ties());
        }
        Ranks::Counted(ranking) => {
            let variance = area.value.zip(ranking.variance());
            area.interval = variance.map(|(value, variance)| Interval::delong(value, variance));
        }
        Ranks::Weighed(_) => area.no_interval = area.value.map(|_| NoInterval::Weighted),
    }
    area
}

/// The mean of the precisions at all thresholds, weighted by the gain in recall, without interpolation; scikit-learn
/// `average_precision_score`.
pub fn average_precision(scores: &ScoreStatistics) -> MetricValue {
    let rows = scores.of_single_rows();
    let positives = match (scores.counts.positives(), scores.counts.positive_mass() > 0.0) {
        (0, _) => Err(Reason::NoPositiveLabels),
        (_, false) => Err(Reason::NoWeight),
        (_, true) => Ok(()),
    };
    scores.value(rows.and(positives).map(|()| scores.ranking.average_precision()))
}

/// The mean of minus the logarithm of the probability that was given to the label; scikit-learn `log_loss`.
pub fn log_loss(scores: &ScoreStatistics) -> MetricValue {
    scores.value(scores.probabilities().map(|_| scores.calibration.log_loss()))
}

/// The mean squared distance of score and label; scikit-learn `brier_score_loss`.
pub fn brier_score(scores: &ScoreStatistics) -> MetricValue {
    scores.value(scores.probabilities().map(|_| scores.calibration.brier()))
}

/// The mean distance, over ten bins by score, of the mean score and the share of positive labels, weighted by rows
/// (Naeini, Cooper, Hauskrecht 2015; Guo et al. 2017).
pub fn expected_calibration_error(scores: &ScoreStatistics) -> MetricValue {
    scores.value(scores.probabilities().map(|_| scores.calibration.expected_error()))
}
