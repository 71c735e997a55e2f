//! Sufficient statistics: what a scan leaves behind and every metric is computed from.
//!
//! A state is canonical: groups are ordered by name and scores by value, so that two scans of the same rows in any order and
//! any split give equal states. [`State::merge`] is associative and commutative with [`State::default`] as its neutral
//! element. Counts stop at the largest `u64` instead of wrapping.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::encode::Dictionary;
use crate::error::Problem;
use crate::limits::MAX_SCORED_ROWS;

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
        let cell = match (label, prediction) {
            (false, false) => &mut self.tn,
            (false, true) => &mut self.fp,
            (true, false) => &mut self.fn_,
            (true, true) => &mut self.tp,
        };
        *cell = cell.saturating_add(1);
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

/// The scores of all rows by label, ascending: 8 bytes a row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "StoredScores")]
pub struct Scores {
    positive: Vec<f64>,
    negative: Vec<f64>,
}

/// Scores as they were stored: whoever wrote them, they are sorted before use.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredScores {
    positive: Vec<f64>,
    negative: Vec<f64>,
}

impl From<StoredScores> for Scores {
    fn from(mut stored: StoredScores) -> Self {
        stored.positive.sort_unstable_by(f64::total_cmp);
        stored.negative.sort_unstable_by(f64::total_cmp);
        Self { positive: stored.positive, negative: stored.negative }
    }
}

impl Scores {
    /// The scores of the rows whose label is positive, ascending.
    pub fn positive(&self) -> &[f64] {
        &self.positive
    }

    /// The scores of the rows whose label is negative, ascending.
    pub fn negative(&self) -> &[f64] {
        &self.negative
    }

    fn merge(&mut self, other: &Self) {
        self.positive = merge_sorted(&std::mem::take(&mut self.positive), &other.positive);
        self.negative = merge_sorted(&std::mem::take(&mut self.negative), &other.negative);
    }
}

/// The statistics of some rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct State {
    /// The counts of all rows.
    pub overall: Confusion,
    /// The counts by group, for each protected attribute by name.
    pub attributes: BTreeMap<String, Groups>,
    /// The scores, where a score column was read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub scores: Option<Scores>,
}

impl State {
    /// Adds the statistics of other rows.
    pub fn merge(&mut self, other: Self) {
        self.overall.merge(&other.overall);
        for (attribute, groups) in other.attributes {
            let own = self.attributes.entry(attribute).or_default();
            for (group, counts) in groups {
                own.entry(group).or_default().merge(&counts);
            }
        }
        match (&mut self.scores, other.scores) {
            (Some(own), Some(scores)) => own.merge(&scores),
            (own @ None, scores) => *own = scores,
            (Some(_), None) => {}
        }
    }
}

/// A state in the making: groups by number, scores in the order of the rows.
#[derive(Debug)]
pub struct Accumulator {
    overall: Confusion,
    attributes: Vec<(String, Vec<Confusion>)>,
    scores: Option<Unsorted>,
}

impl Accumulator {
    /// An empty state of these attributes, with scores or without.
    pub fn new(attributes: &[String], scored: bool) -> Self {
        let attributes = attributes.iter().map(|name| (name.clone(), Vec::new())).collect();
        Self { overall: Confusion::default(), attributes, scores: scored.then(Unsorted::default) }
    }

    /// Counts one row. `groups` are the row's group numbers, one for each attribute in order; `score` is kept if the state
    /// has scores.
    pub fn add(
        &mut self,
        label: bool,
        prediction: bool,
        groups: &[u32],
        score: Option<f64>,
    ) -> Result<(), Problem> {
        self.overall.add(label, prediction);
        for ((_, counts), code) in self.attributes.iter_mut().zip(groups) {
            let index = *code as usize;
            if counts.len() <= index {
                counts.resize(index + 1, Confusion::default());
            }
            if let Some(cell) = counts.get_mut(index) {
                cell.add(label, prediction);
            }
        }
        match (&mut self.scores, score) {
            (Some(scores), Some(score)) => scores.push(label, score),
            _ => Ok(()),
        }
    }

    /// The state; `dictionaries` name the group numbers, one for each attribute in order.
    pub fn finish(self, dictionaries: &[Dictionary]) -> State {
        let named = self.attributes.into_iter().zip(dictionaries).map(|((attribute, counts), dictionary)| {
            let mut groups = Groups::new();
            for (name, count) in dictionary.names().iter().zip(counts) {
                groups.entry(name.clone()).or_default().merge(&count);
            }
            groups.retain(|_, count| count.total() > 0);
            (attribute, groups)
        });
        State {
            overall: self.overall,
            attributes: named.collect(),
            scores: self.scores.map(Unsorted::sorted),
        }
    }
}

/// Scores as they come, in blocks, so that growing never holds a column twice.
#[derive(Debug, Default)]
struct Unsorted {
    rows: u64,
    positive: Blocks,
    negative: Blocks,
}

impl Unsorted {
    fn push(&mut self, label: bool, score: f64) -> Result<(), Problem> {
        if self.rows >= MAX_SCORED_ROWS {
            return Err(Problem::TooManyRows { limit: MAX_SCORED_ROWS });
        }
        self.rows += 1;
        // Adding 0 turns -0 into 0: the two are equal scores and must sort as such.
        if label { &mut self.positive } else { &mut self.negative }.push(score + 0.0);
        Ok(())
    }

    fn sorted(self) -> Scores {
        Scores { positive: self.positive.sorted(), negative: self.negative.sorted() }
    }
}

const BLOCK_LEN: usize = 1 << 13;

#[derive(Debug, Default)]
struct Blocks(Vec<Vec<f64>>);

impl Blocks {
    fn push(&mut self, score: f64) {
        match self.0.last_mut() {
            Some(block) if block.len() < BLOCK_LEN => block.push(score),
            _ => {
                let mut block = Vec::with_capacity(if self.0.is_empty() { 16 } else { BLOCK_LEN });
                block.push(score);
                self.0.push(block);
            }
        }
    }

    fn sorted(self) -> Vec<f64> {
        let mut all = Vec::with_capacity(self.0.iter().map(Vec::len).sum());
        for block in self.0 {
            all.extend_from_slice(&block);
        }
        all.sort_unstable_by(f64::total_cmp);
        all
    }
}

fn merge_sorted(left: &[f64], right: &[f64]) -> Vec<f64> {
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let next = if a.total_cmp(b).is_le() { left.next() } else { right.next() };
        merged.extend(next);
    }
    merged.extend(left);
    merged.extend(right);
    merged
}
