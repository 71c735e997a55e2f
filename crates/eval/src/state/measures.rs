//! Numbers that are kept row by row, for figures that no sums give: the scores of several classes, weights beside scores.

use std::cmp::Ordering;

use rayon::slice::ParallelSliceMut;
use serde::{Deserialize, Serialize};

use crate::error::{EvalError, Problem};
use crate::limits::MAX_MEASURES;

/// Some numbers of each row, with the number of its row's cell: 8 bytes a number and 4 a row. The rows are in order of their
/// numbers, the first number first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Measures {
    /// How many numbers a row has.
    width: usize,
    /// The numbers, row after row.
    values: Vec<f64>,
    cells: Vec<u32>,
}

impl Measures {
    /// No rows yet, which will have so many numbers.
    pub(crate) fn new(width: usize) -> Self {
        Self { width, values: Vec::new(), cells: Vec::new() }
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The numbers of each row, in order, with the row's cell.
    pub fn iter(&self) -> impl Iterator<Item = (&[f64], u32)> + '_ {
        self.values.chunks_exact(self.width.max(1)).zip(self.cells.iter().copied())
    }

    /// The first number of the row in the middle, or the mean of those of the two in the middle.
    pub(super) fn median(&self) -> Option<f64> {
        let at = |row: usize| self.row(row).first().copied();
        let last = self.len().checked_sub(1)?;
        Some(f64::midpoint(at(last / 2)?, at(last.div_ceil(2))?))
    }

    /// Appends rows out of order, for [`Measures::merged`] to sort: one column for each number.
    pub(crate) fn add(&mut self, columns: &[&[f64]], cells: &[u32]) -> Result<(), Problem> {
        self.check(cells.len())?;
        self.values.reserve(cells.len() * self.width);
        for row in 0..cells.len() {
            // Adding 0 turns -0 into 0: the two are equal and must sort as such.
            self.values.extend(columns.iter().filter_map(|column| column.get(row)).map(|value| value + 0.0));
        }
        self.cells.extend(cells);
        Ok(())
    }

    /// The rows of several parts, each with the new numbers of its cells.
    pub(super) fn merged(parts: Vec<(Self, Vec<u32>)>) -> Result<Self, EvalError> {
        let mut all = Self::new(parts.first().map_or(0, |(part, _)| part.width));
        for (part, numbers) in parts {
            if part.width != all.width {
                return Err(EvalError::new(Problem::StatesDiffer));
            }
            all.check(part.len()).map_err(EvalError::new)?;
            all.values.extend(part.values);
            let number = |cell: &u32| numbers.get(*cell as usize).copied().unwrap_or_default();
            all.cells.extend(part.cells.iter().map(number));
        }
        all.sort();
        Ok(all)
    }

    /// Whether these are sound: in order, finite, of cells that are there, and as many as they should be.
    pub(super) fn are_stored_well(&self, width: usize, known_cells: usize) -> bool {
        let rows = self.len();
        self.width == width
            && rows.checked_mul(width) == Some(self.values.len())
            && self.check(0).is_ok()
            && self.values.iter().all(|value| value.is_finite())
            && self.cells.iter().all(|cell| (*cell as usize) < known_cells)
            && (1..rows).all(|row| self.compare(row - 1, row) != Ordering::Greater)
    }

    fn check(&self, more: usize) -> Result<(), Problem> {
        let limit = MAX_MEASURES / (self.width as u64).max(1);
        let rows = self.len().saturating_add(more) as u64;
        if rows > limit { Err(Problem::TooManyRows { limit }) } else { Ok(()) }
    }

    fn row(&self, row: usize) -> &[f64] {
        let start = row.saturating_mul(self.width);
        self.values.get(start..start.saturating_add(self.width)).unwrap_or_default()
    }

    fn compare(&self, left: usize, right: usize) -> Ordering {
        let pairs = self.row(left).iter().zip(self.row(right));
        let by_value = pairs.map(|(left, right)| left.total_cmp(right)).find(|order| order.is_ne());
        by_value.unwrap_or_else(|| self.cells.get(left).cmp(&self.cells.get(right)))
    }

    fn sort(&mut self) {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.par_sort_unstable_by(|left, right| self.compare(*left, *right));
        let values = order.iter().flat_map(|row| self.row(*row)).copied().collect();
        let cells = order.iter().filter_map(|row| self.cells.get(*row)).copied().collect();
        (self.values, self.cells) = (values, cells);
    }
}
