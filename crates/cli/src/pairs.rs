//! `KEY=VALUE` on the command line, and members of a request that are left out where they are absent.

use serde::Serialize;
use serde_json::Value;

/// Reads `KEY=VALUE`.
pub(crate) fn parse(text: &str) -> Result<(String, String), String> {
    let (key, value) =
        text.split_once('=').ok_or_else(|| format!("`{text}` is not of the form `KEY=VALUE`"))?;
    Ok((key.to_owned(), value.to_owned()))
}

/// Reads `NAME=NUMBER`.
pub(crate) fn parse_number(text: &str) -> Result<(String, f64), String> {
    let (name, number) = parse(text)?;
    let number = number.parse().map_err(|_| format!("`{number}` is not a number"))?;
    Ok((name, number))
}

/// Reads `NAME=COUNT`.
pub(crate) fn parse_count(text: &str) -> Result<(String, u64), String> {
    let (name, count) = parse(text)?;
    let count = count.parse().map_err(|_| format!("`{count}` is not a whole number"))?;
    Ok((name, count))
}

/// Puts a member into an object, if there is a value.
pub(crate) fn put(object: &mut Value, name: &str, value: Option<&(impl Serialize + ?Sized)>) {
    let value = value.and_then(|value| serde_json::to_value(value).ok());
    if let (Some(object), Some(value)) = (object.as_object_mut(), value) {
        object.insert(name.to_owned(), value);
    }
}
