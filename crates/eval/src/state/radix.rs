//! Sorting in place by digits: in each step items are put into the buckets of their leading digits, as far as they differ at
//! all, and the buckets are sorted at the same time. No second list is needed, and equal items cost no more than others.

use rayon::iter::{IntoParallelIterator, ParallelIterator};

/// Something whose order is that of a number.
pub(super) trait Keyed: Copy + Ord + Send {
    /// The number.
    fn number(self) -> u128;
}

const DIGIT_BITS: u32 = 8;
const BUCKETS: usize = 1 << DIGIT_BITS;
/// Items that are compared instead.
const FEW: usize = 256;
/// Items that are worth being handed to another thread.
const MANY: usize = 1 << 14;

/// Sorts items by their numbers.
pub(super) fn sort<T: Keyed>(items: &mut [T]) {
    if items.len() <= FEW {
        items.sort_unstable();
        return;
    }
    let Some((low, high)) = bounds(items) else { return };
    let used = u128::BITS - (high - low).leading_zeros();
    if used == 0 {
        return;
    }
    let shift = used.saturating_sub(DIGIT_BITS);
    let digit =
        |item: T| usize::try_from((item.number() - low) >> shift).unwrap_or_default().min(BUCKETS - 1);
    let mut sizes = [0_usize; BUCKETS];
    for item in &*items {
        if let Some(size) = sizes.get_mut(digit(*item)) {
            *size += 1;
        }
    }
    distribute(items, &sizes, digit);
    if shift > 0 {
        sort_buckets(items, &sizes);
    }
}

fn bounds<T: Keyed>(items: &[T]) -> Option<(u128, u128)> {
    let first = items.first()?.number();
    Some(items.iter().fold((first, first), |(low, high), item| {
        let number = item.number();
        (low.min(number), high.max(number))
    }))
}

/// Puts every item into its bucket: the item that is in its place moves on to its own, until one comes that belongs there.
fn distribute<T: Keyed>(items: &mut [T], sizes: &[usize; BUCKETS], digit: impl Fn(T) -> usize) {
    let (mut next, mut ends, mut end) = ([0_usize; BUCKETS], [0_usize; BUCKETS], 0);
    for ((next, last), size) in next.iter_mut().zip(&mut ends).zip(sizes) {
        *next = end;
        end += size;
        *last = end;
    }
    for bucket in 0..BUCKETS {
        while let (Some(place), Some(last)) = (next.get(bucket).copied(), ends.get(bucket)) {
            if place >= *last {
                break;
            }
            let Some(mut item) = items.get(place).copied() else { break };
            loop {
                let own = digit(item);
                let Some(free) = next.get_mut(own) else { break };
                let Some(held) = items.get_mut(*free) else { break };
                *free += 1;
                std::mem::swap(held, &mut item);
                if own == bucket {
                    break;
                }
            }
        }
    }
}

fn sort_buckets<T: Keyed>(items: &mut [T], sizes: &[usize; BUCKETS]) {
    let is_large = items.len() >= MANY;
    let mut rest = items;
    let mut buckets = Vec::new();
    for size in sizes {
        let (bucket, behind) = rest.split_at_mut((*size).min(rest.len()));
        rest = behind;
        if bucket.len() > 1 {
            buckets.push(bucket);
        }
    }
    if is_large {
        buckets.into_par_iter().for_each(sort);
    } else {
        buckets.into_iter().for_each(sort);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    impl Keyed for u128 {
        fn number(self) -> u128 {
            self
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn items_are_those_that_came_in_order(
            items in proptest::collection::vec(
                prop_oneof![any::<u128>(), 0_u128..3, (0_u128..5_000).prop_map(|low| low << 60), Just(u128::MAX)],
                0..3_000,
            )
        ) {
            let mut expected = items.clone();
            expected.sort_unstable();
            let mut found = items;
            sort(&mut found);
            prop_assert_eq!(found, expected);
        }
    }
}
