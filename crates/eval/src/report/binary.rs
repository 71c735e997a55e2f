//! The report of positive and negative.

use std::collections::BTreeMap;

use rayon::iter::{IntoParallelRefIterator, IntoParallelRefMutIterator, ParallelIterator};

use super::{GroupRow, Report, intervals, segments};
use crate::binary::{Binary, SIDES, drawn_counts};
use crate::error::{EvalError, Problem};
use crate::figure::NoInterval;
use crate::limits::MAX_NEIGHBOUR_ROWS;
use crate::metrics::{self, Bootstrap, Drawn, Kind, MetricValue, Outcome, Reason, ScoreStatistics};
use crate::options::EvaluationOptions;
use crate::state::{Cell, Confusion, Grouping, State};
use crate::suite::Suite;

pub(super) fn fill(report: &mut Report, state: &State) -> Result<(), EvalError> {
    let view = state.binary(&report.options)?;
    report.options.label_positive.clone_from(&view.label_positive);
    report.options.positive.clone_from(&view.positive);
    report.confusion_matrix = view.overall;
    let (mut attributes, scores) = measured(report, &view, state);
    if report.suites.contains(&Suite::Performance) {
        let all = state.grouping(&[]);
        let intervals =
            intervals(&drawn_figures(&view.overall), report.options.bootstrap, ("", &view.kinds(&all)));
        report.metrics.extend(performance(&view.overall, scores.as_ref(), &intervals));
        if let Some(scores) = scores {
            report.curve = scores.curve().to_vec();
            report.calibration = scores.calibration();
        }
    }
    if report.suites.contains(&Suite::Bias) {
        attributes.par_iter_mut().for_each(|attribute| attribute.draw(&view, &report.options));
        report.metrics.extend(bias(&attributes, report.options.min_group_size));
        if view.is_binned() {
            report.metrics.extend(without_median(&attributes, state.rows()));
        }
        let theil = ("theilIndex", metrics::theil_index as OfCounts);
        let all = state.grouping(&[]);
        let drawn = intervals(&[theil], report.options.bootstrap, ("", &view.kinds(&all)));
        let value = metrics::theil_index(&view.overall).within(drawn.get(theil.0));
        report.metrics.insert(theil.0.to_owned(), value);
        report.metrics.extend(consistency(&view, state, report.rows)?);
    }
    report.groups =
        attributes.iter().flat_map(|attribute| attribute.rows(report.options.min_group_size)).collect();
    report.segments =
        segments(report, state, |grouping| segment_metrics(report.options.bootstrap, &view, grouping));
    Ok(())
}

/// The attributes with the counts and scores of their groups, and the scores of all rows where these are wanted; worked out at
/// the same time.
fn measured(report: &Report, view: &Binary<'_>, state: &State) -> (Vec<Attribute>, Option<ScoreStatistics>) {
    let named: Vec<&[String]> = attributes(report).collect();
    let split = if named.is_empty() { None } else { state.split_at_median() };
    let attributes = || named.par_iter().map(|columns| Attribute::of(view, state, columns, split.as_ref()));
    let is_wanted = report.suites.contains(&Suite::Performance);
    rayon::join(|| attributes().collect(), || is_wanted.then(|| view.scores()).flatten())
}

/// Whether rows with like features are predicted alike, where features are named.
fn consistency(
    view: &Binary<'_>,
    state: &State,
    rows: u64,
) -> Result<Option<(String, MetricValue)>, EvalError> {
    if state.columns().features.is_empty() {
        return Ok(None);
    }
    if rows > MAX_NEIGHBOUR_ROWS {
        return Err(EvalError::new(Problem::TooManyNeighbours));
    }
    let side = |(features, cell)| (features, view.is_predicted_positive(cell));
    let rows: Vec<(&[f64], bool)> = state.features().map(side).collect();
    Ok(Some(("consistency".to_owned(), metrics::consistency(&rows))))
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
    /// The intervals of the comparisons in [`BIAS`], and behind them that of [`SCORE_IMPACT`].
    intervals: Vec<Outcome>,
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

const BIAS: [Comparison; 7] = [
    Comparison { name: "averageOddsDifference", of: metrics::average_odds_difference, worse: larger },
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

/// The figures that have no formula for an interval: where rows have weights, shares neither.
fn drawn_figures(counts: &Confusion) -> Vec<(&'static str, OfCounts)> {
    let shares = SHARES.iter().filter(|_| counts.weights.is_some());
    COUNTS.iter().chain(shares).copied().collect()
}

/// The intervals of figures of counts, by name; the rows' categories are their places among `tn`, `fp`, `fn`, `tp`.
fn intervals(
    figures: &[(&'static str, OfCounts)],
    bootstrap: Bootstrap,
    (purpose, kinds): (&str, &[Kind]),
) -> BTreeMap<&'static str, Outcome> {
    let values = |drawn: &[Drawn]| {
        let counts = drawn_counts(drawn).pop().unwrap_or_default();
        figures.iter().map(|(_, metric)| metric(&counts).value).collect()
    };
    let intervals = bootstrap.intervals(purpose, kinds, figures.len(), values);
    figures.iter().map(|(name, _)| *name).zip(intervals).collect()
}

fn performance(
    counts: &Confusion,
    scores: Option<&ScoreStatistics>,
    intervals: &BTreeMap<&'static str, Outcome>,
) -> BTreeMap<String, MetricValue> {
    let shares = SHARES.iter().map(|(name, metric)| {
        let mut share = metric(counts);
        match counts.weights {
            None => share.interval = share.value.and_then(|value| metrics::wilson(value, share.n)),
            Some(_) => share.no_interval = share.value.map(|_| NoInterval::Weighted),
        }
        (*name, share)
    });
    let of_counts = shares.chain(COUNTS.iter().map(|(name, metric)| (*name, metric(counts))));
    let of_counts = of_counts.map(|(name, value)| (name.to_owned(), value.within(intervals.get(name))));
    let of_scores = scores
        .into_iter()
        .flat_map(|scores| SCORES.iter().map(|(name, metric)| ((*name).to_owned(), metric(scores))));
    of_counts.chain(of_scores).collect()
}

fn segment_metrics(
    bootstrap: Bootstrap,
    view: &Binary<'_>,
    grouping: &Grouping,
) -> Vec<BTreeMap<String, MetricValue>> {
    let mut scores = view.scores_by(grouping).into_iter().flatten();
    let mut kinds = vec![Vec::new(); grouping.groups.len()];
    for kind in view.kinds(grouping) {
        if let Some(own) = kinds.get_mut(kind.category / SIDES) {
            own.push(Kind { category: kind.category % SIDES, ..kind });
        }
    }
    let groups = grouping.groups.iter().zip(view.counts(grouping)).zip(kinds);
    groups
        .map(|((group, counts), kinds)| {
            let purpose = format!("{}\0{group}", grouping.name);
            let intervals = intervals(&drawn_figures(&counts), bootstrap, (&purpose, &kinds));
            performance(&counts, scores.next().as_ref(), &intervals)
        })
        .collect()
}

fn bias(attributes: &[Attribute], min_group_size: u64) -> Vec<(String, MetricValue)> {
    let mut found = Vec::new();
    for (place, comparison) in BIAS.iter().enumerate() {
        let value = |of: &Attribute| Some(of.compare(comparison, place, &of.counts, min_group_size));
        found.extend(compared(attributes, (comparison.name, comparison.worse), value));
    }
    let scored = |of: &Attribute| {
        Some(of.compare(&SCORE_IMPACT, BIAS.len(), of.above_median.as_ref()?, min_group_size))
    };
    found.extend(compared(attributes, (SCORE_IMPACT.name, SCORE_IMPACT.worse), scored));
    let calibrated = |of: &Attribute| of.calibration_difference(min_group_size);
    found.extend(compared(attributes, ("expectedCalibrationErrorDifference", larger), calibrated));
    found
}

/// Which scores are above the median of all is not known of bins.
fn without_median(attributes: &[Attribute], rows: u64) -> Vec<(String, MetricValue)> {
    let names =
        attributes.iter().map(|attribute| format!("{}.{}", attribute.grouping.name, SCORE_IMPACT.name));
    let unknown = MetricValue::undefined(Reason::ScoresBinned, rows);
    names.chain([SCORE_IMPACT.name.to_owned()]).map(|name| (name, unknown)).collect()
}

/// A comparison for each attribute, and the worst of all under the bare name.
fn compared(
    attributes: &[Attribute],
    (name, order): (&str, fn(f64, f64) -> bool),
    value: impl Fn(&Attribute) -> Option<MetricValue>,
) -> Vec<(String, MetricValue)> {
    let by_attribute = attributes.iter().filter_map(|of| Some((&of.grouping.name, value(of)?)));
    let by_attribute: Vec<(&String, MetricValue)> = by_attribute.collect();
    let worst = by_attribute
        .iter()
        .map(|(_, value)| *value)
        .reduce(|known, candidate| if is_worse(candidate, known, order) { candidate } else { known });
    let worst = worst.map(|worst| (name.to_owned(), worst));
    let named = by_attribute.into_iter().map(|(of, value)| (format!("{of}.{name}"), value));
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
    fn of(view: &Binary<'_>, state: &State, columns: &[String], split: Option<&[Vec<Cell>; 2]>) -> Self {
        let grouping = state.grouping(columns);
        let counts = view.counts(&grouping);
        let above_median = split.map(|split| view.counts_of(&grouping, split));
        let scores = view.brief_scores_by(&grouping);
        Self { grouping, counts, above_median, scores, intervals: Vec::new() }
    }

    /// A comparison of the groups that are large enough, with its interval.
    fn compare(
        &self,
        comparison: &Comparison,
        place: usize,
        counts: &[Confusion],
        min_group_size: u64,
    ) -> MetricValue {
        let large = counts.iter().filter(|counts| counts.total() >= min_group_size);
        (comparison.of)(&large.collect::<Vec<_>>()).within(self.intervals.get(place))
    }

    /// The largest difference of the expected calibration errors of the groups that are large enough.
    fn calibration_difference(&self, min_group_size: u64) -> Option<MetricValue> {
        let groups = self.scores.as_ref()?.iter().zip(&self.counts);
        let large = groups.filter(|(_, counts)| counts.total() >= min_group_size);
        let errors: Vec<MetricValue> =
            large.map(|(scores, _)| metrics::expected_calibration_error(scores)).collect();
        Some(metrics::largest_difference(&errors))
    }

    /// Draws the rows of all groups again, and compares the groups that are compared.
    fn draw(&mut self, view: &Binary<'_>, options: &EvaluationOptions) {
        let is_large: Vec<bool> =
            self.counts.iter().map(|counts| counts.total() >= options.min_group_size).collect();
        let is_weighed = self.counts.iter().any(|counts| counts.weights.is_some());
        let compare = |drawn: &[Drawn], comparisons: &[&Comparison]| {
            let mut counts = drawn_counts(drawn);
            counts.resize(is_large.len(), Confusion::default());
            let large = counts.iter().zip(&is_large).filter(|(_, is_large)| **is_large);
            let large: Vec<&Confusion> = large.map(|(counts, _)| counts).collect();
            comparisons.iter().map(|comparison| (comparison.of)(&large).value).collect()
        };
        let (name, kinds) = (&self.grouping.name, view.kinds(&self.grouping));
        let all: Vec<&Comparison> = BIAS.iter().collect();
        let mut found = options.bootstrap.intervals(name, &kinds, all.len(), |drawn| compare(drawn, &all));
        if let Some(above) = self.above_median.as_ref().filter(|_| !found.is_empty()) {
            if is_weighed {
                found.push(Err(NoInterval::Weighted));
            } else {
                let compare = |drawn: &[Drawn]| compare(drawn, &[&SCORE_IMPACT]);
                found.extend(options.bootstrap.intervals(name, &kinds_of(above), 1, compare));
            }
        }
        self.intervals = found;
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
                calibration: scores.map(ScoreStatistics::calibration).unwrap_or_default(),
                ..group_row(&self.grouping.name, group, counts, min_group_size)
            }
        };
        self.grouping.groups.iter().zip(&self.counts).enumerate().map(row).collect()
    }
}

/// The rows of groups by side, where rows have no weights.
fn kinds_of(groups: &[Confusion]) -> Vec<Kind> {
    let sides = groups.iter().flat_map(|counts| [counts.tn, counts.fp, counts.fn_, counts.tp]);
    let there = sides.enumerate().filter(|(_, rows)| *rows > 0);
    there.map(|(category, rows)| Kind { category, rows, weight: 1.0 }).collect()
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
        intervals: intervals::of_group(counts),
        impact_ratio: None,
        scoring_rate: None,
        score_impact_ratio: None,
        roc_auc: None,
        expected_calibration_error: None,
        calibration: Vec::new(),
    }
}
