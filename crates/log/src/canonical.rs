//! Canonical JSON: RFC 8785 for a restricted value set.
//!
//! One value has one spelling, so that the hash of the bytes is a hash of the value. The set is restricted where
//! languages disagree: integers stay below 2^53, floats are refused (a decimal travels as a string), keys are ASCII (so
//! that sorting bytes is sorting UTF-16 units), and nesting is bounded by [`MAX_DEPTH`].

use serde::Serialize;
use serde_json::Value;

use crate::hex;

/// How deep arrays and objects may nest. A scalar has depth 0, `[]` has depth 1.
pub const MAX_DEPTH: usize = 64;

/// The largest magnitude of an integer: 2^53 - 1, which a double still holds exactly.
pub const MAX_INTEGER: u64 = (1 << 53) - 1;

/// Why a value has no canonical form, or bytes are not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    /// A float, or an integer of 2^53 or more.
    #[error("the number {0} is not an integer below 2^53: send decimals and large numbers as strings")]
    Number(String),
    /// A key with characters beyond ASCII.
    #[error("the key `{0}` is not ASCII: use ASCII letters and digits in keys")]
    Key(String),
    /// Arrays and objects nest deeper than [`MAX_DEPTH`].
    #[error("the value nests deeper than {MAX_DEPTH} levels: flatten it")]
    Depth,
    /// The bytes are not JSON, or a type refused to be written as JSON.
    #[error("the value cannot be read or written as JSON ({0}): correct it at the named place")]
    Json(String),
    /// The bytes are JSON in another spelling (white space, key order, escapes, a repeated key).
    #[error(
        "the bytes differ from the canonical form at byte {offset}: write sorted keys, no white space, shortest escapes"
    )]
    NotCanonical {
        /// The first byte that differs.
        offset: usize,
    },
}

/// The canonical bytes of a value.
pub fn to_vec(value: &Value) -> Result<Vec<u8>, CanonicalError> {
    let mut out = Vec::with_capacity(256);
    write_value(&mut out, value, 0)?;
    Ok(out)
}

/// The canonical bytes of anything serde can turn into a JSON value.
pub fn serialize<T: Serialize>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    let value = serde_json::to_value(value).map_err(|error| CanonicalError::Json(error.to_string()))?;
    to_vec(&value)
}

/// Reads bytes that are canonical to the last byte; anything else is refused, a repeated key included.
pub fn parse_strict(bytes: &[u8]) -> Result<Value, CanonicalError> {
    let value: Value =
        serde_json::from_slice(bytes).map_err(|error| CanonicalError::Json(error.to_string()))?;
    let again = to_vec(&value)?;
    if again == bytes {
        return Ok(value);
    }
    let same = again.iter().zip(bytes).take_while(|(one, other)| one == other).count();
    Err(CanonicalError::NotCanonical { offset: same })
}

/// Appends a value that sits inside `depth` arrays and objects.
pub(crate) fn write_value(out: &mut Vec<u8>, value: &Value, depth: usize) -> Result<(), CanonicalError> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => write_number(out, number)?,
        Value::String(text) => write_string(out, text),
        Value::Array(items) => write_array(out, items, inner(depth)?)?,
        Value::Object(members) => write_object(out, members.iter(), inner(depth)?)?,
    }
    Ok(())
}

/// Appends an unsigned integer that the caller knows to be at most [`MAX_INTEGER`].
pub(crate) fn write_unsigned(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [b'0'; 20];
    let mut used = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
        used += 1;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(digits.len() - used..).unwrap_or_default());
}

/// Appends a quoted string with the escapes of RFC 8785, section 3.2.2.2.
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(plain) = rest.iter().position(|&byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        let (before, after) = rest.split_at(plain);
        out.extend_from_slice(before);
        if let Some((&byte, after)) = after.split_first() {
            write_escape(out, byte);
            rest = after;
        }
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

fn write_escape(out: &mut Vec<u8>, byte: u8) {
    let short = match byte {
        b'"' | b'\\' => byte,
        0x08 => b'b',
        b'\t' => b't',
        b'\n' => b'n',
        0x0c => b'f',
        b'\r' => b'r',
        _ => {
            out.extend_from_slice(b"\\u00");
            out.extend_from_slice(&hex::digits(byte));
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

fn inner(depth: usize) -> Result<usize, CanonicalError> {
    if depth < MAX_DEPTH { Ok(depth + 1) } else { Err(CanonicalError::Depth) }
}

fn write_number(out: &mut Vec<u8>, number: &serde_json::Number) -> Result<(), CanonicalError> {
    let refused = || CanonicalError::Number(number.to_string());
    let (negative, magnitude) = match (number.as_u64(), number.as_i64()) {
        (Some(positive), _) => (false, positive),
        (None, Some(negative)) => (true, negative.unsigned_abs()),
        (None, None) => return Err(refused()),
    };
    if magnitude > MAX_INTEGER {
        return Err(refused());
    }
    if negative {
        out.push(b'-');
    }
    write_unsigned(out, magnitude);
    Ok(())
}

fn write_array(out: &mut Vec<u8>, items: &[Value], depth: usize) -> Result<(), CanonicalError> {
    out.push(b'[');
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            out.push(b',');
        }
        write_value(out, item, depth)?;
    }
    out.push(b']');
    Ok(())
}

/// `serde_json` keeps insertion order when any crate of the build asks for it, so the order of a map proves nothing.
fn write_object<'a>(
    out: &mut Vec<u8>,
    members: impl Iterator<Item = (&'a String, &'a Value)>,
    depth: usize,
) -> Result<(), CanonicalError> {
    let mut members: Vec<_> = members.collect();
    members.sort_unstable_by_key(|&(key, _)| key);
    out.push(b'{');
    for (position, (key, value)) in members.into_iter().enumerate() {
        if !key.is_ascii() {
            return Err(CanonicalError::Key(key.chars().take(80).collect()));
        }
        if position > 0 {
            out.push(b',');
        }
        write_string(out, key);
        out.push(b':');
        write_value(out, value, depth)?;
    }
    out.push(b'}');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_sorted_whatever_order_the_map_has() {
        let keys = ["b", "a", "B", "aa", "1", ""].map(str::to_owned);
        let mut out = Vec::new();
        write_object(&mut out, keys.iter().map(|key| (key, &Value::Null)), 1).unwrap();
        assert_eq!(out, br#"{"":null,"1":null,"B":null,"a":null,"aa":null,"b":null}"#);
    }
}
