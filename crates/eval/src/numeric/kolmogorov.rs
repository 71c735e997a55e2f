//! The distribution of the one-sample Kolmogorov–Smirnov statistic, two-sided, for every sample size.
//!
//! No one formula is both precise and fast everywhere; which is taken where follows Simard and L'Ecuyer (2011), as SciPy's
//! `kstwo` does. For at most 140 observations all of them are exact.

use std::f64::consts::{PI, TAU};

use super::stirling::{HALF_LN_TAU, stirling_error};
use super::{length, real};

/// Up to this size exact formulas are used throughout.
const SMALL: u64 = 140;
/// Up to this size the matrix of Durbin is affordable.
const MATRIX: u64 = 100_000;
/// Up to this size the one-sided distribution is summed.
const SUMMED: u64 = 1_000_000;

/// The chance that the empirical distribution of `n` independent observations lies at least `distance` from the true one.
pub fn kolmogorov_survival(n: u64, distance: f64) -> f64 {
    let (size, steps) = (real(n), real(n) * distance);
    let scale = steps * distance;
    let chance = if distance >= 1.0 {
        0.0
    } else if steps <= 0.5 {
        1.0
    } else if steps <= 1.0 {
        let log = 0.5 * size.ln() - size + HALF_LN_TAU + stirling_error(size);
        1.0 - (log + size * (2.0 * steps - 1.0).ln()).exp()
    } else if n > SMALL && scale >= 370.0 {
        0.0
    } else if steps >= size - 1.0 || distance >= 0.5 || scale > if n <= SMALL { 4.0 } else { 2.2 } {
        // Where the two sides cannot both be exceeded this is exact, elsewhere Miller's approximation (1956).
        2.0 * one_sided(n, distance)
    } else if n <= SMALL || (n <= MATRIX && steps * distance.sqrt() <= 1.4) {
        1.0 - durbin(n, distance)
    } else {
        1.0 - pelz_good(size, distance * size.sqrt())
    };
    chance.clamp(0.0, 1.0)
}

/// The chance that the empirical distribution of `n` observations exceeds the true one by at least `distance` somewhere
/// (Birnbaum and Tingey 1951): with `t = n × distance`, the sum over `j` of `t / (j + t)` times the binomial chance of `j`
/// among `n` at `(j + t) / n`. The chances are taken from Stirling's formula and its remainder; beyond a million observations
/// the sum from Maag and Dicaire (1971).
fn one_sided(n: u64, distance: f64) -> f64 {
    let (size, t) = (real(n), real(n) * distance);
    if n > SUMMED {
        return (-(6.0 * t + 1.0).powi(2) / (18.0 * size)).exp();
    }
    let none = (size * (-distance).ln_1p()).exp();
    let remainder = stirling_error(size);
    let terms = (1..n).map(real).take_while(|j| size - j > t).map(|j| {
        let rest = size - j;
        let log = j * (t / j).ln_1p() + rest * (-t / rest).ln_1p();
        let log = log + remainder - stirling_error(j) - stirling_error(rest);
        t / (j + t) * (size / (TAU * j * rest)).sqrt() * log.exp()
    });
    none + terms.sum::<f64>()
}

/// The chance to stay below `distance`, exact: the middle cell of `n! / n^n` times the `n`-th power of Durbin's matrix (1973),
/// as Marsaglia, Tsang and Wang (2003) wrote it down.
fn durbin(n: u64, distance: f64) -> f64 {
    let steps = real(n) * distance;
    let whole = steps.ceil();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "this formula is used for a few dozen steps"
    )]
    let middle = (whole as usize).saturating_sub(1);
    let mut square = Scaled::of_durbin(2 * middle + 1, whole - steps);
    let mut power: Option<Scaled> = None;
    let mut left = n;
    while left > 0 {
        if left & 1 == 1 {
            power = Some(power.map_or_else(|| square.clone(), |power| power.times(&square)));
        }
        left >>= 1;
        if left > 0 {
            square = square.times(&square);
        }
    }
    let Some(power) = power else { return 0.0 };
    let (mut chance, mut exponent) = (power.cell(middle, middle), power.exponent);
    for i in 1..=n {
        chance *= real(i) / real(n);
        if chance < 1e-200 && chance > 0.0 {
            chance *= 2.0_f64.powi(512);
            exponent -= 512;
        }
    }
    chance * 2.0_f64.powi(exponent / 2) * 2.0_f64.powi(exponent - exponent / 2)
}

/// A square matrix of numbers that are not negative, times a power of 2.
#[derive(Clone)]
struct Scaled {
    side: usize,
    cells: Vec<f64>,
    exponent: i32,
}

impl Scaled {
    /// Durbin's matrix: reciprocals of factorials along the diagonals, less what `gap` cuts off in the first column and in the
    /// last row.
    fn of_durbin(side: usize, gap: f64) -> Self {
        let mut cells = Vec::with_capacity(side * side);
        for row in 0..side {
            for column in 0..side {
                let cut = match (column == 0, row + 1 == side) {
                    (true, true) => 2.0 * power(gap, side) - power((2.0 * gap - 1.0).max(0.0), side),
                    (true, false) => power(gap, row + 1),
                    (false, true) => power(gap, side - column),
                    (false, false) => 0.0,
                };
                cells.push(
                    (row + 1).checked_sub(column).map_or(0.0, |degree| (1.0 - cut) / factorial(degree)),
                );
            }
        }
        Self { side, cells, exponent: 0 }
    }

    fn cell(&self, row: usize, column: usize) -> f64 {
        self.cells.get(row * self.side + column).copied().unwrap_or(0.0)
    }

    /// The product; its largest cell lies between 1 and 2.
    fn times(&self, other: &Self) -> Self {
        let mut cells = vec![0.0; self.cells.len()];
        for (sums, row) in cells.chunks_exact_mut(self.side).zip(self.cells.chunks_exact(self.side)) {
            for (factor, line) in row.iter().zip(other.cells.chunks_exact(self.side)) {
                for (sum, cell) in sums.iter_mut().zip(line) {
                    *sum += factor * cell;
                }
            }
        }
        let largest = cells.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        #[expect(clippy::cast_possible_truncation, reason = "exponents of doubles are small")]
        let shift = largest.log2().floor() as i32;
        let unit = 2.0_f64.powi(-shift);
        for cell in &mut cells {
            *cell *= unit;
        }
        Self { side: self.side, cells, exponent: self.exponent + other.exponent + shift }
    }
}

fn power(base: f64, exponent: usize) -> f64 {
    base.powf(length(exponent))
}

fn factorial(degree: usize) -> f64 {
    (2..=degree).map(length).product()
}

/// The chance to stay below `z / √n`: the series of Pelz and Good (1976) in powers of `1 / √n`, up to the third.
fn pelz_good(n: f64, z: f64) -> f64 {
    /// More terms than doubles can tell apart where this is used.
    const TERMS: u32 = 20;
    let square = z * z;
    let decay = PI * PI / (2.0 * square);
    if decay / 4.0 > 700.0 {
        return 0.0;
    }
    let (z2, z4, z6, z8) = (square, square.powi(2), square.powi(3), square.powi(4));
    let mut sums = [0.0; 4];
    let [zeroth, first, second, third] = &mut sums;
    for k in 0..TERMS {
        let odd = PI * PI * (f64::from(k) + 0.5).powi(2);
        let weight = (-odd / (2.0 * square)).exp();
        *zeroth += weight / z;
        *first += weight * (odd - z2) / (6.0 * z4);
        *second += weight
            * (6.0 * z6 + 2.0 * z4 + odd * (2.0 * z4 - 5.0 * z2) + odd * odd * (1.0 - 2.0 * z2))
            / (72.0 * z6 * z);
        *third += weight
            * (odd.powi(3) * (5.0 - 30.0 * z2)
                + odd * odd * (212.0 * z4 - 60.0 * z2)
                + odd * (135.0 * z4 - 96.0 * z6)
                - 30.0 * z6
                - 90.0 * z8)
            / (6480.0 * z8 * z2);
        let even = PI * PI * f64::from(k).powi(2);
        let weight = (-even / (2.0 * square)).exp();
        *second -= weight * even / (36.0 * z2 * z);
        *third += weight * (3.0 * even * z2 - even * even) / (216.0 * z6);
    }
    let series = sums.iter().rev().fold(0.0, |higher, sum| sum + higher / n.sqrt());
    TAU.sqrt() * series
}
