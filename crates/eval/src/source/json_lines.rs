//! Chunks of JSON lines: one object a line, read as text columns. Values of columns that nobody reads are skipped, not
//! looked into.

use std::fmt;
use std::io::{BufRead, BufReader, Read};

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value as Json};

use super::Projection;
use super::text::{TextColumns, TextRows};
use crate::error::{EvalError, Place, Problem, detail, excerpt};
use crate::limits::{MAX_COLUMNS, MAX_RECORD_BYTES, MAX_ROWS, MAX_VALUE_BYTES};

/// The rows of a file of JSON lines.
pub(super) struct JsonRows<R: Read> {
    name: String,
    reader: BufReader<R>,
    columns: Vec<String>,
    rows: u64,
    lines: u64,
    line: Vec<u8>,
}

impl<R: Read> JsonRows<R> {
    pub(super) fn open(name: &str, reader: R, projection: &Projection) -> Self {
        Self {
            name: name.to_owned(),
            reader: BufReader::with_capacity(1 << 16, reader),
            columns: projection.names().to_vec(),
            rows: 0,
            lines: 0,
            line: Vec::new(),
        }
    }

    fn read_line(&mut self) -> Result<bool, EvalError> {
        loop {
            self.line.clear();
            let limit = MAX_RECORD_BYTES as u64 + 1;
            let read = self.reader.by_ref().take(limit).read_until(b'\n', &mut self.line);
            match read {
                Ok(0) => return Ok(false),
                Ok(read) if read > MAX_RECORD_BYTES => {
                    self.lines += 1;
                    self.rows += 1;
                    return Err(self.error(None, Problem::RecordTooLarge));
                }
                Ok(_) => self.lines += 1,
                Err(error) => {
                    let problem = Problem::Unreadable { detail: error.to_string() };
                    return Err(super::in_file(&self.name, problem));
                }
            }
            if !self.line.trim_ascii().is_empty() {
                return Ok(true);
            }
        }
    }

    /// A problem of the row that was just read.
    fn error(&self, column: Option<&String>, problem: Problem) -> EvalError {
        let place = Place {
            file: Some(self.name.clone()),
            row: Some(self.rows),
            line: Some(self.lines),
            column: column.map(|name| excerpt(name.as_bytes())),
        };
        EvalError { problem, place: Box::new(place) }
    }
}

/// The fields of the first object, and of each whether it holds a list or an object.
pub(super) fn first_fields<R: Read>(name: &str, reader: R) -> Result<Vec<(String, bool)>, EvalError> {
    let mut rows = JsonRows::open(name, reader, &Projection::default());
    if !rows.read_line()? {
        return Err(super::in_file(name, Problem::NoRows));
    }
    rows.rows = 1;
    let text = rows.line.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(&rows.line);
    let object: Map<String, Json> =
        serde_json::from_slice(text).map_err(|error| rows.error(None, not_an_object(&error)))?;
    if object.len() > MAX_COLUMNS {
        return Err(rows.error(None, Problem::TooManyColumns));
    }
    Ok(object.into_iter().map(|(name, value)| (name, value.is_array() || value.is_object())).collect())
}

impl<R: Read> TextRows for JsonRows<R> {
    fn columns(&self) -> usize {
        self.columns.len()
    }

    fn rows(&self) -> u64 {
        self.rows
    }

    fn push_row(&mut self, chunk: &mut TextColumns) -> Result<bool, EvalError> {
        if !self.read_line()? {
            return Ok(false);
        }
        self.rows += 1;
        if self.rows > MAX_ROWS {
            return Err(self.error(None, Problem::TooManyRows { limit: MAX_ROWS }));
        }
        let text = self.line.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(&self.line);
        let text = std::str::from_utf8(text).map_err(|_| self.error(None, Problem::NotUtf8))?;
        let mut parser = serde_json::Deserializer::from_str(text);
        let values = Fields(&self.columns).deserialize(&mut parser);
        let values = values.and_then(|values| parser.end().map(|()| values));
        let values = values.map_err(|error| self.error(None, not_an_object(&error)))?;
        for (name, value) in self.columns.iter().zip(&values) {
            match value {
                Value::Missing => return Err(self.error(Some(name), Problem::MissingField)),
                Value::Nested => return Err(self.error(Some(name), Problem::NestedValue)),
                Value::Text(text) if text.len() > MAX_VALUE_BYTES => {
                    return Err(self.error(Some(name), Problem::ValueTooLarge { bytes: text.len() }));
                }
                Value::Null | Value::Text(_) => {}
            }
        }
        chunk.push(self.lines, values.iter().map(Value::text));
        Ok(true)
    }
}

fn not_an_object(error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    // The parser counts lines within the one line that it was given.
    let text = text.split(" at line ").next().unwrap_or_default();
    Problem::NotAnObject { detail: detail(text) }
}

/// One value of a JSON object.
enum Value {
    Missing,
    Null,
    Text(String),
    Nested,
}

impl Value {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.as_str()).filter(|text| !text.is_empty()),
            Self::Missing | Self::Null | Self::Nested => None,
        }
    }
}

/// The values of these fields of an object.
struct Fields<'a>(&'a [String]);

impl<'de> DeserializeSeed<'de> for Fields<'_> {
    type Value = Vec<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = Vec<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values: Vec<Value> = self.0.iter().map(|_| Value::Missing).collect();
        while let Some(key) = map.next_key::<String>()? {
            let place = self.0.iter().position(|name| *name == key);
            match place.and_then(|place| values.get_mut(place)) {
                Some(value @ Value::Missing) => *value = map.next_value_seed(Scalar)?,
                Some(_) => return Err(de::Error::custom(format!("the field `{key}` comes twice"))),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(values)
    }
}

/// A value as text; what is nested is skipped.
struct Scalar;

impl<'de> DeserializeSeed<'de> for Scalar {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Scalar {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        // Digits alone would be too many for a number that is very small or very large.
        let text = value.to_string();
        Ok(Value::Text(if text.len() > MAX_VALUE_BYTES { format!("{value:e}") } else { text }))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Nested)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Nested)
    }
}
