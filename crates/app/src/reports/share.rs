//! Shares as the fractions that they are.

use serde::{Serialize, Serializer};

/// A share of one, reduced. Sums and products stay exact as long as they fit; see [`Share::mean`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    part: u128,
    whole: u128,
}

/// What is left of a fraction that no longer fits: billionths, rounded down.
const COARSE: u128 = 1_000_000_000;
/// Above this a fraction is made coarse, so that the next step of a sum fits.
const MOST: u128 = 1 << 60;

impl Share {
    /// Nothing.
    pub const NONE: Self = Self { part: 0, whole: 1 };

    /// `part / whole`; `None` where the whole is nothing.
    pub fn new(part: u64, whole: u64) -> Option<Self> {
        (whole > 0).then(|| Self { part: part.into(), whole: whole.into() }.reduced())
    }

    /// The nearest number.
    #[expect(clippy::cast_precision_loss, reason = "the nearest number is what is asked for")]
    pub fn get(self) -> f64 {
        self.part as f64 / self.whole as f64
    }

    /// The mean of shares, weighed. Exact as long as numerators and denominators stay below 2^60, which every report of one
    /// version does; a sum that would pass that is cut to billionths.
    pub fn mean(weighed: impl IntoIterator<Item = (Self, u64)>) -> Option<Self> {
        let (mut sum, mut weights) = (Self::NONE, 0_u64);
        for (share, weight) in weighed {
            sum = sum.plus(share, weight);
            weights = weights.saturating_add(weight);
        }
        (weights > 0).then(|| Self { part: sum.part, whole: sum.whole * u128::from(weights) }.reduced())
    }

    /// What is left when shares are taken away so many times; nothing where that would be less.
    #[must_use]
    pub fn less(self, taken: Self, times: u64) -> Self {
        let taken = Self::NONE.plus(taken, times);
        let (left, right) = (self.part * taken.whole, taken.part * self.whole);
        Self { part: left.saturating_sub(right), whole: self.whole * taken.whole }.reduced()
    }

    fn plus(self, other: Self, times: u64) -> Self {
        let times = u128::from(times.min(u64::from(u32::MAX)));
        let part = self.part * other.whole + other.part * times * self.whole;
        Self { part, whole: self.whole * other.whole }.reduced()
    }

    fn reduced(self) -> Self {
        let divisor = greatest_common_divisor(self.part, self.whole).max(1);
        let reduced = Self { part: self.part / divisor, whole: self.whole / divisor };
        if reduced.whole < MOST {
            return reduced;
        }
        // The whole part is kept apart: it is small, and its product with billionths fits.
        let (whole, rest) = (reduced.part / reduced.whole, reduced.part % reduced.whole);
        let rest = rest / (reduced.whole / COARSE).max(1);
        Self { part: whole * COARSE + rest.min(COARSE - 1), whole: COARSE }
    }
}

fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.part, self.whole)
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::Share;

    fn share(part: u64, whole: u64) -> Share {
        Share::new(part, whole).unwrap()
    }

    #[test]
    fn means_are_exact() {
        let mean = Share::mean([(share(1, 3), 1), (share(1, 6), 1), (share(1, 2), 1)]);
        assert_eq!(mean, Some(share(1, 3)));
        let score = Share::mean([(share(3, 4), 40), (share(2, 3), 25), (share(1, 7), 20), (Share::NONE, 15)]);
        assert_eq!(score.unwrap().to_string(), "52/105");
        assert_eq!(Share::mean([]), None);
        assert_eq!(Share::new(1, 0), None);
    }

    #[test]
    fn nothing_is_less_than_nothing() {
        assert_eq!(share(1, 2).less(share(1, 20), 3), share(7, 20));
        assert_eq!(share(1, 2).less(share(1, 20), 11), Share::NONE);
        assert_eq!(share(1, 2).less(Share::NONE, 7), share(1, 2));
    }

    #[test]
    fn long_sums_stay_within_a_billionth_for_each_step() {
        let primes: Vec<u64> =
            (2..400).filter(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0)).collect();
        let near: f64 = primes.iter().map(|p| 1.0 / f64::from(u32::try_from(*p).unwrap())).sum();
        let count = f64::from(u32::try_from(primes.len()).unwrap());
        let mean = Share::mean(primes.iter().map(|p| (share(1, *p), 1))).unwrap().get();
        assert!((mean - near / count).abs() < 2e-8, "{mean} {}", near / count);
    }
}
