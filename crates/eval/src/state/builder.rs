//! A state in the making, fed with columns of codes.

use std::collections::HashMap;

use super::{Cell, Columns, Dimension, Histogram, Moments, Scores, State};
use crate::error::Problem;
use crate::limits::{MAX_CELLS, MAX_SCORED_ROWS};
use crate::options::ScoreState;

/// Combinations of codes whose cells are looked up in a table; more are looked up by hash.
const MAX_TABLE_BITS: u32 = 16;
const NO_CELL: u32 = u32::MAX;

/// What is known of rows of one cell that were put together before, beside their number.
pub(crate) enum Counted {
    /// Nothing.
    Rows,
    /// They have this score.
    Score(f64),
    /// They have a score in this bin.
    Bin(u16),
    /// These are their sums.
    Sums(Box<Moments>),
}

/// A state in the making: cells by number in the order in which they are first seen.
#[derive(Debug)]
pub(crate) struct Builder {
    numbers: HashMap<Box<[u16]>, u32>,
    keys: Vec<Box<[u16]>>,
    rows: Vec<u64>,
    moments: Vec<Moments>,
    scores: Option<Scores>,
    bins: Option<Histogram>,
    /// How many cells other parts had: room for so many is made at once.
    expected: usize,
    /// The bits that the code of each dimension takes in the table.
    bits: Vec<u32>,
    /// Cell numbers by the codes of all dimensions, packed.
    table: Vec<u32>,
    packed: Vec<u32>,
}

impl Builder {
    /// An empty state, with scores or without.
    pub(crate) fn new(dimensions: usize, scores: Option<ScoreState>, expected: usize) -> Self {
        Self {
            numbers: HashMap::new(),
            keys: Vec::new(),
            rows: Vec::new(),
            moments: Vec::new(),
            scores: (scores == Some(ScoreState::Exact)).then(Scores::default),
            bins: (scores == Some(ScoreState::Histogram)).then(Histogram::default),
            expected,
            bits: vec![0; dimensions],
            table: vec![NO_CELL],
            packed: Vec::new(),
        }
    }

    /// Counts rows: one column of codes for each dimension, all of `rows` codes below the `sizes`. Leaves the number of each
    /// row's cell in `cells`.
    pub(crate) fn count(
        &mut self,
        columns: &[Vec<u16>],
        sizes: &[usize],
        rows: usize,
        cells: &mut Vec<u32>,
    ) -> Result<(), Problem> {
        cells.clear();
        cells.reserve(rows);
        if self.fits_table(sizes) {
            self.pack(columns, rows);
            self.count_by_table(columns, cells)?;
        } else {
            let mut key = Vec::with_capacity(columns.len());
            for row in 0..rows {
                key_of(columns, row, &mut key);
                let cell = self.cell(&key)?;
                self.add_row(cell);
                cells.push(cell);
            }
        }
        Ok(())
    }

    /// Counts one row and gives its cell.
    pub(crate) fn count_row(&mut self, key: &[u16]) -> Result<u32, Problem> {
        let cell = self.cell(key)?;
        self.add_row(cell);
        Ok(cell)
    }

    /// Keeps the scores of rows whose cells were just counted.
    pub(crate) fn add_scores(&mut self, scores: &[f64], cells: &[u32]) -> Result<(), Problem> {
        if let Some(bins) = &mut self.bins {
            bins.make_room(self.keys.len().max(self.expected))?;
            bins.count(scores, cells);
        }
        let Some(own) = &mut self.scores else { return Ok(()) };
        if own.len().saturating_add(scores.len()) as u64 > MAX_SCORED_ROWS {
            return Err(Problem::TooManyRows { limit: MAX_SCORED_ROWS });
        }
        own.reserve(scores.len());
        for (score, cell) in scores.iter().zip(cells) {
            own.push(*score, *cell);
        }
        Ok(())
    }

    /// Counts rows of one cell that were put together before.
    pub(crate) fn count_rows(&mut self, key: &[u16], rows: u64, counted: Counted) -> Result<(), Problem> {
        let cell = self.cell(key)?;
        let place = cell as usize;
        if let Some(own) = self.rows.get_mut(place) {
            *own = own.saturating_add(rows);
        }
        match counted {
            Counted::Rows => {}
            Counted::Score(score) => self.add_score(score, cell, rows)?,
            Counted::Bin(bin) => {
                if let Some(bins) = &mut self.bins {
                    bins.make_room(place + 1)?;
                    bins.add(cell, bin, rows);
                }
            }
            Counted::Sums(sums) => {
                self.moments.resize_with(self.keys.len(), Moments::default);
                if let Some(moments) = self.moments.get_mut(place) {
                    moments.merge(&sums);
                }
            }
        }
        Ok(())
    }

    /// Keeps the score of so many rows of a cell.
    fn add_score(&mut self, score: f64, cell: u32, rows: u64) -> Result<(), Problem> {
        let Some(own) = &mut self.scores else { return Ok(()) };
        if (own.len() as u64).saturating_add(rows) > MAX_SCORED_ROWS {
            return Err(Problem::TooManyRows { limit: MAX_SCORED_ROWS });
        }
        for _ in 0..rows {
            own.push(score, cell);
        }
        Ok(())
    }

    /// The scores that are kept and have not been taken.
    pub(crate) fn scores_mut(&mut self) -> Option<&mut Scores> {
        self.scores.as_mut()
    }

    /// Adds the labels and predictions, as numbers, of rows whose cells were just counted.
    pub(crate) fn add_numbers(&mut self, labels: &[f64], predictions: &[f64], cells: &[u32]) {
        self.moments.resize_with(self.keys.len(), Moments::default);
        for ((label, prediction), cell) in labels.iter().zip(predictions).zip(cells) {
            if let Some(moments) = self.moments.get_mut(*cell as usize) {
                moments.add(*label, *prediction);
            }
        }
    }

    /// As [`Builder::add_numbers`], each row times its weight.
    pub(crate) fn add_weighed_numbers(
        &mut self,
        labels: &[f64],
        predictions: &[f64],
        weights: &[f64],
        cells: &[u32],
    ) {
        self.moments.resize_with(self.keys.len(), Moments::default);
        for (((label, prediction), weight), cell) in labels.iter().zip(predictions).zip(weights).zip(cells) {
            if let Some(moments) = self.moments.get_mut(*cell as usize) {
                moments.add_weighed(*label, *prediction, *weight);
            }
        }
    }

    /// What was counted, with the values of each dimension by code. Its order is that in which things were seen:
    /// [`State::merged`] makes a state of it.
    pub(crate) fn finish(self, columns: Columns, names: Vec<Dimension>) -> State {
        let mut moments = self.moments.into_iter();
        let cells = self.keys.into_iter().zip(self.rows);
        let cells = cells.map(|(key, rows)| Cell {
            key: key.into_vec(),
            rows,
            moments: moments.next(),
            weights: None,
        });
        let (cells, scores) = (cells.collect(), self.scores);
        State { columns, dimensions: names, cells, scores, histogram: self.bins, measures: None }
    }

    /// Whether codes below these sizes can be packed; grows the table where they need more bits than before.
    fn fits_table(&mut self, sizes: &[usize]) -> bool {
        let bits: Vec<u32> =
            sizes.iter().map(|size| usize::BITS - size.saturating_sub(1).leading_zeros()).collect();
        let total: u32 = bits.iter().sum();
        if total > MAX_TABLE_BITS {
            return false;
        }
        if bits != self.bits || self.table.len() != 1 << total {
            self.bits = bits;
            self.table = vec![NO_CELL; 1 << total];
            for (number, key) in (0..).zip(&self.keys) {
                let packed = packed(key, &self.bits);
                if let Some(place) = self.table.get_mut(packed as usize) {
                    *place = number;
                }
            }
        }
        true
    }

    fn pack(&mut self, columns: &[Vec<u16>], rows: usize) {
        self.packed.clear();
        self.packed.resize(rows, 0);
        for (column, bits) in columns.iter().zip(&self.bits) {
            for (packed, code) in self.packed.iter_mut().zip(column) {
                *packed = *packed << bits | u32::from(*code);
            }
        }
    }

    fn count_by_table(&mut self, columns: &[Vec<u16>], cells: &mut Vec<u32>) -> Result<(), Problem> {
        let packed = std::mem::take(&mut self.packed);
        let mut key = Vec::with_capacity(columns.len());
        for (row, place) in packed.iter().enumerate() {
            let known = self.table.get(*place as usize).copied().unwrap_or(NO_CELL);
            let cell = if known == NO_CELL {
                key_of(columns, row, &mut key);
                let cell = self.cell(&key)?;
                if let Some(number) = self.table.get_mut(*place as usize) {
                    *number = cell;
                }
                cell
            } else {
                known
            };
            self.add_row(cell);
            cells.push(cell);
        }
        self.packed = packed;
        Ok(())
    }

    fn cell(&mut self, key: &[u16]) -> Result<u32, Problem> {
        if let Some(number) = self.numbers.get(key) {
            return Ok(*number);
        }
        let number = self.keys.len();
        if number >= MAX_CELLS {
            return Err(Problem::TooManyCombinations);
        }
        let number = u32::try_from(number).map_err(|_| Problem::TooManyCombinations)?;
        self.numbers.insert(key.into(), number);
        self.keys.push(key.into());
        self.rows.push(0);
        Ok(number)
    }

    fn add_row(&mut self, cell: u32) {
        if let Some(rows) = self.rows.get_mut(cell as usize) {
            *rows = rows.saturating_add(1);
        }
    }
}

fn key_of(columns: &[Vec<u16>], row: usize, key: &mut Vec<u16>) {
    key.clear();
    key.extend(columns.iter().filter_map(|column| column.get(row).copied()));
}

fn packed(key: &[u16], bits: &[u32]) -> u32 {
    key.iter().zip(bits).fold(0, |packed, (code, bits)| packed << bits | u32::from(*code))
}
