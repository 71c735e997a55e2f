//! Points and spans of time, in the range and the text forms that the language has.
//!
//! The calendar and the time zones are those of `jiff`, with a zone database that is part of the program: a rule
//! gives the same answer on every machine.

use std::fmt;
use std::sync::OnceLock;

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, civil};

const NANOS: i128 = 1_000_000_000;

/// A point in time from the year 1 to the year 9999, to the nanosecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp {
    seconds: i64,
    nanos: u32,
}

/// A span of time of at most some 292 years, to the nanosecond, with a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration {
    nanos: i64,
}

/// Why a text or a sum is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeError {
    Form,
    Range,
}

impl Timestamp {
    const FIRST: i64 = -62_135_596_800;
    const LAST: i64 = 253_402_300_799;

    /// The point `seconds` after the start of 1970, if it is in range.
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        (Self::FIRST..=Self::LAST).contains(&seconds).then_some(Self { seconds, nanos: 0 })
    }

    /// Whole seconds since the start of 1970, rounded down.
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    fn total_nanos(self) -> i128 {
        i128::from(self.seconds) * NANOS + i128::from(self.nanos)
    }

    fn from_nanos(total: i128) -> Result<Self, TimeError> {
        let seconds = i64::try_from(total.div_euclid(NANOS)).map_err(|_| TimeError::Range)?;
        let nanos = u32::try_from(total.rem_euclid(NANOS)).map_err(|_| TimeError::Range)?;
        Self::from_seconds(seconds).map(|whole| Self { nanos, ..whole }).ok_or(TimeError::Range)
    }

    /// Reads an RFC 3339 time such as `2026-11-21T09:30:00Z`.
    pub(crate) fn parse(text: &str) -> Result<Self, TimeError> {
        let (date, rest) = text.split_at_checked(10).ok_or(TimeError::Form)?;
        let rest = rest.strip_prefix(['T', 't']).ok_or(TimeError::Form)?;
        let (time, rest) = rest.split_at_checked(8).ok_or(TimeError::Form)?;
        let (nanos, zone) = fraction(rest)?;
        let offset = zone_seconds(zone)?;
        let [year, month, day] = numbers(date, '-', [4, 2, 2]).ok_or(TimeError::Form)?;
        let [hour, minute, second] = numbers(time, ':', [2, 2, 2]).ok_or(TimeError::Form)?;
        let small = |value: i32| i8::try_from(value).map_err(|_| TimeError::Form);
        let year = i16::try_from(year).map_err(|_| TimeError::Form)?;
        let moment = civil::DateTime::new(
            year,
            small(month)?,
            small(day)?,
            small(hour)?,
            small(minute)?,
            small(second)?,
            0,
        )
        .map_err(|_| TimeError::Form)?;
        let seconds = moment.duration_since(EPOCH).as_secs() - i64::from(offset);
        Self::from_seconds(seconds).map(|whole| Self { nanos, ..whole }).ok_or(TimeError::Range)
    }

    pub(crate) fn plus(self, duration: Duration) -> Result<Self, TimeError> {
        Self::from_nanos(self.total_nanos() + i128::from(duration.nanos))
    }

    pub(crate) fn minus(self, duration: Duration) -> Result<Self, TimeError> {
        Self::from_nanos(self.total_nanos() - i128::from(duration.nanos))
    }

    pub(crate) fn since(self, other: Self) -> Result<Duration, TimeError> {
        Duration::from_nanos(self.total_nanos() - other.total_nanos())
    }

    /// The date and time that a clock in `zone` shows: a fixed offset such as `+02:00`, or a name such as
    /// `Europe/Paris`.
    pub(crate) fn civil(self, zone: Option<&str>) -> Result<DateTime, TimeError> {
        let offset = zone.map_or(Ok(0), |zone| self.offset_seconds(zone))?;
        let seconds = SignedDuration::new(self.seconds + i64::from(offset), self.nanos.cast_signed());
        EPOCH.checked_add(seconds).map_err(|_| TimeError::Range)
    }

    fn offset_seconds(self, zone: &str) -> Result<i32, TimeError> {
        if let Some(seconds) = fixed_offset(zone) {
            return Ok(seconds);
        }
        let zone = time_zone(zone).ok_or(TimeError::Form)?;
        let moment = jiff::Timestamp::from_second(self.seconds).unwrap_or(jiff::Timestamp::MAX);
        Ok(zone.to_offset(moment).seconds())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(moment) = self.civil(None) else { return Err(fmt::Error) };
        write!(f, "{:04}-{:02}-{:02}", moment.year(), moment.month(), moment.day())?;
        write!(f, "T{:02}:{:02}:{:02}", moment.hour(), moment.minute(), moment.second())?;
        write_fraction(f, self.nanos)?;
        f.write_str("Z")
    }
}

impl Duration {
    /// A span of whole seconds, if it is in range.
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        seconds.checked_mul(1_000_000_000).map(|nanos| Self { nanos })
    }

    fn from_nanos(total: i128) -> Result<Self, TimeError> {
        i64::try_from(total).map(|nanos| Self { nanos }).map_err(|_| TimeError::Range)
    }

    /// The whole span in nanoseconds.
    pub fn nanos(self) -> i64 {
        self.nanos
    }

    /// Reads amounts with units, such as `1h30m`, `-1.5s` or `7d`; a day is 24 hours.
    pub(crate) fn parse(text: &str) -> Result<Self, TimeError> {
        let (negative, mut rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        if rest == "0" {
            return Ok(Self { nanos: 0 });
        }
        if rest.is_empty() {
            return Err(TimeError::Form);
        }
        let mut total: i128 = 0;
        while !rest.is_empty() {
            let (nanos, tail) = amount(rest)?;
            total = total.checked_add(nanos).ok_or(TimeError::Range)?;
            rest = tail;
        }
        Self::from_nanos(if negative { -total } else { total })
    }

    pub(crate) fn plus(self, other: Self) -> Result<Self, TimeError> {
        self.nanos.checked_add(other.nanos).map(|nanos| Self { nanos }).ok_or(TimeError::Range)
    }

    pub(crate) fn minus(self, other: Self) -> Result<Self, TimeError> {
        self.nanos.checked_sub(other.nanos).map(|nanos| Self { nanos }).ok_or(TimeError::Range)
    }

    pub(crate) fn negated(self) -> Result<Self, TimeError> {
        Self { nanos: 0 }.minus(self)
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.nanos.unsigned_abs();
        let sign = if self.nanos < 0 { "-" } else { "" };
        write!(f, "{sign}{}", magnitude / 1_000_000_000)?;
        write_fraction(f, u32::try_from(magnitude % 1_000_000_000).unwrap_or(0))?;
        f.write_str("s")
    }
}

const EPOCH: DateTime = civil::datetime(1970, 1, 1, 0, 0, 0, 0);

fn write_fraction(f: &mut fmt::Formatter<'_>, nanos: u32) -> fmt::Result {
    if nanos == 0 {
        return Ok(());
    }
    let digits = format!("{nanos:09}");
    write!(f, ".{}", digits.trim_end_matches('0'))
}

/// Numbers of fixed widths with `separator` between them.
fn numbers(text: &str, separator: char, widths: [usize; 3]) -> Option<[i32; 3]> {
    let mut parts = text.split(separator);
    let mut values = [0; 3];
    for (value, width) in values.iter_mut().zip(widths) {
        let part = parts.next().filter(|part| part.len() == width && all_digits(part))?;
        *value = part.parse().ok()?;
    }
    parts.next().is_none().then_some(values)
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The nanoseconds of a fraction such as `.25`, if one starts `text`, and what follows.
fn fraction(text: &str) -> Result<(u32, &str), TimeError> {
    let Some(tail) = text.strip_prefix('.') else { return Ok((0, text)) };
    let end = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
    let (digits, rest) = tail.split_at_checked(end).ok_or(TimeError::Form)?;
    if digits.is_empty() || digits.len() > 9 {
        return Err(TimeError::Form);
    }
    let nanos = format!("{digits:0<9}").parse().map_err(|_| TimeError::Form)?;
    Ok((nanos, rest))
}

/// The seconds east of UTC that the end of an RFC 3339 time names.
fn zone_seconds(text: &str) -> Result<i32, TimeError> {
    if matches!(text, "Z" | "z") {
        return Ok(0);
    }
    if text.starts_with(['+', '-']) {
        fixed_offset(text).ok_or(TimeError::Form)
    } else {
        Err(TimeError::Form)
    }
}

/// The seconds east of UTC of `+02:00`, `-02:30` or `02:00`.
fn fixed_offset(text: &str) -> Option<i32> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (hours, minutes) = digits.split_once(':')?;
    let part = |text: &str| (text.len() == 2 && all_digits(text)).then(|| text.parse::<i32>().ok()).flatten();
    let (hours, minutes) = (part(hours)?, part(minutes)?);
    let seconds = (hours < 24 && minutes < 60).then_some(hours * 3600 + minutes * 60)?;
    Some(if negative { -seconds } else { seconds })
}

/// The zone called `name` in the database that is part of the program.
fn time_zone(name: &str) -> Option<TimeZone> {
    static ZONES: OnceLock<TimeZoneDatabase> = OnceLock::new();
    if name.len() > 64 {
        return None;
    }
    if name == "UTC" {
        return Some(TimeZone::fixed(Offset::UTC));
    }
    ZONES.get_or_init(TimeZoneDatabase::bundled).get(name).ok()
}

/// The nanoseconds of the first amount of a duration, and what follows it.
fn amount(text: &str) -> Result<(i128, &str), TimeError> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (whole, rest) = text.split_at_checked(end).ok_or(TimeError::Form)?;
    let (part, rest) = match rest.strip_prefix('.') {
        Some(tail) => {
            let end = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
            tail.split_at_checked(end).ok_or(TimeError::Form)?
        }
        None => ("", rest),
    };
    if whole.is_empty() && part.is_empty() {
        return Err(TimeError::Form);
    }
    let (unit, rest) = UNITS
        .iter()
        .find_map(|(name, nanos)| rest.strip_prefix(name).map(|rest| (*nanos, rest)))
        .ok_or(TimeError::Form)?;
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| TimeError::Range)? };
    let nanos = whole.checked_mul(unit).ok_or(TimeError::Range)?;
    Ok((nanos.checked_add(fraction_of(part, unit)).ok_or(TimeError::Range)?, rest))
}

/// `0.part` of `unit` nanoseconds, rounded down.
fn fraction_of(part: &str, unit: i128) -> i128 {
    let digits: String = part.chars().take(18).collect();
    let scale = digits.chars().fold(1_i128, |scale, _| scale * 10);
    digits.parse::<i128>().map_or(0, |value| value * unit / scale)
}

/// The units of durations in nanoseconds, longer names before their prefixes.
const UNITS: [(&str, i128); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", NANOS),
    ("m", 60 * NANOS),
    ("h", 3600 * NANOS),
    ("d", 86_400 * NANOS),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_round_trip() {
        for text in ["2009-02-13T23:31:30Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z"] {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(
            Timestamp::parse("2026-01-01T00:30:00.5+01:00").unwrap().to_string(),
            "2025-12-31T23:30:00.5Z"
        );
    }

    #[test]
    fn timestamps_refuse() {
        let form = [
            "",
            "2026-01-01",
            "2026-02-30T00:00:00Z",
            "2026-01-01T00:00:00",
            "2026-1-01T00:00:00Z",
            "é2026-01-01T",
        ];
        for text in form {
            assert_eq!(Timestamp::parse(text), Err(TimeError::Form), "{text}");
        }
        assert_eq!(Timestamp::parse("9999-12-31T23:59:59-01:00"), Err(TimeError::Range));
        assert_eq!(Timestamp::parse("0000-01-01T00:00:00Z"), Err(TimeError::Range));
    }

    #[test]
    fn durations_read_units() {
        let check =
            |text: &str, nanos: i64| assert_eq!(Duration::parse(text).unwrap().nanos(), nanos, "{text}");
        check("1h30m", 5_400_000_000_000);
        check("7d", 604_800_000_000_000);
        check("-1.5s", -1_500_000_000);
        check("1.25ms3us2ns", 1_253_002);
        check("0", 0);
        for text in ["", "-", "5", "1x", ".s", "1 h", "h"] {
            assert_eq!(Duration::parse(text), Err(TimeError::Form), "{text}");
        }
        assert_eq!(Duration::parse("320000000000s"), Err(TimeError::Range));
        assert_eq!(Duration::parse(&format!("{}s", "9".repeat(60))), Err(TimeError::Range));
    }

    #[test]
    fn zones_by_offset_and_by_name() {
        let time = Timestamp::parse("2009-02-13T23:31:30Z").unwrap();
        assert_eq!(time.civil(Some("02:00")).unwrap().hour(), 1);
        assert_eq!(time.civil(Some("Asia/Kathmandu")).unwrap().minute(), 16);
        assert_eq!(time.civil(Some("Mars/Base")), Err(TimeError::Form));
    }
}
