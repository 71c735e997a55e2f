//! Draws of how many of some rows fall where each falls with one chance.

use super::random::{Stream, portable_ln};
use super::real;
use super::stirling::HALF_LN_TAU;

/// Expected counts below this are drawn by adding up chances, larger ones by rejection.
const FEW: f64 = 10.0;
/// Draws by adding up chances end here, far beyond what a mean below [`FEW`] allows.
const MOST: u64 = 200;

/// How many of `rows` rows fall where each falls with the chance `share`.
pub(crate) fn binomial(stream: &mut Stream, rows: u64, share: f64) -> u64 {
    if rows == 0 || share.is_nan() || share <= 0.0 {
        return 0;
    }
    if share >= 1.0 {
        return rows;
    }
    if share > 0.5 {
        return rows - binomial(stream, rows, 1.0 - share).min(rows);
    }
    let drawn = if real(rows) * share < FEW {
        by_sum(stream, rows, share)
    } else {
        by_rejection(stream, rows, share)
    };
    drawn.min(rows)
}

/// The first count at which the chances of all counts up to it exceed a number drawn.
fn by_sum(stream: &mut Stream, rows: u64, share: f64) -> u64 {
    let odds = share / (1.0 - share);
    let mut chance = power(1.0 - share, rows);
    let (mut left, mut count) = (stream.unit(), 0_u64);
    while left > chance && count < MOST.min(rows) {
        left -= chance;
        count += 1;
        chance *= odds * real(rows - count + 1) / real(count);
    }
    count
}

fn power(base: f64, mut exponent: u64) -> f64 {
    let (mut result, mut square) = (1.0, base);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result *= square;
        }
        square *= square;
        exponent >>= 1;
    }
    result
}

/// Transformed rejection with squeeze (Hörmann 1993, algorithm BTRS).
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what is cast was compared with 0 and the rows"
)]
fn by_rejection(stream: &mut Stream, rows: u64, share: f64) -> u64 {
    let all = real(rows);
    let spread = (all * share * (1.0 - share)).sqrt();
    let b = 1.15 + 2.53 * spread;
    let a = -0.0873 + 0.0248 * b + 0.01 * share;
    let centre = all * share + 0.5;
    let within = 0.92 - 4.2 / b;
    let alpha = (2.83 + 5.1 / b) * spread;
    let mode = ((all + 1.0) * share).floor();
    let at_mode = ln_factorial(mode) + ln_factorial(all - mode);
    let ln_odds = portable_ln(share / (1.0 - share));
    loop {
        let (place, height) = (stream.unit() - 0.5, stream.unit());
        let edge = 0.5 - place.abs();
        let count = ((2.0 * a / edge + b) * place + centre).floor();
        if count < 0.0 || count > all {
            continue;
        }
        if edge >= 0.07 && height <= within {
            return count as u64;
        }
        let height = portable_ln(height * alpha / (a / (edge * edge) + b));
        let chance = at_mode - ln_factorial(count) - ln_factorial(all - count) + (count - mode) * ln_odds;
        if height <= chance {
            return count as u64;
        }
    }
}

/// The logarithm of a factorial.
fn ln_factorial(count: f64) -> f64 {
    if count < 10.0 {
        let mut factorial = 1.0;
        let mut factor = 2.0;
        while factor <= count {
            factorial *= factor;
            factor += 1.0;
        }
        return portable_ln(factorial);
    }
    // Stirling's series (DLMF 5.11.1).
    let square = count * count;
    let rest = (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / (1260.0 * square)) / square) / count;
    (count + 0.5) * portable_ln(count) - count + HALF_LN_TAU + rest
}

#[cfg(test)]
#[expect(clippy::cast_precision_loss, reason = "counts of draws are small")]
mod tests {
    use super::*;

    /// Chances of all counts, by the library's logarithm.
    fn chances(rows: u64, share: f64) -> Vec<f64> {
        let ln_factorial = |count: u64| (2..=count).map(|factor| (factor as f64).ln()).sum::<f64>();
        let ln_chance = |count: u64| {
            ln_factorial(rows) - ln_factorial(count) - ln_factorial(rows - count)
                + count as f64 * share.ln()
                + (rows - count) as f64 * (1.0 - share).ln()
        };
        (0..=rows).map(|count| ln_chance(count).exp()).collect()
    }

    #[test]
    fn draws_have_the_distribution() {
        const DRAWS: u64 = 40_000;
        for (rows, share) in [(1, 0.3), (12, 0.5), (40, 0.1), (60, 0.5), (300, 0.05), (400, 0.9), (90, 0.24)]
        {
            let mut seen = vec![0_u64; usize::try_from(rows).expect("small") + 1];
            let mut stream = Stream::new(3, "binomial", rows);
            for _ in 0..DRAWS {
                seen[usize::try_from(binomial(&mut stream, rows, share)).expect("small")] += 1;
            }
            // The squared distances of counts that are expected at least ten times, over their expectation: a chi-squared
            // figure, which exceeds its degrees of freedom by six of its deviations with a chance below one in a million.
            let expected: Vec<f64> =
                chances(rows, share).iter().map(|chance| chance * DRAWS as f64).collect();
            let counted = seen.iter().zip(&expected).filter(|(_, expected)| **expected >= 10.0);
            let (figure, cells) = counted.fold((0.0, 0.0), |(figure, cells), (seen, expected)| {
                let distance = *seen as f64 - expected;
                (figure + distance * distance / expected, cells + 1.0)
            });
            assert!(figure < cells + 6.0 * (2.0_f64 * cells).sqrt(), "{rows} {share}: {figure} of {cells}");
        }
    }

    #[test]
    fn draws_of_many_rows_have_mean_and_spread() {
        const DRAWS: u32 = 4_000;
        for (rows, share) in [(1_000_000_000_u64, 0.37), (10_000_000, 1e-6), (1 << 40, 0.999)] {
            let mut stream = Stream::new(5, "many", rows);
            let (mean, deviation) = (rows as f64 * share, (rows as f64 * share * (1.0 - share)).sqrt());
            let distances: Vec<f64> =
                (0..DRAWS).map(|_| (binomial(&mut stream, rows, share) as f64 - mean) / deviation).collect();
            let average = distances.iter().sum::<f64>() / f64::from(DRAWS);
            let variance =
                distances.iter().map(|distance| distance * distance).sum::<f64>() / f64::from(DRAWS);
            // Five deviations of a mean of 4,000 are 0.079, and of their squares 0.112.
            assert!(average.abs() < 0.08 && (variance - 1.0).abs() < 0.115, "{rows} {average} {variance}");
        }
    }

    #[test]
    fn the_ends_are_certain() {
        let mut stream = Stream::new(0, "", 0);
        let mut drawn = |rows, share| binomial(&mut stream, rows, share);
        assert_eq!([drawn(0, 0.5), drawn(9, 0.0), drawn(9, 1.0), drawn(9, f64::NAN)], [0, 0, 9, 0]);
    }
}
