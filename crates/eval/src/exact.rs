//! Sums of floating-point numbers without rounding, so that no order and no split of the rows shows in a result.
//!
//! A sum is a whole number in units of 2^-1074, the smallest difference of two `f64`, in digits of 32 bits. Only the digits
//! between the lowest and the highest that were ever touched are held.

use serde::{Deserialize, Serialize};

const DIGIT_BITS: usize = 32;
/// Digits of the largest finite number, and room for sums of 2^62 of them.
const MAX_DIGITS: usize = 68;
/// Additions after which a digit of 63 bits could overflow, with room to spare.
const MAX_PENDING: u32 = 1 << 29;

/// A sum of finite numbers, exact.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct ExactSum {
    /// Signed digits, each in units of 2^(32 (lowest + index) - 1074).
    digits: Vec<i64>,
    lowest: usize,
    pending: u32,
}

impl ExactSum {
    /// Adds a number; what is not finite must be refused before.
    pub fn add(&mut self, value: f64) {
        if value == 0.0 || !value.is_finite() {
            return;
        }
        let bits = value.to_bits();
        let exponent = (bits >> 52) & 0x7ff;
        let fraction = bits & ((1 << 52) - 1);
        let (mantissa, shift) =
            if exponent == 0 { (fraction, 0) } else { (fraction | 1 << 52, exponent - 1) };
        let place = usize::try_from(shift).unwrap_or_default();
        let (first, within) = (place / DIGIT_BITS, place % DIGIT_BITS);
        let wide = u128::from(mantissa) << within;
        self.add_digits(first, wide, value < 0.0);
    }

    /// Adds the exact product of two numbers, as far as it does not fall below 2^-1074 or above the largest number.
    pub fn add_product(&mut self, left: f64, right: f64) {
        let product = left * right;
        self.add(product);
        self.add(left.mul_add(right, -product));
    }

    /// Adds the exact square of a number times another, as far as no product falls below 2^-1074 or above the largest number.
    pub fn add_square(&mut self, value: f64, factor: f64) {
        let square = value * value;
        self.add_product(square, factor);
        self.add_product(value.mul_add(value, -square), factor);
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &Self) {
        let other = other.normal();
        for (place, digit) in (other.lowest..).zip(&other.digits) {
            self.add_digits(place, u128::from(*digit), other.negative);
        }
    }

    /// The nearest number, a tie to even; infinite where the sum is too large.
    pub fn value(&self) -> f64 {
        let normal = self.normal();
        let magnitude = normal.magnitude();
        if normal.negative { -magnitude } else { magnitude }
    }

    /// The sum as numbers of falling size that add up to it exactly.
    pub fn parts(&self) -> Vec<f64> {
        let (mut rest, mut parts) = (self.clone(), Vec::new());
        while parts.len() < MAX_DIGITS {
            let part = rest.value();
            if part == 0.0 || !part.is_finite() {
                break;
            }
            rest.add(-part);
            parts.push(part);
        }
        parts
    }

    fn add_digits(&mut self, first: usize, mut wide: u128, negative: bool) {
        self.cover(first, first + 3);
        let start = first - self.lowest;
        for digit in self.digits.iter_mut().skip(start).take(3) {
            let part = i64::from(u32::try_from(wide & 0xffff_ffff).unwrap_or_default());
            *digit += if negative { -part } else { part };
            wide >>= DIGIT_BITS;
        }
        self.pending += 1;
        if self.pending >= MAX_PENDING {
            *self = self.normal().into();
        }
    }

    /// Makes room for the digits from `first` to before `end`.
    fn cover(&mut self, first: usize, end: usize) {
        if self.digits.is_empty() {
            self.lowest = first;
        }
        if first < self.lowest {
            let missing = self.lowest - first;
            self.digits.splice(0..0, std::iter::repeat_n(0, missing));
            self.lowest = first;
        }
        if self.digits.len() < end - self.lowest {
            self.digits.resize(end - self.lowest, 0);
        }
    }

    fn normal(&self) -> Normal {
        let carried = |sign: i64| {
            let mut carry = 0_i128;
            let mut digits = Vec::with_capacity(self.digits.len() + 2);
            for digit in &self.digits {
                let sum = carry + i128::from(sign) * i128::from(*digit);
                digits.push(u32::try_from(sum & 0xffff_ffff).unwrap_or_default());
                carry = sum >> DIGIT_BITS;
            }
            (digits, carry)
        };
        let (mut digits, mut carry) = carried(1);
        let negative = carry < 0;
        if negative {
            (digits, carry) = carried(-1);
        }
        while carry > 0 {
            digits.push(u32::try_from(carry & 0xffff_ffff).unwrap_or_default());
            carry >>= DIGIT_BITS;
        }
        while digits.last() == Some(&0) {
            digits.pop();
        }
        let zeros = digits.iter().take_while(|digit| **digit == 0).count();
        digits.drain(..zeros);
        let lowest = if digits.is_empty() { 0 } else { self.lowest + zeros };
        Normal { negative: negative && !digits.is_empty(), lowest, digits }
    }
}

impl PartialEq for ExactSum {
    fn eq(&self, other: &Self) -> bool {
        self.normal() == other.normal()
    }
}

impl Eq for ExactSum {}

/// The one form of a sum: a sign, and digits without zeros at either end.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Normal {
    negative: bool,
    lowest: usize,
    digits: Vec<u32>,
}

impl Normal {
    fn magnitude(&self) -> f64 {
        let Some(top) = self.digits.last() else { return 0.0 };
        let length = (self.lowest + self.digits.len()) * DIGIT_BITS - top.leading_zeros() as usize;
        let shift = length.saturating_sub(53);
        let mut mantissa = self.bits_from(shift);
        // At most 53 bits are left, so one more may come of rounding, which carries into the exponent as it should.
        if shift > 0 && self.bit(shift - 1) {
            let tie = !self.any_below(shift - 1);
            mantissa += u64::from(!tie || mantissa & 1 == 1);
        }
        if shift == 0 {
            return f64::from_bits(mantissa);
        }
        let exponent = shift as u64 + 1;
        let bits = (exponent << 52) + (mantissa - (1 << 52));
        if bits >= f64::INFINITY.to_bits() { f64::INFINITY } else { f64::from_bits(bits) }
    }

    fn digit(&self, place: usize) -> u32 {
        place.checked_sub(self.lowest).and_then(|index| self.digits.get(index)).copied().unwrap_or_default()
    }

    fn bit(&self, place: usize) -> bool {
        self.digit(place / DIGIT_BITS) >> (place % DIGIT_BITS) & 1 == 1
    }

    /// The 64 bits from a place on.
    fn bits_from(&self, place: usize) -> u64 {
        let first = place / DIGIT_BITS;
        let wide = (0..3)
            .fold(0_u128, |sum, index| sum | u128::from(self.digit(first + index)) << (DIGIT_BITS * index));
        u64::try_from(wide >> (place % DIGIT_BITS) & u128::from(u64::MAX)).unwrap_or_default()
    }

    fn any_below(&self, place: usize) -> bool {
        let whole = place / DIGIT_BITS;
        let below = self.digits.iter().take(whole.saturating_sub(self.lowest)).any(|digit| *digit != 0);
        let mask = (1_u64 << (place % DIGIT_BITS)) - 1;
        below || u64::from(self.digit(whole)) & mask != 0
    }
}

impl From<Normal> for ExactSum {
    fn from(normal: Normal) -> Self {
        let sign = if normal.negative { -1 } else { 1 };
        let digits = normal.digits.iter().map(|digit| sign * i64::from(*digit)).collect();
        Self { digits, lowest: normal.lowest, pending: 0 }
    }
}

/// A sum as it is stored: its one form, and nothing else is read back.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Stored {
    negative: bool,
    lowest: usize,
    digits: Vec<u32>,
}

impl From<ExactSum> for Stored {
    fn from(sum: ExactSum) -> Self {
        let Normal { negative, lowest, digits } = sum.normal();
        Self { negative, lowest, digits }
    }
}

impl TryFrom<Stored> for ExactSum {
    type Error = &'static str;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let Stored { negative, lowest, digits } = stored;
        if lowest.saturating_add(digits.len()) > MAX_DIGITS {
            return Err("a sum larger than any number");
        }
        let sum = Self::from(Normal { negative, lowest, digits: digits.clone() });
        let is_normal = sum.normal() == Normal { negative, lowest, digits };
        if is_normal { Ok(sum) } else { Err("a sum that is not in its one form") }
    }
}
