//! The exact distribution of the two-sample Kolmogorov–Smirnov statistic.
//!
//! If both samples are of one continuous distribution, every order in which their values can lie is equally likely. An order
//! is a path on a grid, one step for each value: `i` of the first and `j` of the second sample lie below. The statistic is at
//! least `d` where the path touches a cell with `|i / n − j / m| ≥ d`.

use super::{length, real};

/// Below this logarithm a chance is smaller than any double.
const NOTHING: f64 = -760.0;

/// The chance that two samples of sizes `n` and `m`, neither of them 0, lie at least `steps / lcm(n, m)` apart. Time grows
/// with `n × m`, memory with the smaller of the two.
pub fn smirnov_exact(n: usize, m: usize, steps: u64) -> f64 {
    let (large, small) = (n.max(m), n.min(m));
    let divisor = greatest_common_divisor(large as u64, small as u64).max(1);
    let (by_large, by_small) = (large as u64 / divisor, small as u64 / divisor);
    let distance = real(steps) / (real(by_large) * length(small));
    if steps == 0 || small == 0 {
        return 1.0;
    }
    // The bound of Wei and Dudley (2012) on the chance.
    if -2.0 * distance * distance * length(large) * length(small) / length(large + small) < NOTHING {
        return 0.0;
    }
    if large == small {
        of_equal_sizes(large, steps)
    } else {
        by_paths(large, small, [by_large, by_small], steps)
    }
}

/// Gnedenko and Korolyuk (1951): with `h` steps, twice the alternating sum over `k` of `C(2n, n − kh) / C(2n, n)`. Each term
/// is the one before times a product of `h` factors below 1, so the sum is taken from its last term on, and nothing cancels.
fn of_equal_sizes(n: usize, steps: u64) -> f64 {
    let (n, steps) = (n as u64, steps.min(n as u64));
    let reflections = n / steps;
    let sum = (0..reflections).rev().fold(0.0, |later, k| {
        let done = k * steps;
        let ratio: f64 = (0..steps).map(|j| real(n - done - j) / real(n + done + j + 1)).product();
        ratio * (1.0 - later)
    });
    (2.0 * sum).clamp(0.0, 1.0)
}

/// The chance to have left the strip after `i` and `j` values is 1 outside of it; inside, the last value was of the first
/// sample in `i` of `i + j` cases. One column of the grid is kept, and only positive numbers are added.
fn by_paths(large: usize, small: usize, [by_large, by_small]: [u64; 2], steps: u64) -> f64 {
    let mut column = vec![1.0; small + 1];
    for i in 0..=large as u64 {
        let height = by_small * i;
        let lowest = height.checked_sub(steps).map_or(0, |excess| excess / by_large + 1);
        let highest = ((height + steps).div_ceil(by_large) - 1).min(small as u64);
        let mut below = 1.0;
        let inside = column.iter_mut().zip(0_u64..).skip(index(lowest));
        for (cell, j) in inside.take(index(highest.saturating_add(1).saturating_sub(lowest))) {
            let values = real(i + j);
            *cell = if i + j == 0 { 0.0 } else { (*cell * real(i) + below * real(j)) / values };
            below = *cell;
        }
        if lowest > highest {
            return 1.0;
        }
    }
    column.last().copied().unwrap_or(1.0)
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The greatest number that divides both.
pub(crate) fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All orders of both samples, counted one by one.
    fn counted(n: usize, m: usize, steps: u64) -> f64 {
        let divisor = greatest_common_divisor(n as u64, m as u64);
        let (mut orders, mut far) = (0_u32, 0_u32);
        for order in 0_u32..1 << (n + m) {
            if order.count_ones() as usize != n {
                continue;
            }
            orders += 1;
            let (mut i, mut j) = (0_u64, 0_u64);
            let touches = (0..n + m).any(|place| {
                let first = u64::from(order >> place & 1);
                (i, j) = (i + first, j + 1 - first);
                (i * m as u64).abs_diff(j * n as u64) / divisor >= steps
            });
            far += u32::from(touches);
        }
        f64::from(far) / f64::from(orders)
    }

    #[test]
    fn small_samples_equal_all_orders_counted() {
        for (n, m) in [(1, 1), (1, 4), (3, 3), (4, 6), (5, 7), (6, 3), (8, 8), (9, 6)] {
            let largest = (n * m) as u64 / greatest_common_divisor(n as u64, m as u64);
            for steps in 0..=largest {
                let (ours, counted) = (smirnov_exact(n, m, steps), counted(n, m, steps));
                assert!((ours - counted).abs() < 1e-14, "{n} {m} {steps}: {ours} instead of {counted}");
            }
        }
    }
}
