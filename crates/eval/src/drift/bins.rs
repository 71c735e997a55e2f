//! Bins of numbers by quantiles of the reference.

use crate::numeric::{length, quantile};

/// Where the bins end.
#[derive(Clone, Debug, PartialEq)]
pub struct Bins {
    cuts: Vec<Cut>,
}

/// The end of a bin at a value.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Cut {
    /// The value belongs to the bin above.
    Before(f64),
    /// The value belongs to the bin below.
    After(f64),
}

impl Bins {
    /// About `count` bins that hold equal shares of an ascending reference without NaN; the first and the last are open. Bins
    /// end at the quantiles `1 / count`, `2 / count` and so on, each in the bin below it. Equal quantiles are one: that value
    /// fills a bin or more, so it has a bin for itself, and what moves to either side of it is seen. Of an empty reference
    /// there is one bin.
    pub fn of(reference: &[f64], count: usize) -> Self {
        let share = |k: usize| length(k) / length(count);
        let quantiles: Vec<f64> = (1..count).filter_map(|k| quantile(reference, share(k))).collect();
        let equal = quantiles.chunk_by(|one, next| one >= next);
        let cuts = equal.flat_map(|run| {
            let before = run.get(1).map(|repeated| Cut::Before(*repeated));
            before.into_iter().chain(run.first().map(|value| Cut::After(*value)))
        });
        Self { cuts: cuts.collect() }
    }

    /// The bounds of each bin, in order: see [`super::Values::Range`]. An infinite bound is none.
    pub fn ranges(&self) -> Vec<(Option<f64>, Option<f64>)> {
        let mut from = None;
        let ends = self.cuts.iter().map(|cut| match *cut {
            Cut::Before(end) | Cut::After(end) => Some(end).filter(|end| end.is_finite()),
        });
        ends.chain([None]).map(|to| (std::mem::replace(&mut from, to), to)).collect()
    }

    /// How many values of an ascending sample without NaN lie in each bin.
    pub fn counts(&self, sorted: &[f64]) -> Vec<u64> {
        let ends = self.cuts.iter().map(|cut| match *cut {
            Cut::Before(end) => sorted.partition_point(|value| *value < end),
            Cut::After(end) => sorted.partition_point(|value| *value <= end),
        });
        let mut from = 0;
        ends.chain([sorted.len()])
            .map(|to| {
                let count = to.saturating_sub(from) as u64;
                from = to;
                count
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_that_fall_together_get_a_bin_of_their_own() {
        let counts = |reference: &[f64], sample: &[f64]| Bins::of(reference, 4).counts(sample);
        let plain: Vec<f64> = (1_u32..=8).map(f64::from).collect();
        assert_eq!(counts(&plain, &plain), [2, 2, 2, 2]);
        assert_eq!(counts(&plain, &[-9.0, 99.0, f64::INFINITY]), [1, 0, 0, 2]);
        let tied = [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0];
        assert_eq!(counts(&tied, &tied), [0, 5, 1, 2]);
        assert_eq!(counts(&[5.0; 9], &[4.0, 5.0, 5.0, 6.0, 7.0]), [1, 2, 2]);
        assert_eq!(counts(&[], &[4.0, 5.0]), [2]);
        let ranges = Bins::of(&[5.0; 9], 4).ranges();
        assert_eq!(ranges, [(None, Some(5.0)), (Some(5.0), Some(5.0)), (Some(5.0), None)]);
    }
}
