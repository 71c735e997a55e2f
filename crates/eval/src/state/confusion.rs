//! The counts of two classes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Rows by label and prediction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confusion {
    /// True negatives: label and prediction negative.
    pub tn: u64,
    /// False positives: label negative, prediction positive.
    pub fp: u64,
    /// False negatives: label positive, prediction negative.
    #[serde(rename = "fn")]
    pub fn_: u64,
    /// True positives: label and prediction positive.
    pub tp: u64,
}

impl Confusion {
    /// Counts one row.
    pub fn add(&mut self, label: bool, prediction: bool) {
        self.add_rows(label, prediction, 1);
    }

    /// Counts many rows.
    pub fn add_rows(&mut self, label: bool, prediction: bool, rows: u64) {
        let cell = match (label, prediction) {
            (false, false) => &mut self.tn,
            (false, true) => &mut self.fp,
            (true, false) => &mut self.fn_,
            (true, true) => &mut self.tp,
        };
        *cell = cell.saturating_add(rows);
    }

    /// Adds the counts of other rows.
    pub fn merge(&mut self, other: &Self) {
        self.tn = self.tn.saturating_add(other.tn);
        self.fp = self.fp.saturating_add(other.fp);
        self.fn_ = self.fn_.saturating_add(other.fn_);
        self.tp = self.tp.saturating_add(other.tp);
    }

    /// All rows.
    pub fn total(&self) -> u64 {
        self.positives().saturating_add(self.negatives())
    }

    /// Rows whose label is positive.
    pub fn positives(&self) -> u64 {
        self.tp.saturating_add(self.fn_)
    }

    /// Rows whose label is negative.
    pub fn negatives(&self) -> u64 {
        self.tn.saturating_add(self.fp)
    }

    /// Rows predicted positive.
    pub fn selected(&self) -> u64 {
        self.tp.saturating_add(self.fp)
    }
}

/// The groups of one protected attribute by name.
pub type Groups = BTreeMap<String, Confusion>;
