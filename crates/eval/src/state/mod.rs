//! Sufficient statistics: what a scan leaves behind and every metric is computed from.
//!
//! Rows with the same label, the same prediction and the same values in all grouping columns are one [`Cell`]: its count,
//! its sums, and its scores by reference. Groups, intersections, segments and classes are sums of cells.
//!
//! A state is canonical: values are ordered by name, cells by their values, scores by value, and sums are exact, so that
//! scans of the same rows in any order and any split give equal states, bit for bit. [`State::merge`] is associative and
//! commutative with [`State::default`] as its neutral element. Counts stop at the largest `u64` instead of wrapping.

mod builder;
mod confusion;
mod grouping;
mod histogram;
mod measures;
mod moments;
mod radix;
mod scores;
mod stored;
mod weights;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub(crate) use self::builder::{Builder, Counted};
pub use self::confusion::{Confusion, Groups, Masses};
pub use self::grouping::{Grouping, INTERSECTION};
pub use self::histogram::{BINS, BinCount, Histogram};
pub use self::measures::Measures;
pub use self::moments::Moments;
pub(crate) use self::scores::Gathered;
pub use self::scores::Scores;
pub(crate) use self::weights::Kinds;
pub use self::weights::{Stratum, Weights};
use crate::error::{EvalError, Place, Problem, excerpt};
use crate::exact::ExactSum;
use crate::limits::{MAX_CELLS, MAX_CLASSES, MAX_GROUPS};
use crate::options::{EvaluationOptions, ScoreState, is_exact};
use crate::scan::group_columns;
use crate::task::Task;

/// Which columns a state was made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Columns {
    /// What the label and the prediction are.
    pub task: Task,
    /// The label.
    pub label: String,
    /// The prediction.
    pub prediction: String,
    /// The score, where one was read.
    pub score: Option<String>,
    /// What is kept of the scores.
    #[serde(skip_serializing_if = "is_exact", default)]
    pub score_state: ScoreState,
    /// For each class the column with its score.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub class_scores: BTreeMap<String, String>,
    /// The column with the weights of the rows, where they have weights.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub weight: Option<String>,
    /// The columns with the features of the rows.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub features: Vec<String>,
    /// The columns whose values make groups.
    pub groups: Vec<String>,
}

impl Columns {
    /// The columns that these options name.
    pub(crate) fn of(options: &EvaluationOptions) -> Self {
        Self {
            task: options.task,
            label: options.label.clone(),
            prediction: options.prediction.clone(),
            score: options.score.clone(),
            score_state: options.score_state,
            class_scores: options.class_scores.clone(),
            weight: options.weight.clone(),
            features: options.features.clone(),
            groups: group_columns(options),
        }
    }

    /// The columns of the numbers that are kept row by row: the score of each class, or a score that has a weight beside it,
    /// and the weight behind them; features stand between the two.
    pub(crate) fn measures(&self) -> Vec<&String> {
        let score = self.weight.as_ref().and(self.score.as_ref());
        let scores: Vec<&String> = self.class_scores.values().chain(score).collect();
        let weight = self.weight.as_ref().filter(|_| !scores.is_empty());
        scores.into_iter().chain(&self.features).chain(weight).collect()
    }
}

/// A column whose values tell cells apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dimension {
    /// The column.
    pub column: String,
    /// Its distinct values, ascending.
    pub values: Vec<String>,
}

/// Rows that agree in every dimension.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cell {
    /// For each dimension the place of the value.
    pub key: Vec<u16>,
    /// How many rows.
    pub rows: u64,
    /// The sums of labels and errors, where both are numbers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub moments: Option<Moments>,
    /// What the rows weigh, where they have weights.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub weights: Option<Weights>,
}

impl Cell {
    fn merge(&mut self, other: &Self) {
        self.rows = self.rows.saturating_add(other.rows);
        match (&mut self.moments, &other.moments) {
            (Some(own), Some(moments)) => own.merge(moments),
            (own @ None, moments) => own.clone_from(moments),
            (Some(_), None) => {}
        }
        if let Some(weights) = &other.weights {
            self.weights.get_or_insert_default().merge(weights);
        }
    }
}

/// The statistics of some rows. The first two dimensions are those of label and prediction, where these are classes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    columns: Columns,
    dimensions: Vec<Dimension>,
    cells: Vec<Cell>,
    scores: Option<Scores>,
    histogram: Option<Histogram>,
    measures: Option<Measures>,
}

/// Rows of one cell that have one score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scored {
    pub(crate) score: f64,
    pub(crate) cell: u32,
    pub(crate) rows: u64,
}

impl State {
    /// What was read.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// The dimensions of the cells.
    pub fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    /// The cells, by key.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The scores, where a score column was read.
    pub fn scores(&self) -> Option<&Scores> {
        self.scores.as_ref()
    }

    /// How many scores fall into which bin, where that is what is kept of them.
    pub fn histogram(&self) -> Option<&Histogram> {
        self.histogram.as_ref()
    }

    /// The numbers that are kept row by row, where there are such columns: the scores of all classes, or a score, and a weight
    /// where rows have weights.
    pub fn measures(&self) -> Option<&Measures> {
        self.measures.as_ref()
    }

    /// The same with the numbers of the rows that were counted, and for each cell what its rows weigh.
    pub(crate) fn with(self, measures: Option<Measures>, weights: Vec<Weights>) -> Self {
        let mut weights = weights.into_iter();
        let cells = self.cells.into_iter().map(|cell| Cell { weights: weights.next(), ..cell }).collect();
        Self { cells, measures, ..self }
    }

    /// What all rows weigh, where they have weights.
    pub fn weight(&self) -> Option<ExactSum> {
        self.columns.weight.as_ref()?;
        let mut sum = ExactSum::default();
        self.cells
            .iter()
            .filter_map(|cell| cell.weights.as_ref())
            .for_each(|weights| sum.merge(&weights.sum()));
        Some(sum)
    }

    /// Visits the scores, ascending, with the cells of their rows and what these weigh, 1 where rows have no weights. Says
    /// whether there are scores.
    pub(crate) fn each_score(&self, mut visit: impl FnMut(f64, u32, f64)) -> bool {
        match (&self.scores, &self.measures) {
            (Some(scores), _) => scores.iter().for_each(|(score, cell)| visit(score, cell, 1.0)),
            (None, Some(measures)) if self.keeps_scores_beside_weights() => {
                for (numbers, cell) in measures.iter() {
                    if let [score, .., weight] = numbers {
                        visit(*score, cell, *weight);
                    }
                }
            }
            (None, _) => return false,
        }
        true
    }

    /// The features of each row, in an order that does not depend on how the rows came, with the row's cell.
    pub(crate) fn features(&self) -> impl Iterator<Item = (&[f64], u32)> + '_ {
        let (skip, count) = (usize::from(self.keeps_scores_beside_weights()), self.columns.features.len());
        let rows = self.measures.iter().flat_map(Measures::iter);
        rows.filter_map(move |(numbers, cell)| Some((numbers.get(skip..skip + count)?, cell)))
    }

    fn keeps_scores_beside_weights(&self) -> bool {
        self.columns.score.is_some() && self.columns.weight.is_some()
    }

    /// For each cell the rows whose score is not above the median of all scores, and those whose score is, with what they weigh
    /// and without their keys.
    pub(crate) fn split_at_median(&self) -> Option<[Vec<Cell>; 2]> {
        let median = self.median_score()?;
        if let Some(scores) = &self.scores {
            let counted = scores.split_at(median, self.cells.len());
            let cell = |rows| Cell { rows, ..Cell::default() };
            return Some(counted.map(|rows| rows.into_iter().map(cell).collect()));
        }
        let mut halves = [(); 2].map(|()| vec![Cell::default(); self.cells.len()]);
        self.each_score(|score, cell, weight| {
            let [below, above] = &mut halves;
            let half = if score > median { above } else { below };
            if let Some(cell) = half.get_mut(cell as usize) {
                cell.rows = cell.rows.saturating_add(1);
                cell.weights.get_or_insert_default().add(weight);
            }
        });
        Some(halves)
    }

    /// The score in the middle of all rows, or the mean of the two in the middle; weights do not matter to it.
    pub fn median_score(&self) -> Option<f64> {
        match (&self.scores, &self.measures) {
            (Some(scores), _) => scores.median(),
            (None, Some(measures)) if self.keeps_scores_beside_weights() => measures.median(),
            (None, _) => None,
        }
    }

    /// How many rows.
    pub fn rows(&self) -> u64 {
        self.cells.iter().fold(0, |sum, cell| sum.saturating_add(cell.rows))
    }

    /// Adds the statistics of other rows, read from the same columns.
    pub fn merge(&mut self, other: Self) -> Result<(), EvalError> {
        *self = Self::merged(vec![std::mem::take(self), other])?;
        Ok(())
    }

    /// The statistics of all rows of these states, which were read from the same columns.
    pub fn merged(mut parts: Vec<Self>) -> Result<Self, EvalError> {
        parts.retain(|part| !part.dimensions.is_empty() || !part.cells.is_empty());
        let rows = parts.iter().filter_map(|part| part.scores.as_ref()).map(|scores| scores.len() as u64);
        let all = if parts.len() > 1 { rows.sum() } else { 0 };
        Self::merged_with(parts, Gathered::with_room(all).map_err(EvalError::new)?)
    }

    /// The statistics of all rows of these states, some of whose scores have been gathered already, by the places of the
    /// states.
    pub(crate) fn merged_with(mut parts: Vec<Self>, mut gathered: Gathered) -> Result<Self, EvalError> {
        let mut is_scored = false;
        for (place, part) in parts.iter_mut().enumerate() {
            let Some(mut scores) = part.scores.take() else { continue };
            gathered.take(place, &mut scores).map_err(EvalError::new)?;
            is_scored = true;
        }
        let Some(columns) = common_columns(&parts)? else { return Ok(Self::default()) };
        let dimensions = merged_dimensions(&columns, &parts)?;
        let keys: Vec<Vec<Vec<u16>>> = parts.iter().map(|part| part.keys_in(&dimensions)).collect();
        let places: BTreeMap<&[u16], u32> =
            (0..).zip(keys.iter().flatten().map(Vec::as_slice).collect::<BTreeSet<_>>()).map(swap).collect();
        if places.len() > MAX_CELLS {
            return Err(EvalError::new(Problem::TooManyCombinations));
        }
        let mut cells: Vec<Cell> =
            places.keys().map(|key| Cell { key: key.to_vec(), ..Cell::default() }).collect();
        let number = |key: &Vec<u16>| places.get(key.as_slice()).copied();
        let numbers: Vec<Vec<u32>> =
            keys.iter().map(|keys| keys.iter().filter_map(number).collect()).collect();
        for (part, numbers) in parts.iter().zip(&numbers) {
            for (cell, number) in part.cells.iter().zip(numbers) {
                if let Some(own) = cells.get_mut(*number as usize) {
                    own.merge(cell);
                }
            }
        }
        let binned = parts.iter_mut().zip(&numbers);
        let binned: Vec<_> =
            binned.filter_map(|(part, numbers)| Some((part.histogram.take()?, numbers.as_slice()))).collect();
        let histogram = (!binned.is_empty()).then(|| Histogram::merged(binned, cells.len()));
        let histogram = histogram.transpose().map_err(EvalError::new)?;
        let scores = is_scored.then(|| gathered.sorted(&numbers));
        let measures: Vec<_> = parts
            .into_iter()
            .zip(numbers)
            .filter_map(|(part, numbers)| Some((part.measures?, numbers)))
            .collect();
        let measures = (!measures.is_empty()).then(|| Measures::merged(measures)).transpose()?;
        Ok(Self { columns, dimensions, cells, scores, histogram, measures })
    }

    /// The keys of the cells by the numbering of other dimensions, which have all values.
    fn keys_in(&self, dimensions: &[Dimension]) -> Vec<Vec<u16>> {
        let tables: Vec<Vec<u16>> = self
            .dimensions
            .iter()
            .zip(dimensions)
            .map(|(own, all)| {
                let place = |value: &String| all.values.binary_search(value).ok();
                let code = |value| place(value).and_then(|place| u16::try_from(place).ok());
                own.values.iter().map(|value| code(value).unwrap_or_default()).collect()
            })
            .collect();
        let translated = |cell: &Cell| {
            let codes = cell.key.iter().zip(&tables);
            codes.filter_map(|(code, table)| table.get(usize::from(*code)).copied()).collect()
        };
        self.cells.iter().map(translated).collect()
    }
}

fn swap<A, B>((left, right): (A, B)) -> (B, A) {
    (right, left)
}

/// The columns of all parts. A part without scores may join parts with scores: figures of the scores are then undefined.
fn common_columns(parts: &[State]) -> Result<Option<Columns>, EvalError> {
    let Some(first) = parts.first() else { return Ok(None) };
    let mut common = first.columns.clone();
    for part in parts {
        let mut columns = part.columns.clone();
        let may_lack_scores = columns.weight.is_none() && columns.features.is_empty();
        if may_lack_scores && (columns.score.is_none() || common.score.is_none()) {
            let score = columns.score.take().or(common.score.take());
            columns.score.clone_from(&score);
            common.score = score;
        }
        if columns != common {
            return Err(EvalError::new(Problem::StatesDiffer));
        }
    }
    Ok(Some(common))
}

fn merged_dimensions(columns: &Columns, parts: &[State]) -> Result<Vec<Dimension>, EvalError> {
    let classes = columns.task.class_dimensions();
    let count = parts.first().map_or(0, |part| part.dimensions.len());
    let merged = (0..count).map(|index| {
        let own: Vec<&Dimension> = parts.iter().filter_map(|part| part.dimensions.get(index)).collect();
        let values: BTreeSet<&String> = own.iter().flat_map(|dimension| &dimension.values).collect();
        let column = own.first().map(|dimension| dimension.column.clone()).unwrap_or_default();
        let (limit, problem) = if index < classes {
            (MAX_CLASSES, Problem::TooManyValues)
        } else {
            (MAX_GROUPS, Problem::TooManyGroups)
        };
        if values.len() > limit {
            let place = Place { column: Some(excerpt(column.as_bytes())), ..Place::default() };
            return Err(EvalError { problem, place: Box::new(place) });
        }
        Ok(Dimension { column, values: values.into_iter().cloned().collect() })
    });
    merged.collect()
}
