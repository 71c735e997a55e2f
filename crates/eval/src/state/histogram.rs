//! Scores as counts in fixed bins: memory that does not grow with the rows, at the price of knowing a score only by its bin.
//!
//! The bins are the same for all data, so that counts of parts add up. There are [`BINS`] of equal width from 0 to 1, each with
//! its lower bound, the last with both, and one for all scores on either side.

use serde::{Deserialize, Serialize};

use super::Scored;
use crate::error::Problem;
use crate::limits::MAX_BINNED_CELLS;

/// Bins of equal width from 0 to 1.
pub const BINS: u16 = 4_096;
/// With the bins below 0 and above 1.
const ALL_BINS: usize = BINS as usize + 2;

/// Rows of one cell whose scores fall into one bin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BinCount {
    /// The bin: 0 below 0, then by size.
    pub bin: u16,
    /// The number of the cell.
    pub cell: u32,
    /// How many rows, at least one.
    pub rows: u64,
}

/// How many rows of each cell have a score in each bin; by bin and cell, without those that have none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    counts: Vec<BinCount>,
}

impl Histogram {
    /// The counts.
    pub fn counts(&self) -> &[BinCount] {
        &self.counts
    }

    /// The lower bounds of the bins, ascending, with the rows of each cell.
    pub(crate) fn scored(&self) -> impl Iterator<Item = Scored> + '_ {
        let scored =
            |count: &BinCount| Scored { score: lower_bound(count.bin), cell: count.cell, rows: count.rows };
        self.counts.iter().map(scored)
    }

    /// The counts of several parts together, each with the new numbers of its cells.
    pub(super) fn merged(parts: &[(&Self, &[u32])], cells: usize) -> Result<Self, Problem> {
        let mut all = BinCounts::default();
        all.make_room(cells)?;
        for (part, numbers) in parts {
            for count in &part.counts {
                let number = numbers.get(count.cell as usize).copied().unwrap_or_default();
                all.add(number, count.bin, count.rows);
            }
        }
        Ok(all.finish())
    }

    /// Counts as they were stored: in order, of bins and cells that are there.
    pub(super) fn stored(counts: Vec<BinCount>, known_cells: usize) -> Option<Self> {
        let ascend = counts.is_sorted_by(|low, high| (low.bin, low.cell) < (high.bin, high.cell));
        let fits = |count: &BinCount| {
            count.rows > 0 && usize::from(count.bin) < ALL_BINS && (count.cell as usize) < known_cells
        };
        (ascend && counts.iter().all(fits)).then_some(Self { counts })
    }
}

fn bin_of(score: f64) -> u16 {
    if score < 0.0 {
        return 0;
    }
    if score > 1.0 {
        return BINS + 1;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to 4,096")]
    let place = (score * f64::from(BINS)) as u16;
    place.min(BINS - 1) + 1
}

/// The least score of a bin, as the threshold from which on its rows count.
fn lower_bound(bin: u16) -> f64 {
    match bin.checked_sub(1) {
        None => f64::MIN,
        Some(BINS) => 1.0_f64.next_up(),
        Some(place) => f64::from(place) / f64::from(BINS),
    }
}

/// A histogram in the making: a count for every bin of every cell.
#[derive(Clone, Debug, Default)]
pub(super) struct BinCounts {
    counts: Vec<u64>,
}

impl BinCounts {
    /// Makes room for so many cells.
    pub(super) fn make_room(&mut self, cells: usize) -> Result<(), Problem> {
        if cells > MAX_BINNED_CELLS {
            return Err(Problem::TooManyBinnedCells);
        }
        let counts = cells * ALL_BINS;
        if counts > self.counts.len() {
            self.counts.resize(counts, 0);
        }
        Ok(())
    }

    /// Counts the scores of rows by their cells, which there is room for.
    pub(super) fn count(&mut self, scores: &[f64], cells: &[u32]) {
        for (score, cell) in scores.iter().zip(cells) {
            self.add(*cell, bin_of(*score), 1);
        }
    }

    pub(super) fn add(&mut self, cell: u32, bin: u16, rows: u64) {
        if let Some(count) = self.counts.get_mut(cell as usize * ALL_BINS + usize::from(bin)) {
            *count = count.saturating_add(rows);
        }
    }

    pub(super) fn finish(&self) -> Histogram {
        let mut counts = Vec::new();
        for (cell, of_cell) in (0..).zip(self.counts.chunks_exact(ALL_BINS)) {
            for (bin, rows) in (0..).zip(of_cell) {
                if *rows > 0 {
                    counts.push(BinCount { bin, cell, rows: *rows });
                }
            }
        }
        counts.sort_unstable_by_key(|count| (count.bin, count.cell));
        Histogram { counts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_score_is_in_the_bin_of_its_lower_bound() {
        let cases = [(f64::MIN, 0), (-1e-300, 0), (-0.0, 1), (0.0, 1), (1.0, BINS), (1.0 + 1e-9, BINS + 1)];
        for (score, bin) in cases {
            assert_eq!(bin_of(score), bin, "{score:e}");
        }
        for bin in 0..=BINS + 1 {
            assert_eq!(bin_of(lower_bound(bin)), bin);
            assert!(bin == 0 || bin_of(lower_bound(bin).next_down()) == bin - 1 || bin == BINS + 1);
        }
    }
}
