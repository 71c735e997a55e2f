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

/// How many rows of each cell have a score in each bin. What is not counted takes the same room as what is: no part of the
/// data is ever sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// Cells that there is room for.
    width: usize,
    /// The rows of each cell in the first bin, then in the next.
    counts: Vec<u64>,
}

impl Histogram {
    /// The counts by bin and cell, without those of no rows.
    pub fn counts(&self) -> impl Iterator<Item = BinCount> + '_ {
        let bins = (0..).zip(self.counts.chunks_exact(self.width.max(1)));
        bins.flat_map(|(bin, cells)| {
            let counted = (0..).zip(cells).filter(|(_, rows)| **rows > 0);
            counted.map(move |(cell, rows)| BinCount { bin, cell, rows: *rows })
        })
    }

    /// The lower bounds of the bins, ascending, with the rows of each cell.
    pub(crate) fn scored(&self) -> impl Iterator<Item = Scored> + '_ {
        self.counts().map(|BinCount { bin, cell, rows }| Scored { score: lower_bound(bin), cell, rows })
    }

    /// Makes room for so many cells, with some more where it has to grow.
    pub(super) fn make_room(&mut self, cells: usize) -> Result<(), Problem> {
        if cells > MAX_BINNED_CELLS {
            return Err(Problem::TooManyBinnedCells);
        }
        if cells > self.width {
            self.resize(cells.next_power_of_two());
        }
        Ok(())
    }

    /// Of no rows, with room for just so many cells.
    fn of_cells(cells: usize) -> Result<Self, Problem> {
        if cells > MAX_BINNED_CELLS {
            return Err(Problem::TooManyBinnedCells);
        }
        Ok(Self { width: cells, counts: vec![0; cells * ALL_BINS] })
    }

    fn resize(&mut self, width: usize) {
        let mut counts = vec![0; width * ALL_BINS];
        if self.width > 0 && width > 0 {
            let old = self.counts.chunks_exact(self.width);
            for (new, old) in counts.chunks_exact_mut(width).zip(old) {
                new.iter_mut().zip(old).for_each(|(new, old)| *new = *old);
            }
        }
        *self = Self { width, counts };
    }

    /// Counts the scores of rows by their cells, which there is room for.
    pub(super) fn count(&mut self, scores: &[f64], cells: &[u32]) {
        for (score, cell) in scores.iter().zip(cells) {
            self.add(*cell, bin_of(*score), 1);
        }
    }

    /// Counts rows of a cell that there is room for.
    pub(super) fn add(&mut self, cell: u32, bin: u16, rows: u64) {
        if let Some(count) = self.counts.get_mut(usize::from(bin) * self.width + cell as usize) {
            *count = count.saturating_add(rows);
        }
    }

    /// The counts of several parts together, each with the new numbers of its cells.
    pub(super) fn merged(mut parts: Vec<(Self, &[u32])>, cells: usize) -> Result<Self, Problem> {
        let keeps_its_numbers = |(part, numbers): &(Self, &[u32])| {
            part.width == cells && numbers.iter().zip(0..).all(|(new, old)| *new == old)
        };
        let mut all = match parts.iter().position(keeps_its_numbers) {
            Some(place) => parts.swap_remove(place).0,
            None => Self::of_cells(cells)?,
        };
        for (part, numbers) in parts {
            let theirs = part.counts.chunks_exact(part.width.max(1));
            for (own, theirs) in all.counts.chunks_exact_mut(cells.max(1)).zip(theirs) {
                for (number, rows) in numbers.iter().zip(theirs) {
                    if let Some(count) = own.get_mut(*number as usize) {
                        *count = count.saturating_add(*rows);
                    }
                }
            }
        }
        Ok(all)
    }

    /// Counts as they were stored: in order, of bins and cells that are there.
    pub(super) fn stored(counts: &[BinCount], known_cells: usize) -> Option<Self> {
        let ascend = counts.is_sorted_by(|low, high| (low.bin, low.cell) < (high.bin, high.cell));
        let fits = |count: &BinCount| {
            count.rows > 0 && usize::from(count.bin) < ALL_BINS && (count.cell as usize) < known_cells
        };
        if !ascend || !counts.iter().all(fits) {
            return None;
        }
        let mut all = Self::of_cells(known_cells).ok()?;
        for count in counts {
            all.add(count.cell, count.bin, count.rows);
        }
        Some(all)
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

    #[test]
    fn room_grows_without_moving_a_count() {
        let mut histogram = Histogram::default();
        for cell in 0..9 {
            histogram.make_room(cell as usize + 1).unwrap();
            histogram.count(&[0.5, -1.0, 0.5], &[cell, cell, 0]);
        }
        let counts: Vec<BinCount> = histogram.counts().collect();
        let of =
            |bin, cell| counts.iter().find(|count| (count.bin, count.cell) == (bin, cell)).map(|c| c.rows);
        assert_eq!((of(2_049, 0), of(2_049, 8), of(0, 3), counts.len()), (Some(10), Some(1), Some(1), 18));
        let (same, turned) = ([0, 1, 2, 3, 4, 5, 6, 7, 8], [8, 7, 6, 5, 4, 3, 2, 1, 0]);
        let fitted = Histogram::merged(vec![(histogram, &same)], 9).unwrap();
        assert_eq!(Histogram::stored(&counts, 9), Some(fitted.clone()));
        assert_eq!(Histogram::stored(&counts, 8), None);
        let there = Histogram::merged(vec![(fitted.clone(), &turned)], 9).unwrap();
        let back = Histogram::merged(vec![(there.clone(), &turned)], 9).unwrap();
        assert!(there != fitted && back == fitted);
        let twice = Histogram::merged(vec![(back, &same), (there, &turned)], 9).unwrap();
        assert!(twice.counts().zip(&counts).all(|(twice, once)| twice.rows == 2 * once.rows));
    }
}
