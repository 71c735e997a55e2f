//! Decimals that are compared exactly: a bound is met or missed, and no rounding decides which.

use std::cmp::Ordering;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::values::Decimal;

/// A decimal from 0 to some four hundred thousand with at most four places: a count of ten-thousandths. Text on the wire of
/// the log, which knows integers only; read from a number or a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exact(u32);

impl Exact {
    /// One.
    pub const ONE: Self = Self(10_000);

    /// So many ten-thousandths.
    pub fn of_ten_thousandths(count: u32) -> Self {
        Self(count)
    }

    /// That whole number, if it is not too large.
    pub fn whole(number: u32) -> Option<Self> {
        number.checked_mul(Self::ONE.0).map(Self)
    }

    /// How many ten-thousandths it is.
    pub fn ten_thousandths(self) -> u32 {
        self.0
    }

    /// The nearest number that rules can compare.
    pub fn get(self) -> f64 {
        f64::from(self.0) / f64::from(Self::ONE.0)
    }

    /// Reads digits with at most four places that are not zero.
    pub fn parse(text: &str) -> Option<Self> {
        match parts(text)? {
            Parts { ten_thousandths, rest: false } => u32::try_from(ten_thousandths).ok().map(Self),
            Parts { rest: true, .. } => None,
        }
    }

    /// How a measured figure compares with this bound, digit by digit.
    pub fn bounds(self, figure: Decimal) -> Ordering {
        if figure.get() <= 0.0 {
            return if figure.get() < 0.0 { Ordering::Less } else { 0.cmp(&self.0) };
        }
        // The text is the shortest that reads back to the same figure, and has no exponent.
        match parts(&figure.to_string()) {
            Some(Parts { ten_thousandths, rest }) => {
                let whole = ten_thousandths.cmp(&u64::from(self.0));
                if rest { whole.then(Ordering::Greater) } else { whole }
            }
            None => Ordering::Greater,
        }
    }
}

struct Parts {
    ten_thousandths: u64,
    /// Whether a digit beyond the fourth place is not zero.
    rest: bool,
}

fn parts(text: &str) -> Option<Parts> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || whole.len() > 12 {
        return None;
    }
    let places: String = fraction.chars().chain("0000".chars()).take(4).collect();
    let rest = fraction.bytes().skip(4).any(|byte| byte != b'0');
    let ten_thousandths = whole.parse::<u64>().ok()?.checked_mul(10_000)? + places.parse::<u64>().ok()?;
    Some(Parts { ten_thousandths, rest })
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, places) = (self.0 / Self::ONE.0, self.0 % Self::ONE.0);
        if places == 0 {
            return write!(f, "{whole}");
        }
        let places = format!("{places:04}");
        write!(f, "{whole}.{}", places.trim_end_matches('0'))
    }
}

impl Serialize for Exact {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Number(f64),
            Text(String),
        }
        let text = match Form::deserialize(deserializer)? {
            Form::Number(number) => number.to_string(),
            Form::Text(text) => text,
        };
        let wrong = || format!("`{text}` is no decimal from 0 to 400000 with at most four places");
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(wrong()))
    }
}

impl JsonSchema for Exact {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Exact".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["number", "string"],
            "description": "A decimal of at least 0 with at most four places, compared exactly.",
            "minimum": 0,
            "pattern": "^[0-9]+(\\.[0-9]{1,4})?$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for (text, count) in [("0", 0), ("1", 10_000), ("0.6", 6_000), ("6.8371", 68_371), ("15.0", 150_000)]
        {
            let exact = Exact::parse(text).unwrap();
            assert_eq!(exact.ten_thousandths(), count, "{text}");
            assert_eq!(Exact::parse(&exact.to_string()), Some(exact));
            let number: Exact = serde_json::from_str(text).unwrap();
            let quoted: Exact = serde_json::from_value(serde_json::to_value(exact).unwrap()).unwrap();
            assert_eq!((number, quoted), (exact, exact), "{text}");
        }
        for wrong in
            ["", ".", "1.", ".5", "-1", "1e3", "0.00001", "1,5", "４", "99999999999999999999", "500000"]
        {
            assert_eq!(Exact::parse(wrong), None, "{wrong}");
        }
        assert!(serde_json::from_str::<Exact>("0.12345").is_err());
        assert!(serde_json::from_str::<Exact>("-0.5").is_err());
    }

    #[test]
    fn figures_are_compared_digit_by_digit() {
        let bound = Exact::parse("0.9").unwrap();
        let of = |figure: f64| bound.bounds(Decimal::new(figure).unwrap());
        assert_eq!(of(0.9), Ordering::Equal);
        assert_eq!(of(0.899_999_999_999_999_9), Ordering::Less);
        assert_eq!(of(0.900_000_000_000_000_1), Ordering::Greater);
        assert_eq!(of(-0.9), Ordering::Less);
        assert_eq!(of(1e300), Ordering::Greater);
        assert_eq!(of(1e-300), Ordering::Less);
        assert_eq!(Exact::default().bounds(Decimal::new(0.0).unwrap()), Ordering::Equal);
        assert_eq!(Exact::default().bounds(Decimal::new(1e-9).unwrap()), Ordering::Greater);
    }
}
