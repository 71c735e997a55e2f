//! What an evaluation reads and how.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::metrics::Bootstrap;
use crate::task::Task;

/// What is kept of the scores of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ScoreState {
    /// Every score, 12 bytes a row: figures of scores are exact.
    #[default]
    Exact,
    /// How many scores fall into each of fixed bins: memory does not grow with the rows. The ROC AUC has a bound of its error,
    /// other figures of scores are undefined.
    Histogram,
}

/// What an evaluation reads and how; column names are those of the table's header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct EvaluationOptions {
    /// What the label and the prediction are.
    #[serde(skip_serializing_if = "is_binary")]
    pub task: Task,
    /// The column that holds what was true.
    pub label: String,
    /// The values of the label column that count as positive. Empty: a column of one well-known pair (`1`/`0`,
    /// `true`/`false`, `yes`/`no` and the like) decides for itself, any other is refused as ambiguous.
    pub label_positive: Vec<String>,
    /// The column that holds what the model said.
    pub prediction: String,
    /// The values of the prediction column that count as positive; empty as for the label.
    pub positive: Vec<String>,
    /// The column with a number that grows with the model's belief in the positive class; gives the ROC AUC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<String>,
    /// What is kept of the scores.
    #[serde(skip_serializing_if = "is_exact")]
    pub score_state: ScoreState,
    /// For each class the column with the probability that the model gave it, where there are several classes; gives the log
    /// loss, the Brier score and the ROC AUC of several classes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub class_scores: BTreeMap<String, String>,
    /// The column with the weights of the rows, none below 0: figures are as if a row were so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<String>,
    /// The protected attributes, each a column whose distinct values are the groups.
    pub protected: Vec<String>,
    /// The columns with the features by which rows are alike, numbers; gives the consistency of the suite `bias`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
    /// Intersections of protected attributes, each a list of columns whose values together make the groups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub intersections: Vec<Vec<String>>,
    /// Columns by whose values the figures are given apart, without comparing them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<String>,
    /// Suites to compute, by name: `performance`, `bias`.
    pub suites: Vec<String>,
    /// Groups with fewer rows are shown, and left out of differences and ratios. 0 compares all.
    pub min_group_size: u64,
    /// How often, and from which seed, rows are drawn again for the intervals of figures that have no formula for one.
    pub bootstrap: Bootstrap,
    /// The column with the row id, needed where labels and predictions are joined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes the member by reference")]
pub(crate) fn is_exact(kept: &ScoreState) -> bool {
    *kept == ScoreState::Exact
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes the member by reference")]
fn is_binary(task: &Task) -> bool {
    task.is_binary()
}
