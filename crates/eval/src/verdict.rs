//! What bounds say of a report, as whoever judged it tells: the engine compares no figure with a bound itself.

use serde::{Deserialize, Serialize};

/// The judgement of a report by a set of thresholds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Verdict {
    /// The pack that the set is of.
    pub pack: String,
    /// The id of the set.
    pub threshold_set: String,
    /// The tier whose thresholds were judged; all of them if absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tier: Option<String>,
    /// Whether every threshold holds.
    pub passed: bool,
    /// The thresholds, in the order of the set.
    pub thresholds: Vec<JudgedThreshold>,
    /// Suites that the set bounds and that were not asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub suites_not_judged: Vec<String>,
}

/// A threshold, and the figure that it bounds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JudgedThreshold {
    /// The suite that the figure is of.
    pub suite: String,
    /// The path of the figure.
    pub metric: String,
    /// How it is compared, for example `>=`.
    pub operator: String,
    /// With what.
    pub bound: f64,
    /// The figure; absent where there is none.
    pub value: Option<f64>,
    /// How many rows it rests on.
    pub n: Option<u64>,
    /// Whether the threshold holds.
    pub passed: bool,
    /// Why there is no figure to compare.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
}

impl JudgedThreshold {
    /// The threshold in short, for example `accuracy >= 0.85`.
    pub fn rule(&self) -> String {
        format!("{} {} {}", self.metric, self.operator, self.bound)
    }

    /// The word for how it went: a figure that is missing fails as one beyond its bound does.
    pub fn outcome(&self) -> &'static str {
        match (self.passed, self.value) {
            (true, _) => "passed",
            (false, Some(_)) => "failed",
            (false, None) => "missing",
        }
    }
}

impl Verdict {
    /// How many thresholds do not hold.
    pub fn failures(&self) -> usize {
        self.thresholds.iter().filter(|threshold| !threshold.passed).count()
    }

    /// The verdict in a sentence without a full stop.
    pub fn sentence(&self) -> String {
        let all = self.thresholds.len();
        match self.failures() {
            0 => format!("all {all} thresholds of `{}` hold", self.threshold_set),
            failed => format!("{failed} of {all} thresholds of `{}` do not hold", self.threshold_set),
        }
    }
}
