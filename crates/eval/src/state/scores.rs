//! Scores with the cells of their rows, ascending: 12 bytes a row, sorted in place.
//!
//! While data is read, the scores of all its parts go into one list ([`Gathered`]), in the order in which they come: they are
//! never held twice, and sorting makes the order in which parts were read disappear.

use std::cmp::Ordering;

use rayon::iter::{IntoParallelRefMutIterator, ParallelIterator};

use super::radix::{self, Keyed};
use crate::error::Problem;
use crate::limits::MAX_SCORED_ROWS;

/// Rows that a part keeps its memory for when they are taken over: the next ones will be as many.
const KEPT_ROWS: usize = 1 << 16;

/// One score as three words that compare as the score and then the cell do, without room lost to alignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    high: u32,
    low: u32,
    cell: u32,
}

impl Entry {
    fn new(score: f64, cell: u32) -> Self {
        // Adding 0 turns -0 into 0: the two are equal scores and must sort as such.
        let bits = (score + 0.0).to_bits();
        let key = if bits >> 63 == 0 { bits | 1 << 63 } else { !bits };
        let [high, low] = [key >> 32, key & 0xffff_ffff].map(|word| u32::try_from(word).unwrap_or_default());
        Self { high, low, cell }
    }

    fn key(self) -> u64 {
        u64::from(self.high) << 32 | u64::from(self.low)
    }
}

impl Keyed for Entry {
    fn number(self) -> u128 {
        u128::from(self.key()) << 32 | u128::from(self.cell)
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.number().cmp(&other.number())
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn score_of(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key })
}

/// The scores of all rows, ascending, each with the number of its row's cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scores {
    entries: Vec<Entry>,
}

impl Scores {
    /// How many rows have a score.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no row has a score.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The scores, ascending, with the cells of their rows.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (f64, u32)> + '_ {
        self.entries.iter().map(|entry| (score_of(entry.key()), entry.cell))
    }

    /// For each of so many cells the rows whose score is not above a bound, and those whose score is.
    pub(crate) fn split_at(&self, bound: f64, cells: usize) -> [Vec<u64>; 2] {
        let first = self.entries.partition_point(|entry| score_of(entry.key()) <= bound);
        let (below, above) = self.entries.split_at(first);
        [below, above].map(|entries| {
            let mut rows = vec![0_u64; cells];
            for entry in entries {
                if let Some(rows) = rows.get_mut(entry.cell as usize) {
                    *rows += 1;
                }
            }
            rows
        })
    }

    /// The score in the middle, or the mean of the two in the middle.
    pub fn median(&self) -> Option<f64> {
        let at = |place: usize| self.entries.get(place).map(|entry| score_of(entry.key()));
        let last = self.entries.len().checked_sub(1)?;
        let (low, high) = (at(last / 2)?, at(last.div_ceil(2))?);
        Some(f64::midpoint(low, high))
    }

    /// Appends a score out of order, for [`Gathered`] to sort.
    pub(super) fn push(&mut self, score: f64, cell: u32) {
        self.entries.push(Entry::new(score, cell));
    }

    pub(super) fn reserve(&mut self, rows: usize) {
        self.entries.reserve(rows);
    }

    /// Scores as they were stored: in order, finite, and of cells that are there.
    pub(super) fn stored(values: &[f64], cells: &[u32], known_cells: usize) -> Option<Self> {
        let entries: Vec<Entry> =
            values.iter().zip(cells).map(|(score, cell)| Entry::new(*score, *cell)).collect();
        let good = values.len() == cells.len()
            && values.iter().all(|score| score.is_finite())
            && cells.iter().all(|cell| (*cell as usize) < known_cells)
            && entries.is_sorted();
        good.then_some(Self { entries })
    }
}

/// The scores of several parts in one list, each with the number of its row's cell in its part.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    entries: Vec<Entry>,
    runs: Vec<Run>,
}

/// Scores of one part that stand together.
#[derive(Debug)]
struct Run {
    part: usize,
    length: usize,
}

impl Gathered {
    /// An empty list with room for so many rows, where they can be had. Memory that is never written to costs nothing.
    pub(crate) fn with_room(rows: u64) -> Result<Self, Problem> {
        if rows > MAX_SCORED_ROWS {
            return Err(Problem::TooManyRows { limit: MAX_SCORED_ROWS });
        }
        let mut entries = Vec::new();
        let rows = usize::try_from(rows).unwrap_or_default();
        // Without it the list grows as it is filled.
        drop(entries.try_reserve_exact(rows));
        Ok(Self { entries, runs: Vec::new() })
    }

    /// Takes scores of a part over.
    pub(crate) fn take(&mut self, part: usize, scores: &mut Scores) -> Result<(), Problem> {
        let length = scores.entries.len();
        if self.entries.len().saturating_add(length) as u64 > MAX_SCORED_ROWS {
            return Err(Problem::TooManyRows { limit: MAX_SCORED_ROWS });
        }
        if self.entries.capacity() == 0 && length > KEPT_ROWS {
            std::mem::swap(&mut self.entries, &mut scores.entries);
        } else {
            self.entries.append(&mut scores.entries);
        }
        self.runs.push(Run { part, length });
        Ok(())
    }

    /// The scores in order; `numbers` has for each part the new numbers of its cells.
    pub(super) fn sorted(self, numbers: &[Vec<u32>]) -> Scores {
        let Self { mut entries, runs } = self;
        let mut rest = entries.as_mut_slice();
        let mut pieces = Vec::with_capacity(runs.len());
        for run in &runs {
            let (piece, behind) = rest.split_at_mut(run.length.min(rest.len()));
            pieces.push((piece, numbers.get(run.part).map(Vec::as_slice).unwrap_or_default()));
            rest = behind;
        }
        pieces.par_iter_mut().for_each(|(piece, numbers)| {
            for entry in piece.iter_mut() {
                entry.cell = numbers.get(entry.cell as usize).copied().unwrap_or_default();
            }
        });
        radix::sort(&mut entries);
        Scores { entries }
    }
}
