//! Scores with the cells of their rows, ascending: 12 bytes a row, sorted in place.

use rayon::slice::ParallelSliceMut;

use super::check_scored;
use crate::error::EvalError;

/// One score as three words that compare as the score and then the cell do, without room lost to alignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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

    /// The score in the middle, or the mean of the two in the middle.
    pub fn median(&self) -> Option<f64> {
        let at = |place: usize| self.entries.get(place).map(|entry| score_of(entry.key()));
        let last = self.entries.len().checked_sub(1)?;
        let (low, high) = (at(last / 2)?, at(last.div_ceil(2))?);
        Some(f64::midpoint(low, high))
    }

    /// Appends a score out of order, for [`Scores::merged`] to sort.
    pub(super) fn push(&mut self, score: f64, cell: u32) {
        self.entries.push(Entry::new(score, cell));
    }

    pub(super) fn reserve(&mut self, rows: usize) {
        self.entries.reserve(rows);
    }

    /// The scores of several parts, each with the new numbers of its cells. Parts are freed as they are taken over.
    pub(super) fn merged(parts: Vec<(Self, Vec<u32>)>) -> Result<Self, EvalError> {
        let rows = parts.iter().map(|(scores, _)| scores.len()).sum();
        check_scored(rows)?;
        let mut entries: Vec<Entry> = Vec::with_capacity(rows);
        for (scores, numbers) in parts {
            entries.extend(scores.entries.into_iter().map(|entry| {
                let cell = numbers.get(entry.cell as usize).copied().unwrap_or_default();
                Entry { cell, ..entry }
            }));
        }
        entries.par_sort_unstable();
        Ok(Self { entries })
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
