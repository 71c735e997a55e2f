//! Lengths of time as packs write them: `7y`, `7d`, `12h`, `30m`.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// A positive length of time in whole minutes, hours, days of 24 hours, or years. A year counts 366 days, so that it is never
/// shorter than one of the calendar.
#[derive(Debug, Clone, Copy)]
pub struct Period {
    minutes: u32,
    /// Whether it was written in years, and is written so again.
    in_years: bool,
}

impl PartialEq for Period {
    fn eq(&self, other: &Self) -> bool {
        self.minutes == other.minutes
    }
}

impl Eq for Period {}

impl PartialOrd for Period {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Period {
    fn cmp(&self, other: &Self) -> Ordering {
        self.minutes.cmp(&other.minutes)
    }
}

/// A year, in minutes.
const YEAR: u32 = 366 * 24 * 60;

/// The longest period, 100 years, in minutes.
const MAX_MINUTES: u32 = 100 * YEAR;

impl Period {
    /// A period of whole days.
    pub const fn days(days: u16) -> Self {
        Self { minutes: days as u32 * 24 * 60, in_years: false }
    }

    /// As a duration.
    pub fn duration(self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.minutes))
    }

    /// The time that lies this long after `start`, or the end of time.
    pub fn after(self, start: crate::Time) -> crate::Time {
        start.checked_add(self.duration()).unwrap_or(crate::Time::MAX)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.minutes {
            minutes if self.in_years => write!(f, "{}y", minutes / YEAR),
            minutes if minutes % (24 * 60) == 0 => write!(f, "{}d", minutes / (24 * 60)),
            minutes if minutes % 60 == 0 => write!(f, "{}h", minutes / 60),
            minutes => write!(f, "{minutes}m"),
        }
    }
}

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is not a period such as `7y`, `7d`, `12h` or `30m`, at most 100 years");
        let unit = text.chars().last().ok_or_else(wrong)?;
        let minutes_each: u32 = match unit {
            'y' => YEAR,
            'd' => 24 * 60,
            'h' => 60,
            'm' => 1,
            _ => return Err(wrong()),
        };
        let digits = text.strip_suffix(unit).unwrap_or_default();
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong());
        }
        let count: u32 = digits.parse().map_err(|_| wrong())?;
        let minutes = count.checked_mul(minutes_each).filter(|minutes| (1..=MAX_MINUTES).contains(minutes));
        minutes.map(|minutes| Self { minutes, in_years: unit == 'y' }).ok_or_else(wrong)
    }
}

impl Serialize for Period {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_read_what_they_write() {
        for text in ["7y", "100y", "7d", "366d", "12h", "30m", "90m", "1d"] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
        }
        assert_eq!("1y".parse::<Period>(), "366d".parse());
        assert!("7y".parse::<Period>().unwrap() > "2561d".parse().unwrap());
        assert_eq!("24h".parse::<Period>().unwrap().to_string(), "1d");
        assert_eq!("7d".parse::<Period>().unwrap().duration(), SignedDuration::from_hours(7 * 24));
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in ["", "d", "7", "7w", "-7d", "0d", "1.5d", "99999999999d", "７d", "36601d", "101y", "y"] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }
}
