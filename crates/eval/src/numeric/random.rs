//! Numbers drawn from a seed, and the logarithm that draws need: made of additions, multiplications, divisions and square
//! roots alone, which every machine rounds alike.

use std::f64::consts::{LN_2, SQRT_2};

/// The generator `SplitMix64` (Steele, Lea and Flood 2014).
#[derive(Clone, Debug)]
pub(crate) struct Stream(u64);

impl Stream {
    /// The numbers of a seed for one purpose, and of those the part with this number. Other purposes and parts have others.
    pub(crate) fn new(seed: u64, purpose: &str, part: u64) -> Self {
        let mut state = Self(seed).bits();
        for byte in purpose.bytes() {
            state = Self(state ^ u64::from(byte)).bits();
        }
        Self(Self(state ^ part).bits())
    }

    /// The next 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number between 0 and 1, neither of which it is.
    #[expect(clippy::cast_precision_loss, reason = "52 bits are exact")]
    pub(crate) fn unit(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1_u64 << 52) as f64;
        ((self.bits() >> 12) as f64 + 0.5) * STEP
    }
}

/// The natural logarithm of a normal number above 0, within a few units of its last digit.
pub(crate) fn portable_ln(value: f64) -> f64 {
    let bits = value.to_bits();
    let exponent = i32::try_from(bits >> 52 & 0x7ff).unwrap_or_default() - 1023;
    let mantissa = f64::from_bits(bits & ((1 << 52) - 1) | 1023 << 52);
    let (mantissa, exponent) =
        if mantissa > SQRT_2 { (mantissa / 2.0, exponent + 1) } else { (mantissa, exponent) };
    // ln m = 2 artanh((m - 1) / (m + 1)), whose series converges fast between the roots of a half and of two.
    let part = (mantissa - 1.0) / (mantissa + 1.0);
    let square = part * part;
    let series = (0..11).rev().fold(0.0, |sum, term| sum * square + 1.0 / f64::from(2 * term + 1));
    f64::from(exponent) * LN_2 + 2.0 * part * series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_the_published_one() {
        // The first outputs for the seed 0.
        let mut stream = Stream(0);
        assert_eq!([stream.bits(), stream.bits()], [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4]);
        let mut firsts: Vec<u64> = (0..100).map(|part| Stream::new(1, "a", part).bits()).collect();
        firsts.extend((0..100).map(|part| Stream::new(1, "b", part).bits()));
        firsts.extend((0..100).map(|part| Stream::new(2, "a", part).bits()));
        firsts.sort_unstable();
        firsts.dedup();
        assert_eq!(firsts.len(), 300);
    }

    #[test]
    fn the_logarithm_is_that_of_the_library() {
        let mut stream = Stream(7);
        for _ in 0..20_000 {
            let value = f64::from_bits(stream.bits() >> 1);
            if value.is_normal() {
                let (ours, theirs) = (portable_ln(value), value.ln());
                assert!((ours - theirs).abs() <= 4.0 * f64::EPSILON * theirs.abs().max(1e-3), "{value:e}");
            }
        }
        assert!(portable_ln(1.0).abs() < f64::MIN_POSITIVE);
    }
}
