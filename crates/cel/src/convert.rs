//! Conversions between types, and values to JSON.

use serde_json::Value as Json;

use crate::functions::Func;
use crate::time::{Duration, TimeError, Timestamp};
use crate::types::Kind;
use crate::value::{Entries, Items, JsonMap, Text, Value};

/// `timestamp(x)` and `duration(x)`.
pub(crate) fn time<'a>(func: Func, value: &Value<'a>) -> Result<Value<'a>, String> {
    match (func, value) {
        (Func::ToTimestamp, Value::String(text)) => {
            let hint = "an RFC 3339 time such as `2026-11-21T09:30:00Z`";
            Timestamp::parse(text.as_str())
                .map(Value::Timestamp)
                .map_err(|error| bad_time(text.as_str(), error, hint))
        }
        (Func::ToTimestamp, Value::Int(seconds)) => Timestamp::from_seconds(*seconds)
            .map(Value::Timestamp)
            .ok_or_else(|| "the timestamp is out of range, which is the years 1 to 9999".to_owned()),
        (_, Value::String(text)) => Duration::parse(text.as_str())
            .map(Value::Duration)
            .map_err(|error| bad_time(text.as_str(), error, "a duration such as `1h30m` or `7d`")),
        (_, value) => Ok(value.clone()),
    }
}

fn bad_time(text: &str, error: TimeError, wanted: &str) -> String {
    let text = crate::diagnostic::clip(text);
    match error {
        TimeError::Form => format!("`{text}` is not {wanted}"),
        TimeError::Range => format!("`{text}` is out of range"),
    }
}

/// `int(x)`.
pub(crate) fn int<'a>(value: &Value<'a>) -> Result<Value<'a>, String> {
    let out_of_range = || "the number is out of the range of int".to_owned();
    match value {
        Value::Uint(value) => i64::try_from(*value).map(Value::Int).map_err(|_| out_of_range()),
        Value::Double(value) => truncated(*value, -TWO_63, TWO_63, out_of_range()).map(Value::Int),
        Value::Timestamp(time) => Ok(Value::Int(time.seconds())),
        Value::String(text) => parsed(text, "an int").map(Value::Int),
        other => Ok(other.clone()),
    }
}

/// `uint(x)`.
pub(crate) fn uint<'a>(value: &Value<'a>) -> Result<Value<'a>, String> {
    let out_of_range = || "the number is out of the range of uint".to_owned();
    match value {
        Value::Int(value) => u64::try_from(*value).map(Value::Uint).map_err(|_| out_of_range()),
        Value::Double(value) if *value > -1.0 && *value < TWO_63 * 2.0 => {
            Ok(Value::Uint(unsigned(value.trunc())))
        }
        Value::Double(_) => Err(out_of_range()),
        Value::String(text) => parsed(text, "a uint").map(Value::Uint),
        other => Ok(other.clone()),
    }
}

/// `double(x)`.
pub(crate) fn double<'a>(value: &Value<'a>) -> Result<Value<'a>, String> {
    match value {
        Value::String(text) => parsed(text, "a double").map(Value::Double),
        other => Ok(other.as_f64().map_or_else(|| other.clone(), Value::Double)),
    }
}

/// `bool(x)`.
pub(crate) fn bool<'a>(value: &Value<'a>) -> Result<Value<'a>, String> {
    let Value::String(text) = value else { return Ok(value.clone()) };
    match text.as_str() {
        "1" | "t" | "true" | "TRUE" | "True" => Ok(Value::Bool(true)),
        "0" | "f" | "false" | "FALSE" | "False" => Ok(Value::Bool(false)),
        other => Err(format!("`{}` is not a bool; write true or false", crate::diagnostic::clip(other))),
    }
}

/// `string(x)`.
pub(crate) fn string<'a>(value: &Value<'a>) -> Result<Value<'a>, String> {
    Ok(Value::from(match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Uint(value) => value.to_string(),
        Value::Double(value) => double_text(*value),
        Value::Timestamp(time) => time.to_string(),
        Value::Duration(duration) => duration.to_string(),
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => return Err("the bytes are not valid UTF-8".to_owned()),
        },
        other => return Ok(other.clone()),
    }))
}

/// A double as text: plain up to 21 digits, with an exponent beyond.
fn double_text(value: f64) -> String {
    let magnitude = value.abs();
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "+Inf".to_owned() } else { "-Inf".to_owned() }
    } else if magnitude > 0.0 && !(1e-4..1e21).contains(&magnitude) {
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = exponent.strip_prefix('-').map_or(("+", exponent), |tail| ("-", tail));
        format!("{digits}e{sign}{exponent:0>2}")
    } else {
        value.to_string()
    }
}

const TWO_63: f64 = 9_223_372_036_854_775_808.0;

#[expect(
    clippy::cast_possible_truncation,
    reason = "the range is checked, and the fraction is to be cut off"
)]
fn truncated(value: f64, low: f64, high: f64, error: String) -> Result<i64, String> {
    // The bounds themselves are refused, as the conformance suite asks.
    if value > low && value < high { Ok(value as i64) } else { Err(error) }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the caller checked the range; only a negative zero can have a sign"
)]
fn unsigned(value: f64) -> u64 {
    value as u64
}

fn parsed<T: std::str::FromStr>(text: &Text<'_>, wanted: &str) -> Result<T, String> {
    let text = text.as_str();
    text.parse().map_err(|_| format!("`{}` is not {wanted}", crate::diagnostic::clip(text)))
}

/// How deep the lists and maps of a value may be nested to become JSON.
const DEEPEST: usize = 128;

impl Value<'_> {
    /// The value as JSON: times, durations and bytes (in base64) as strings, types by name, numbers that JSON does
    /// not have as `"NaN"`, `"Infinity"` and `"-Infinity"`, keys of maps as strings. `None` if it is nested more than
    /// 128 levels deep.
    pub fn to_json(&self) -> Option<Json> {
        to_json(self, DEEPEST)
    }
}

fn to_json(value: &Value<'_>, levels: usize) -> Option<Json> {
    let levels = levels.checked_sub(1)?;
    Some(match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(value) => Json::from(*value),
        Value::Uint(value) => Json::from(*value),
        Value::Double(value) => {
            serde_json::Number::from_f64(*value).map_or_else(|| Json::from(not_json(*value)), Json::Number)
        }
        Value::String(text) => Json::from(text.as_str()),
        Value::Bytes(bytes) => Json::from(base64(bytes)),
        Value::Timestamp(time) => Json::from(time.to_string()),
        Value::Duration(duration) => Json::from(duration.to_string()),
        Value::Type(name) => Json::from(*name),
        Value::List(list) => match &list.0 {
            Items::Json { items, .. } => {
                Json::Array(items.iter().map(|item| copy(item, levels)).collect::<Option<_>>()?)
            }
            Items::Built(items) => {
                Json::Array(items.iter().map(|item| to_json(item, levels)).collect::<Option<_>>()?)
            }
        },
        Value::Map(map) => Json::Object(match &map.0 {
            Entries::Json { map, .. } => copy_map(map, levels)?,
            Entries::Built(entries) => entries
                .iter()
                .map(|(key, value)| Some((key_text(key), to_json(value, levels)?)))
                .collect::<Option<_>>()?,
        }),
    })
}

/// A copy of JSON that is not nested deeper than `levels`.
pub(crate) fn copy(json: &Json, levels: usize) -> Option<Json> {
    let levels = levels.checked_sub(1)?;
    Some(match json {
        Json::Array(items) => {
            Json::Array(items.iter().map(|item| copy(item, levels)).collect::<Option<_>>()?)
        }
        Json::Object(map) => Json::Object(copy_map(map, levels)?),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => json.clone(),
    })
}

fn copy_map(map: &JsonMap, levels: usize) -> Option<JsonMap> {
    map.iter().map(|(key, value)| Some((key.clone(), copy(value, levels)?))).collect()
}

fn not_json(value: f64) -> &'static str {
    if value.is_nan() {
        "NaN"
    } else if value > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    }
}

fn key_text(key: &Value<'_>) -> String {
    match (key, key.kind()) {
        (Value::String(text), _) => text.as_str().to_owned(),
        (Value::Bool(value), _) => value.to_string(),
        (Value::Int(value), _) => value.to_string(),
        (Value::Uint(value), _) => value.to_string(),
        (_, kind) => Kind::name(kind).to_owned(),
    }
}

/// Standard base64 with padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |index: usize| chunk.get(index).copied().map_or(0, u32::from);
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4_usize {
            let letter = LETTERS.get((bits >> (18 - 6 * place) & 63) as usize).copied().unwrap_or(b'=');
            text.push(char::from(if place > chunk.len() { b'=' } else { letter }));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_as_text() {
        let check = |value: f64, expected: &str| assert_eq!(double_text(value), expected);
        check(123.456, "123.456");
        check(-4.5e-3, "-0.0045");
        check(1.5e-7, "1.5e-07");
        check(1e23, "1e+23");
        check(1e20, "100000000000000000000");
        check(0.0, "0");
        check(f64::INFINITY, "+Inf");
    }

    #[test]
    fn bytes_become_base64() {
        assert_eq!(base64(b""), "");
        assert_eq!(base64(b"a"), "YQ==");
        assert_eq!(base64(b"ab"), "YWI=");
        assert_eq!(base64(&[0xfb, 0xff, 0xfe]), "+//+");
    }

    #[test]
    fn doubles_to_integers_at_the_edges() {
        assert!(int(&Value::Double(TWO_63)).is_err());
        assert!(int(&Value::Double(f64::NAN)).is_err());
        assert!(matches!(int(&Value::Double(-7.9)), Ok(Value::Int(-7))));
        assert!(matches!(uint(&Value::Double(-0.5)), Ok(Value::Uint(0))));
        assert!(uint(&Value::Double(-1.0)).is_err());
        assert!(uint(&Value::Double(18_446_744_073_709_551_616.0)).is_err());
    }

    #[test]
    fn deep_json_is_not_copied() {
        let mut json = Json::Null;
        for _ in 0..200 {
            json = Json::Array(vec![json]);
        }
        assert_eq!(copy(&json, DEEPEST), None);
    }
}
