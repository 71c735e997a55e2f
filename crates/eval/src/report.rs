//! The report of an evaluation: a pure function of a state and the options.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::metrics::{self, MetricValue};
use crate::options::EvaluationOptions;
use crate::state::{Confusion, Groups, State};
use crate::suite::Suite;

/// What an evaluation found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Report {
    /// What computed it.
    pub engine: Engine,
    /// Rows evaluated.
    pub rows: u64,
    /// The suites computed.
    pub suites: Vec<Suite>,
    /// How the columns were read; the positive values are those that were used.
    pub options: EvaluationOptions,
    /// The metrics by path, for example `f1` or `race.equalizedOddsDifference`. A comparison without an attribute is the
    /// worst over all attributes.
    pub metrics: BTreeMap<String, MetricValue>,
    /// The counts of all rows.
    pub confusion_matrix: ConfusionMatrix,
    /// The groups of each attribute, the small ones included, by attribute and name.
    pub groups: Vec<GroupRow>,
}

/// The engine that computed a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Engine {
    /// `assent-eval`.
    pub name: String,
    /// The version of the engine.
    pub version: String,
}

/// The counts of all rows, as [`Confusion`].
pub type ConfusionMatrix = Confusion;

/// One group of a protected attribute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GroupRow {
    /// The protected attribute.
    pub attribute: String,
    /// The group: a value of the attribute.
    pub group: String,
    /// Rows of the group.
    pub n: u64,
    /// Whether the group is large enough to enter differences and ratios.
    pub compared: bool,
    /// True negatives.
    pub tn: u64,
    /// False positives.
    pub fp: u64,
    /// False negatives.
    #[serde(rename = "fn")]
    pub fn_: u64,
    /// True positives.
    pub tp: u64,
    /// Share of rows predicted positive.
    pub selection_rate: Option<f64>,
    /// `tp / (tp + fn)`.
    pub true_positive_rate: Option<f64>,
    /// `fp / (fp + tn)`.
    pub false_positive_rate: Option<f64>,
    /// `fn / (fn + tp)`.
    pub false_negative_rate: Option<f64>,
    /// `tp / (tp + fp)`.
    pub positive_predictive_value: Option<f64>,
}

/// The report of a state: the metrics of `suites`, the groups of every attribute.
pub fn report(options: &EvaluationOptions, suites: &[Suite], state: &State) -> Report {
    let mut metrics = BTreeMap::new();
    if suites.contains(&Suite::Performance) {
        metrics.extend(performance(state));
    }
    if suites.contains(&Suite::Bias) {
        metrics.extend(bias(state, options.min_group_size));
    }
    Report {
        engine: Engine {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        rows: state.overall.total(),
        suites: suites.to_vec(),
        options: options.clone(),
        metrics,
        confusion_matrix: state.overall,
        groups: group_rows(state, options.min_group_size),
    }
}

type OfCounts = fn(&Confusion) -> MetricValue;
type OfGroups = fn(&[&Confusion]) -> MetricValue;

const PERFORMANCE: [(&str, OfCounts); 10] = [
    ("accuracy", metrics::accuracy),
    ("balancedAccuracy", metrics::balanced_accuracy),
    ("f1", metrics::f1),
    ("falseNegativeRate", metrics::false_negative_rate),
    ("falsePositiveRate", metrics::false_positive_rate),
    ("positivePredictiveValue", metrics::positive_predictive_value),
    ("precision", metrics::precision),
    ("recall", metrics::recall),
    ("selectionRate", metrics::selection_rate),
    ("truePositiveRate", metrics::true_positive_rate),
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

fn larger(candidate: f64, known: f64) -> bool {
    candidate > known
}

fn smaller(candidate: f64, known: f64) -> bool {
    candidate < known
}

fn performance(state: &State) -> Vec<(String, MetricValue)> {
    let of_counts = PERFORMANCE.iter().map(|(name, metric)| ((*name).to_owned(), metric(&state.overall)));
    let auc =
        state.scores.as_ref().map(|scores| ("rocAuc".to_owned(), metrics::roc_auc(scores, &state.overall)));
    of_counts.chain(auc).collect()
}

fn bias(state: &State, min_group_size: u64) -> Vec<(String, MetricValue)> {
    let mut found = Vec::new();
    for comparison in &BIAS {
        let by_attribute: Vec<(&String, MetricValue)> = state
            .attributes
            .iter()
            .map(|(name, groups)| (name, (comparison.of)(&metrics::compared(groups, min_group_size))))
            .collect();
        let worst = by_attribute.iter().map(|(_, value)| *value).reduce(|known, candidate| {
            if is_worse(candidate, known, comparison.worse) { candidate } else { known }
        });
        found.extend(worst.map(|worst| (comparison.name.to_owned(), worst)));
        found.extend(
            by_attribute.into_iter().map(|(name, value)| (format!("{name}.{}", comparison.name), value)),
        );
    }
    found
}

/// An undefined figure is worse than any number: a bound on the worst must not pass because one attribute has none.
fn is_worse(candidate: MetricValue, known: MetricValue, worse: fn(f64, f64) -> bool) -> bool {
    match (candidate.value, known.value) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(candidate), Some(known)) => worse(candidate, known),
    }
}

fn group_rows(state: &State, min_group_size: u64) -> Vec<GroupRow> {
    let of = |(attribute, groups): (&String, &Groups)| -> Vec<GroupRow> {
        groups.iter().map(|(group, counts)| group_row(attribute, group, counts, min_group_size)).collect()
    };
    state.attributes.iter().flat_map(of).collect()
}

fn group_row(attribute: &str, group: &str, counts: &Confusion, min_group_size: u64) -> GroupRow {
    GroupRow {
        attribute: attribute.to_owned(),
        group: group.to_owned(),
        n: counts.total(),
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
    }
}
