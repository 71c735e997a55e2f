//! The report of positive and negative.

use std::collections::BTreeMap;

use super::{GroupRow, Report, segments};
use crate::binary::Binary;
use crate::error::EvalError;
use crate::figure::NoInterval;
use crate::metrics::{self, MetricValue, ScoreStatistics};
use crate::state::{Confusion, Grouping, State};
use crate::suite::Suite;

pub(super) fn fill(report: &mut Report, state: &State) -> Result<(), EvalError> {
    let view = state.binary(&report.options)?;
    report.options.label_positive.clone_from(&view.label_positive);
    report.options.positive.clone_from(&view.positive);
    report.confusion_matrix = view.overall;
    let attributes: Vec<Attribute> =
        attributes(report).map(|columns| Attribute::of(&view, state, columns)).collect();
    if report.suites.contains(&Suite::Performance) {
        let scores = view.scores();
        report.metrics.extend(performance(&view.overall, scores.as_ref()));
        if let Some(scores) = scores {
            report.curve = scores.curve().to_vec();
            report.calibration = scores.calibration();
        }
    }
    if report.suites.contains(&Suite::Bias) {
        report.metrics.extend(bias(&attributes, report.options.min_group_size));
    }
    report.groups =
        attributes.iter().flat_map(|attribute| attribute.rows(report.options.min_group_size)).collect();
    report.segments = segments(report, state, |grouping| segment_metrics(&view, grouping));
    Ok(())
}

/// The columns of each protected attribute and of each intersection.
fn attributes(report: &Report) -> impl Iterator<Item = &[String]> {
    let single = report.options.protected.iter().map(std::slice::from_ref);
    single.chain(report.options.intersections.iter().map(Vec::as_slice))
}

/// The groups of an attribute or of an intersection, with their counts and, where there are scores, what these say.
struct Attribute {
    grouping: Grouping,
    counts: Vec<Confusion>,
    above_median: Option<Vec<Confusion>>,
    scores: Option<Vec<ScoreStatistics>>,
}

type OfCounts = fn(&Confusion) -> MetricValue;
type OfScores = fn(&ScoreStatistics) -> MetricValue;
type OfGroups = fn(&[&Confusion]) -> MetricValue;

/// Proportions of rows, which have Wilson's interval.
const SHARES: [(&str, OfCounts); 8] = [
    ("accuracy", metrics::accuracy),
    ("falseNegativeRate", metrics::false_negative_rate),
    ("falsePositiveRate", metrics::false_positive_rate),
    ("positivePredictiveValue", metrics::positive_predictive_value),
    ("precision", metrics::precision),
    ("recall", metrics::recall),
    ("selectionRate", metrics::selection_rate),
    ("truePositiveRate", metrics::true_positive_rate),
];

/// Other figures of counts.
const COUNTS: [(&str, OfCounts); 3] = [
    ("balancedAccuracy", metrics::balanced_accuracy),
    ("f1", metrics::f1),
    ("matthewsCorrelation", metrics::matthews_correlation),
];

const SCORES: [(&str, OfScores); 5] = [
    ("averagePrecision", metrics::average_precision),
    ("brierScore", metrics::brier_score),
    ("expectedCalibrationError", metrics::expected_calibration_error),
    ("logLoss", metrics::log_loss),
    ("rocAuc", metrics::roc_auc),
];

/// A comparison of groups, and which of two values is the worse.
struct Comparison {
    name: &'static str,
    of: OfGroups,
    worse: fn(f64, f64) -> bool,
}

const BIAS: [Comparison; 6] = [
    Comparison {
        name: "demographicParityDifference",
        of: metrics::demographic_parity_difference,
        worse: larger,
    },
    Comparison { name: "demographicParityRatio", of: metrics::demographic_parity_ratio, worse: smaller },
    Comparison { name: "disparateImpact", of: metrics::disparate_impact, worse: smaller },
    Comparison {
        name: "equalOpportunityDifference",
        of: metrics::equal_opportunity_difference,
        worse: larger,
    },
    Comparison { name: "equalizedOddsDifference", of: metrics::equalized_odds_difference, worse: larger },
    Comparison { name: "equalizedOddsRatio", of: metrics::equalized_odds_ratio, worse: smaller },
];

/// The scoring rate, in the place of the selection rate, of the least over that of the most favoured group.
const SCORE_IMPACT: Comparison =
    Comparison { name: "scoreImpactRatio", of: metrics::disparate_impact, worse: smaller };

fn larger(candidate: f64, known: f64) -> bool {
    candidate > known
}

fn smaller(candidate: f64, known: f64) -> bool {
    candidate < known
}

fn performance(counts: &Confusion, scores: Option<&ScoreStatistics>) -> BTreeMap<String, MetricValue> {
    let shares = SHARES.iter().map(|(name, metric)| {
        let mut share = metric(counts);
        match counts.weights {
            None => share.interval = share.value.and_then(|value| metrics::wilson(value, share.n)),
            Some(_) => share.no_interval = share.value.map(|_| NoInterval::Weighted),
        }
        ((*name).to_owned(), share)
    });
    let of_counts = COUNTS.iter().map(|(name, metric)| ((*name).to_owned(), metric(counts)));
    let of_scores = scores
        .into_iter()
        .flat_map(|scores| SCORES.iter().map(|(name, metric)| ((*name).to_owned(), metric(scores))));
    shares.chain(of_counts).chain(of_scores).collect()
}

fn segment_metrics(view: &Binary<'_>, grouping: &Grouping) -> Vec<BTreeMap<String, MetricValue>> {
    let mut scores = view.scores_by(grouping).into_iter().flatten();
    view.counts(grouping).iter().map(|counts| performance(counts, scores.next().as_ref())).collect()
}

fn bias(attributes: &[Attribute], min_group_size: u64) -> Vec<(String, MetricValue)> {
    let mut found = Vec::new();
    for comparison in &BIAS {
        found.extend(compared(attributes, comparison, min_group_size, |attribute| Some(&attribute.counts)));
    }
    found.extend(compared(attributes, &SCORE_IMPACT, min_group_size, |attribute| {
        attribute.above_median.as_ref()
    }));
    found
}

/// A comparison for each attribute, and the worst of all under the bare name.
fn compared(
    attributes: &[Attribute],
    comparison: &Comparison,
    min_group_size: u64,
    counts: impl Fn(&Attribute) -> Option<&Vec<Confusion>>,
) -> Vec<(String, MetricValue)> {
    let by_attribute = attributes.iter().filter_map(|attribute| {
        let large = counts(attribute)?.iter().filter(|counts| counts.total() >= min_group_size);
        Some((&attribute.grouping.name, (comparison.of)(&large.collect::<Vec<_>>())))
    });
    let by_attribute: Vec<(&String, MetricValue)> = by_attribute.collect();
    let worst = by_attribute.iter().map(|(_, value)| *value).reduce(|known, candidate| {
        if is_worse(candidate, known, comparison.worse) { candidate } else { known }
    });
    let worst = worst.map(|worst| (comparison.name.to_owned(), worst));
    let named = by_attribute.into_iter().map(|(name, value)| (format!("{name}.{}", comparison.name), value));
    worst.into_iter().chain(named).collect()
}

/// An undefined figure is worse than any number: a bound on the worst must not pass because one attribute has none.
fn is_worse(candidate: MetricValue, known: MetricValue, worse: fn(f64, f64) -> bool) -> bool {
    match (candidate.value, known.value) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(candidate), Some(known)) => worse(candidate, known),
    }
}

impl Attribute {
    fn of(view: &Binary<'_>, state: &State, columns: &[String]) -> Self {
        let grouping = state.grouping(columns);
        let counts = view.counts(&grouping);
        let (above_median, scores) = (view.above_median(&grouping), view.scores_by(&grouping));
        Self { grouping, counts, above_median, scores }
    }

    fn rows(&self, min_group_size: u64) -> Vec<GroupRow> {
        let impact = Impact::of(&self.counts, min_group_size);
        let score_impact = self.above_median.as_ref().map(|counts| Impact::of(counts, min_group_size));
        let row = |(index, (group, counts)): (usize, (&String, &Confusion))| {
            let scores = self.scores.as_ref().and_then(|all| all.get(index));
            let above = self.above_median.as_ref().and_then(|all| all.get(index));
            GroupRow {
                impact_ratio: impact.ratio(counts),
                scoring_rate: above.and_then(|counts| metrics::selection_rate(counts).value),
                score_impact_ratio: above.zip(score_impact).and_then(|(counts, impact)| impact.ratio(counts)),
                roc_auc: scores.and_then(|scores| metrics::roc_auc(scores).value),
                expected_calibration_error: scores
                    .and_then(|scores| metrics::expected_calibration_error(scores).value),
                ..group_row(&self.grouping.name, group, counts, min_group_size)
            }
        };
        self.grouping.groups.iter().zip(&self.counts).enumerate().map(row).collect()
    }
}

/// The largest selection rate of the compared groups.
#[derive(Clone, Copy)]
struct Impact(f64);

impl Impact {
    fn of(counts: &[Confusion], min_group_size: u64) -> Self {
        let large = counts.iter().filter(|counts| counts.total() >= min_group_size);
        Self(large.filter_map(|counts| metrics::selection_rate(counts).value).fold(0.0, f64::max))
    }

    fn ratio(self, counts: &Confusion) -> Option<f64> {
        metrics::selection_rate(counts).value.filter(|_| self.0 > 0.0).map(|rate| rate / self.0)
    }
}

fn group_row(attribute: &str, group: &str, counts: &Confusion, min_group_size: u64) -> GroupRow {
    GroupRow {
        attribute: attribute.to_owned(),
        group: group.to_owned(),
        n: counts.total(),
        weight: counts.weight(),
        compared: counts.total() >= min_group_size,
        tn: counts.tn,
        fp: counts.fp,
        fn_: counts.fn_,
        tp: counts.tp,
        selection_rate: metrics::selection_rate(counts).value,
        true_positive_rate: metrics::true_positive_rate(counts).value,
        false_positive_rate: metrics::false_positive_rate(counts).value,
        false_negative_rate: metrics::false_negative_rate(counts).value,
        positive_predictive_value: metrics::positive_predictive_value(counts).value,
        impact_ratio: None,
        scoring_rate: None,
        score_impact_ratio: None,
        roc_auc: None,
        expected_calibration_error: None,
    }
}
