//! The counts of two classes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Rows by label and prediction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
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
    /// What these rows weigh, where rows have weights.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub weights: Option<Masses>,
}

/// What rows weigh, by label and prediction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Masses {
    /// True negatives.
    pub tn: f64,
    /// False positives.
    pub fp: f64,
    /// False negatives.
    #[serde(rename = "fn")]
    pub fn_: f64,
    /// True positives.
    pub tp: f64,
}

impl Confusion {
    /// Counts of rows without weights.
    pub fn of_rows(tn: u64, fp: u64, fn_: u64, tp: u64) -> Self {
        Self { tn, fp, fn_, tp, weights: None }
    }

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
        if self.weights.is_some() || other.weights.is_some() {
            let (own, theirs) = (self.masses(), other.masses());
            self.weights = Some(Masses {
                tn: own.tn + theirs.tn,
                fp: own.fp + theirs.fp,
                fn_: own.fn_ + theirs.fn_,
                tp: own.tp + theirs.tp,
            });
        }
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

    /// What all rows weigh, where they have weights.
    pub fn weight(&self) -> Option<f64> {
        self.weights.map(|of| of.tp + of.fn_ + (of.tn + of.fp))
    }

    /// What rows weigh, each 1 where they have no weights. Sums of counts are exact up to 2^53.
    pub(crate) fn masses(&self) -> Masses {
        let counted = [self.tn, self.fp, self.fn_, self.tp].map(crate::numeric::real);
        let [tn, fp, fn_, tp] = counted;
        self.weights.unwrap_or(Masses { tn, fp, fn_, tp })
    }

    pub(crate) fn positive_mass(&self) -> f64 {
        let masses = self.masses();
        masses.tp + masses.fn_
    }

    pub(crate) fn negative_mass(&self) -> f64 {
        let masses = self.masses();
        masses.tn + masses.fp
    }
}

/// The groups of one protected attribute by name.
pub type Groups = BTreeMap<String, Confusion>;
