//! Intervals by drawing rows again (Efron 1979), from counts alone.
//!
//! Rows of one kind are alike to a figure of counts. As many rows as there are, drawn with replacement, are therefore a draw of
//! the multinomial distribution of the kinds, one binomial draw for each kind, whatever the number of rows.

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde::{Deserialize, Serialize};

use super::intervals::{Interval, IntervalMethod};
use super::number;
use crate::figure::NoInterval;
use crate::numeric::{Stream, binomial, quantile};

/// Draws of kinds that the intervals of one comparison may cost: a thousand replicates of four thousand groups without weights.
const MAX_DRAWS: u64 = 1 << 24;
/// The share of the replicates that a figure must be defined in.
const DEFINED: f64 = 0.95;

/// How often rows are drawn again, and from which seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Bootstrap {
    /// How often; 0 for no such intervals.
    pub replicates: u32,
    /// The seed: the same seed gives the same intervals.
    pub seed: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { replicates: 1_000, seed: 0 }
    }
}

/// Rows that are alike: of one category, and of about the same weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Kind {
    pub(crate) category: usize,
    pub(crate) rows: u64,
    /// What one of them weighs; 1 where rows have no weights.
    pub(crate) weight: f64,
}

/// Rows of one category that were drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Drawn {
    pub(crate) rows: u64,
    pub(crate) mass: f64,
}

/// An interval, or why there is none.
pub(crate) type Outcome = Result<Interval, NoInterval>;

impl Bootstrap {
    /// The intervals of `count` figures, each a function of what was drawn by category: from the 2.5 % to the 97.5 % quantile
    /// of its values (the percentile method). Nothing where no intervals are wanted.
    pub(crate) fn intervals(
        self,
        purpose: &str,
        kinds: &[Kind],
        count: usize,
        figures: impl Fn(&[Drawn]) -> Vec<Option<f64>> + Sync,
    ) -> Vec<Outcome> {
        if self.replicates == 0 {
            return Vec::new();
        }
        if (kinds.len() as u64).saturating_mul(u64::from(self.replicates)) > MAX_DRAWS {
            return vec![Err(NoInterval::TooManyGroups); count];
        }
        let categories = kinds.iter().map(|kind| kind.category + 1).max().unwrap_or_default();
        let replicate = |number: u32| {
            let mut stream = Stream::new(self.seed, purpose, u64::from(number));
            figures(&draw(&mut stream, kinds, categories))
        };
        let replicates: Vec<Vec<Option<f64>>> = (0..self.replicates).into_par_iter().map(replicate).collect();
        let values = |figure: usize| {
            replicates.iter().filter_map(|values| values.get(figure).copied().flatten()).collect()
        };
        (0..count).map(|figure| self.interval(values(figure))).collect()
    }

    fn interval(self, mut values: Vec<f64>) -> Outcome {
        values.sort_unstable_by(f64::total_cmp);
        if number(values.len() as u64) < DEFINED * f64::from(self.replicates) {
            return Err(NoInterval::OftenUndefined);
        }
        let ends = quantile(&values, 0.025).zip(quantile(&values, 0.975));
        let (low, high) = ends.ok_or(NoInterval::OftenUndefined)?;
        Ok(Interval { low, high, method: IntervalMethod::Bootstrap })
    }
}

/// As many rows as there are, drawn with replacement.
fn draw(stream: &mut Stream, kinds: &[Kind], categories: usize) -> Vec<Drawn> {
    let mut drawn = vec![Drawn::default(); categories];
    let all = kinds.iter().fold(0_u64, |sum, kind| sum.saturating_add(kind.rows));
    let (mut left, mut wanted) = (all, all);
    for kind in kinds {
        let rows = binomial(stream, wanted, number(kind.rows) / number(left.max(1)));
        (left, wanted) = (left - kind.rows.min(left), wanted - rows);
        if let Some(category) = drawn.get_mut(kind.category) {
            category.rows += rows;
            category.mass += number(rows) * kind.weight;
        }
    }
    drawn
}
