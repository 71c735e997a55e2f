//! The report of an evaluation: a pure function of a state and the options.

mod binary;
mod intervals;
mod multiclass;
mod regression;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::EvalError;
use crate::exact::ExactSum;
use crate::metrics::{CalibrationBin, CurvePoint, Interval, MetricValue};
use crate::options::EvaluationOptions;
use crate::state::{Confusion, Grouping, State};
use crate::suite::{Suite, attribute_names};
use crate::task::Task;

/// What an evaluation found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Report {
    /// What computed it.
    pub engine: Engine,
    /// Rows evaluated.
    pub rows: u64,
    /// What the rows weigh together, where they have weights.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub weight: Option<f64>,
    /// The suites computed.
    pub suites: Vec<Suite>,
    /// How the columns were read; the positive values are those that were used.
    pub options: EvaluationOptions,
    /// The metrics by path, for example `f1` or `race.equalizedOddsDifference`. A comparison without an attribute is the
    /// worst over all attributes.
    pub metrics: BTreeMap<String, MetricValue>,
    /// The counts of all rows, where the task is binary.
    #[serde(skip_serializing_if = "is_not_counted", default)]
    pub confusion_matrix: ConfusionMatrix,
    /// The groups of each attribute, the small ones included, by attribute and name.
    pub groups: Vec<GroupRow>,
    /// The metrics of each segment, by column and value.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub segments: Vec<SegmentRow>,
    /// The classes, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub classes: Vec<ClassRow>,
    /// About a hundred points of the ROC and the precision-recall curve, by ascending threshold.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub curve: Vec<CurvePoint>,
    /// How often scores come true, by size.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub calibration: Vec<CalibrationBin>,
}

impl Report {
    /// The suite that a figure is of: a comparison of groups stands under the name of an attribute, and the worst of all
    /// attributes under the bare name.
    pub fn suite_of(&self, path: &str) -> Suite {
        let attributes = attribute_names(&self.options);
        let compares = |path: &str| {
            let of_attribute = |attribute: &String| {
                path.strip_prefix(attribute.as_str()).is_some_and(|rest| rest.starts_with('.'))
            };
            attributes.iter().any(of_attribute)
        };
        let has_own = |attribute: &String| self.metrics.contains_key(&format!("{attribute}.{path}"));
        if compares(path) || attributes.iter().any(has_own) { Suite::Bias } else { Suite::Performance }
    }
}

fn is_not_counted(counts: &Confusion) -> bool {
    counts.total() == 0
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
    /// What these rows weigh together, where rows have weights.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub weight: Option<f64>,
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
    /// Where the rates would lie for the population, with 95 % confidence, by the names of the rates.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub intervals: BTreeMap<String, Interval>,
    /// The selection rate over the largest selection rate of a compared group of the attribute.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub impact_ratio: Option<f64>,
    /// Share of rows whose score is above the median of all scores.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub scoring_rate: Option<f64>,
    /// The scoring rate over the largest scoring rate of a compared group of the attribute.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub score_impact_ratio: Option<f64>,
    /// The area under the ROC curve of the group.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub roc_auc: Option<f64>,
    /// The expected calibration error of the group.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expected_calibration_error: Option<f64>,
    /// How often the scores of the group come true, by size.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub calibration: Vec<CalibrationBin>,
}

/// The rows with one value in a column, by which the figures are given apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SegmentRow {
    /// The column.
    pub segment: String,
    /// Its value.
    pub value: String,
    /// Rows of the segment.
    pub n: u64,
    /// What these rows weigh together, where rows have weights.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub weight: Option<f64>,
    /// Whether the segment has fewer rows than groups must have to be compared.
    pub small: bool,
    /// The metrics of the suite `performance`, over these rows alone.
    pub metrics: BTreeMap<String, MetricValue>,
}

/// One of several classes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClassRow {
    /// The class.
    pub class: String,
    /// Rows whose label is the class.
    pub labelled: u64,
    /// What these rows weigh together, where rows have weights.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub weight: Option<f64>,
    /// Rows that are predicted to be of the class.
    pub predicted: u64,
    /// Rows whose label is the class, by what they are predicted to be, in the order of the classes.
    pub predictions: Vec<u64>,
    /// The share of its predictions that are right.
    pub precision: Option<f64>,
    /// The share of its labels that are found.
    pub recall: Option<f64>,
    /// Twice what is right over its labels and predictions.
    pub f1: Option<f64>,
    /// The area under the ROC curve of its score, its rows against all others.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub roc_auc: Option<f64>,
}

/// The report of a state: the metrics of `suites`, the groups of every attribute, the segments.
pub fn report(options: &EvaluationOptions, suites: &[Suite], state: &State) -> Result<Report, EvalError> {
    let mut report = Report {
        engine: Engine {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        rows: state.rows(),
        weight: state.weight().map(|sum| sum.value()),
        suites: suites.to_vec(),
        options: options.clone(),
        metrics: BTreeMap::new(),
        confusion_matrix: ConfusionMatrix::default(),
        groups: Vec::new(),
        segments: Vec::new(),
        classes: Vec::new(),
        curve: Vec::new(),
        calibration: Vec::new(),
    };
    match options.task {
        Task::Binary => binary::fill(&mut report, state)?,
        Task::Multiclass => multiclass::fill(&mut report, state)?,
        Task::Regression => regression::fill(&mut report, state),
    }
    Ok(report)
}

/// The rows of each segment; `metrics` gives those of all groups of a grouping.
fn segments(
    report: &Report,
    state: &State,
    metrics: impl Fn(&Grouping) -> Vec<BTreeMap<String, MetricValue>>,
) -> Vec<SegmentRow> {
    let of_column = |column: &String| {
        let grouping = state.grouping(std::slice::from_ref(column));
        let mut sizes = vec![(0_u64, ExactSum::default()); grouping.groups.len()];
        let is_weighed = state.columns().weight.is_some();
        for (cell, group) in state.cells().iter().zip(&grouping.of_cell) {
            if let Some((size, weight)) = sizes.get_mut(*group) {
                *size = size.saturating_add(cell.rows);
                cell.weights.iter().for_each(|weights| weight.merge(&weights.sum()));
            }
        }
        let metrics = metrics(&grouping);
        let rows =
            grouping.groups.into_iter().zip(sizes).zip(metrics).map(|((value, (n, weight)), metrics)| {
                let small = n < report.options.min_group_size;
                let weight = is_weighed.then(|| weight.value());
                SegmentRow { segment: column.clone(), value, n, weight, small, metrics }
            });
        rows.collect::<Vec<_>>()
    };
    report.options.segments.iter().flat_map(of_column).collect()
}
