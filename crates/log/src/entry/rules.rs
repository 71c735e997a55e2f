//! The rules for members that their types alone do not state.

use serde_json::Value;

use super::{Entry, EntryError, Request, Sealed};
use crate::canonical::MAX_INTEGER;

/// Checks every rule; the first broken one is the answer.
pub(super) fn check(entry: &Entry) -> Result<(), EntryError> {
    rule(entry.schema_version >= 1, "schemaVersion", &entry.schema_version.to_string(), "1 or more")?;
    rule(entry.index <= MAX_INTEGER, "index", &entry.index.to_string(), "an integer below 2^53")?;
    rule(
        is_time(entry.time.as_bytes()),
        "time",
        &entry.time,
        "a UTC time such as `2026-11-21T01:12:36.123Z`",
    )?;
    rule(is_name(&entry.kind), "type", &entry.kind, "1 to 128 printable ASCII characters")?;
    rule(!entry.subject.kind.is_empty(), "subject.kind", "", "a kind of object")?;
    rule(!entry.subject.id.is_empty(), "subject.id", "", "the id of an object")?;
    rule(matches!(entry.details, Value::Object(_)), "details", "not an object", "a JSON object")?;
    entry.request.as_ref().map_or(Ok(()), check_request)
}

fn check_request(request: &Request) -> Result<(), EntryError> {
    check_sealed(request.ip.as_ref(), "request.ip.data")?;
    check_sealed(request.user_agent.as_ref(), "request.userAgent.data")
}

fn check_sealed(sealed: Option<&Sealed>, member: &'static str) -> Result<(), EntryError> {
    let Some(sealed) = sealed else { return Ok(()) };
    rule(is_base64(sealed.data.as_bytes()), member, &sealed.data, "base64 with padding, not empty")
}

fn rule(holds: bool, member: &'static str, found: &str, rule: &'static str) -> Result<(), EntryError> {
    if holds {
        return Ok(());
    }
    Err(EntryError::Member { member, found: found.chars().take(80).collect(), rule })
}

fn is_name(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Only the shape is checked here: the data is opaque to the log, and decoding it would cost more than hashing it.
fn is_base64(text: &[u8]) -> bool {
    let padding = text.iter().rev().take_while(|&&byte| byte == b'=').count();
    let body = text.len() - padding;
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    body > 0 && padding <= 2 && text.len().is_multiple_of(4) && text.iter().take(body).all(plain)
}

/// `YYYY-MM-DDThh:mm:ss.mmmZ`, a date that exists. Leap seconds are not written.
pub(crate) fn is_time(text: &[u8]) -> bool {
    const PATTERN: &[u8; 24] = b"0000-00-00T00:00:00.000Z";
    let fits =
        |(&found, &wanted): (&u8, &u8)| if wanted == b'0' { found.is_ascii_digit() } else { found == wanted };
    if text.len() != PATTERN.len() || !text.iter().zip(PATTERN).all(fits) {
        return false;
    }
    let number = |from: usize, digits: usize| {
        text.iter().skip(from).take(digits).fold(0_u16, |sum, &digit| sum * 10 + u16::from(digit - b'0'))
    };
    let (year, month, day) = (number(0, 4), number(5, 2), number(8, 2));
    let in_time = number(11, 2) < 24 && number(14, 2) < 60 && number(17, 2) < 60;
    (1..=days_in(year, month)).contains(&day) && in_time
}

fn days_in(year: u16, month: u16) -> u16 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => 0,
    }
}
