//! How the values of a column are spread over bins or categories in both tables: what the distances rest on, for people to
//! see.

use serde::{Deserialize, Serialize};

use super::divergence::total;
use crate::numeric::real;

/// Categories that are listed, by falling rows of both tables; the rest are put together.
const LISTED: usize = 12;

/// The rows of both tables in one bin, or with one category.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bucket {
    /// What they have in common.
    pub values: Values,
    /// Rows of the reference.
    pub reference: u64,
    /// Rows of the current data.
    pub current: u64,
    /// Their share of the reference's rows with a value.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reference_share: Option<f64>,
    /// Their share of the current rows with a value.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub current_share: Option<f64>,
}

/// What the rows of a bucket have in common.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Values {
    /// Numbers above one bound and up to another; without a bound they go on. Where the bounds are equal it is that number
    /// alone, and the neighbours do not have it.
    Range {
        /// The lower bound.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        from: Option<f64>,
        /// The upper bound.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        to: Option<f64>,
    },
    /// One category.
    Category {
        /// Its name.
        name: String,
    },
    /// All categories that are not listed.
    Others {
        /// How many they are.
        categories: u64,
    },
}

/// The bins of numbers with their counts.
pub(super) fn of_bins(ranges: &[(Option<f64>, Option<f64>)], counts: &[Vec<u64>; 2]) -> Vec<Bucket> {
    let values = ranges.iter().map(|(from, to)| Values::Range { from: *from, to: *to });
    shared(values.zip(pairs(counts)))
}

/// The categories with their counts, the largest first.
pub(super) fn of_categories(names: &[&str], counts: &[Vec<u64>; 2]) -> Vec<Bucket> {
    let mut all: Vec<(&str, [u64; 2])> = names.iter().copied().zip(pairs(counts)).collect();
    let rows = |counts: &[u64; 2]| counts.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
    all.sort_by(|(one, of_one), (other, of_other)| {
        rows(of_other).cmp(&rows(of_one)).then_with(|| one.cmp(other))
    });
    let rest = all.split_off(all.len().min(LISTED));
    let others = (!rest.is_empty()).then(|| {
        let sum =
            |side: fn(&[u64; 2]) -> u64| total(&rest.iter().map(|(_, of)| side(of)).collect::<Vec<_>>());
        let values = Values::Others { categories: rest.len() as u64 };
        (values, [sum(|[reference, _]| *reference), sum(|[_, current]| *current)])
    });
    let listed = all.into_iter().map(|(name, counts)| (Values::Category { name: name.to_owned() }, counts));
    shared(listed.chain(others))
}

fn pairs(counts: &[Vec<u64>; 2]) -> impl Iterator<Item = [u64; 2]> + '_ {
    let [reference, current] = counts;
    reference.iter().zip(current).map(|(reference, current)| [*reference, *current])
}

fn shared(buckets: impl Iterator<Item = (Values, [u64; 2])>) -> Vec<Bucket> {
    let mut buckets: Vec<Bucket> = buckets
        .map(|(values, [reference, current])| Bucket {
            values,
            reference,
            current,
            reference_share: None,
            current_share: None,
        })
        .collect();
    let rows = |side: fn(&Bucket) -> u64| total(&buckets.iter().map(side).collect::<Vec<_>>());
    let (before, after) = (rows(|bucket| bucket.reference), rows(|bucket| bucket.current));
    let share = |part: u64, whole: u64| (whole > 0).then(|| real(part) / real(whole));
    for bucket in &mut buckets {
        bucket.reference_share = share(bucket.reference, before);
        bucket.current_share = share(bucket.current, after);
    }
    buckets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_beyond_the_listed_are_put_together() {
        let names: Vec<String> = (0..15).map(|index| format!("c{index:02}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let counts = [(0..15).collect::<Vec<u64>>(), vec![1; 15]];
        let buckets = of_categories(&names, &counts);
        assert_eq!(buckets.len(), LISTED + 1);
        assert_eq!(buckets[0].values, Values::Category { name: "c14".to_owned() });
        let last = &buckets[LISTED];
        assert_eq!((&last.values, last.reference, last.current), (&Values::Others { categories: 3 }, 3, 3));
        let share: f64 = buckets.iter().filter_map(|bucket| bucket.reference_share).sum();
        assert!((share - 1.0).abs() < 1e-12, "{share}");
    }

    #[test]
    fn an_empty_table_has_no_shares() {
        let buckets = of_bins(&[(None, Some(1.0)), (Some(1.0), None)], &[vec![0, 0], vec![1, 3]]);
        assert_eq!(buckets[0].reference_share, None);
        assert_eq!(buckets[1].current_share, Some(0.75));
    }
}
