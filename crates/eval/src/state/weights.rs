//! What the rows of a cell weigh.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Cell;
use crate::exact::ExactSum;
use crate::metrics::Kind;
use crate::numeric::real;

/// Bits of a weight that its size leaves out: what is left are the exponent and the first three binary digits.
const FINE_BITS: u32 = 49;

/// The weights of some rows: how many have about the same, and what these weigh together. Sums are exact.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Weights {
    strata: Vec<Stratum>,
}

/// Rows whose weights agree in exponent and first three binary digits, and so differ by less than an eighth.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Stratum {
    size: u16,
    /// How many rows.
    pub rows: u64,
    /// What they weigh together.
    pub sum: ExactSum,
}

impl Weights {
    /// Adds a weight, which is not negative.
    pub(crate) fn add(&mut self, weight: f64) {
        let size = u16::try_from((weight + 0.0).to_bits() >> FINE_BITS).unwrap_or(u16::MAX);
        let stratum = self.stratum(size);
        stratum.rows = stratum.rows.saturating_add(1);
        stratum.sum.add(weight);
    }

    /// Adds the weights of other rows.
    pub fn merge(&mut self, other: &Self) {
        for theirs in &other.strata {
            let own = self.stratum(theirs.size);
            own.rows = own.rows.saturating_add(theirs.rows);
            own.sum.merge(&theirs.sum);
        }
    }

    /// The rows by what they weigh, ascending.
    pub fn strata(&self) -> &[Stratum] {
        &self.strata
    }

    /// What all rows weigh together.
    pub fn sum(&self) -> ExactSum {
        let mut sum = ExactSum::default();
        self.strata.iter().for_each(|stratum| sum.merge(&stratum.sum));
        sum
    }

    /// Whether these are the weights of so many rows, in their one form.
    pub(super) fn are_of(&self, rows: u64) -> bool {
        let strata = &self.strata;
        let counted = strata.iter().try_fold(0_u64, |sum, stratum| sum.checked_add(stratum.rows));
        counted == Some(rows)
            && strata.is_sorted_by(|low, high| low.size < high.size)
            && strata.iter().all(|stratum| stratum.rows > 0 && stratum.sum.value() >= 0.0)
    }

    fn stratum(&mut self, size: u16) -> &mut Stratum {
        let place = self.strata.partition_point(|known| known.size < size);
        if self.strata.get(place).is_none_or(|known| known.size != size) {
            self.strata.insert(place, Stratum { size, ..Stratum::default() });
        }
        #[expect(clippy::indexing_slicing, reason = "a stratum stands at the place, or was put there above")]
        &mut self.strata[place]
    }
}

/// Rows by category, and by what they weigh.
#[derive(Debug, Default)]
pub(crate) struct Kinds {
    rows: BTreeMap<(usize, u16), (u64, ExactSum)>,
}

impl Kinds {
    /// Adds the rows of a cell.
    pub(crate) fn add(&mut self, category: usize, cell: &Cell) {
        let Some(weights) = &cell.weights else {
            let (rows, mass) = self.rows.entry((category, 0)).or_default();
            *rows = rows.saturating_add(cell.rows);
            mass.add(real(cell.rows));
            return;
        };
        for stratum in &weights.strata {
            let (rows, mass) = self.rows.entry((category, stratum.size)).or_default();
            *rows = rows.saturating_add(stratum.rows);
            mass.merge(&stratum.sum);
        }
    }

    /// The kinds, by category. Rows of one kind weigh what they weigh on average.
    pub(crate) fn finish(self) -> Vec<Kind> {
        let kind = |((category, _), (rows, mass)): ((usize, u16), (u64, ExactSum))| Kind {
            category,
            rows,
            weight: mass.value() / real(rows),
        };
        self.rows.into_iter().map(kind).collect()
    }
}
