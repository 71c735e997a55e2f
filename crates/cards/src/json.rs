//! JSON in and out, strictly, with the place of what is wrong.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

use crate::CardError;
use crate::limits::MAX_BYTES;
use crate::markdown::put;

/// Reads a record.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CardError> {
    if bytes.len() > MAX_BYTES {
        return Err(CardError::new(format!("{} bytes are more than {MAX_BYTES}", bytes.len())));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let (path, line) = (pointer(error.path()), error.inner().line());
        located(&error.into_inner(), path, Some(line))
    })?;
    reader.end().map_err(|error| located(&error, None, Some(error.line())))?;
    Ok(read)
}

/// Reads a record from a value.
pub(crate) fn read_value<T: DeserializeOwned>(value: Value) -> Result<T, CardError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = pointer(error.path());
        located(&error.into_inner(), path, None)
    })
}

/// The member `schema`, if the bytes are a JSON object with one.
pub(crate) fn schema(bytes: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Marked {
        schema: String,
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.len() > MAX_BYTES || !bytes.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    serde_json::from_slice::<Marked>(bytes).ok().map(|marked| marked.schema)
}

/// As a value, without what is empty.
pub(crate) fn value(record: &impl Serialize) -> Result<Value, CardError> {
    let mut value = serde_json::to_value(record).map_err(|error| CardError::new(error.to_string()))?;
    prune(&mut value);
    Ok(value)
}

/// Takes out members that hold nothing, and says whether the value itself holds nothing.
fn prune(value: &mut Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => {
            for item in items.iter_mut() {
                prune(item);
            }
            items.is_empty()
        }
        Value::Object(members) => {
            members.retain(|_, member| !prune(member));
            members.is_empty()
        }
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn located(error: &serde_json::Error, path: Option<String>, line: Option<usize>) -> CardError {
    let whole = error.to_string();
    let message = whole.split(" at line ").next().unwrap_or(&whole).to_owned();
    CardError { message, pointer: path, line: line.filter(|line| *line > 0) }
}

fn pointer(path: &Path) -> Option<String> {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => put(&mut pointer, &format!("/{index}")),
            Segment::Map { key } => {
                put(&mut pointer, &format!("/{}", key.replace('~', "~0").replace('/', "~1")));
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    (!pointer.is_empty()).then_some(pointer)
}
