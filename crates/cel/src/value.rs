//! The values that expressions work on.
//!
//! Strings, lists and maps of the facts are borrowed, never copied; what an expression builds is shared.
//!
//! INVARIANT: the keys of a built map are bool, int, uint or string, sorted by [`key_order`], each number once.

use std::cmp::Ordering;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::compare;
use crate::time::{Duration, Timestamp};
use crate::types::{DYN, Kind, Type};

/// A JSON object, as `serde_json` holds it.
pub(crate) type JsonMap = serde_json::Map<String, Json>;

/// A value of the language. `'a` is the shorter life of the facts and the program that it came from.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A signed integer.
    Int(i64),
    /// An unsigned integer.
    Uint(u64),
    /// A floating-point number.
    Double(f64),
    /// A string.
    String(Text<'a>),
    /// A string of bytes.
    Bytes(Arc<[u8]>),
    /// A point in time.
    Timestamp(Timestamp),
    /// A span of time.
    Duration(Duration),
    /// A list.
    List(List<'a>),
    /// A map.
    Map(Map<'a>),
    /// A type, by its name.
    Type(&'static str),
}

/// A string of the facts or of the program, or one that was built.
#[derive(Clone, Debug)]
pub enum Text<'a> {
    /// Part of the facts or of the program.
    Borrowed(&'a str),
    /// Built by the expression.
    Shared(Arc<str>),
}

impl Text<'_> {
    /// The characters.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Shared(text) => text,
        }
    }
}

/// A list of the facts, or one that was built.
#[derive(Clone, Debug)]
pub struct List<'a>(pub(crate) Items<'a>);

#[derive(Clone, Debug)]
pub(crate) enum Items<'a> {
    Json { items: &'a Vec<Json>, element: &'a Type },
    Built(Arc<[Value<'a>]>),
}

/// A map of the facts, or one that was built.
#[derive(Clone, Debug)]
pub struct Map<'a>(pub(crate) Entries<'a>);

#[derive(Clone, Debug)]
pub(crate) enum Entries<'a> {
    Json { map: &'a JsonMap, ty: &'a Type },
    Built(Arc<[(Value<'a>, Value<'a>)]>),
}

/// Why a JSON fact is not of its declared type.
pub(crate) type Mismatch = &'static str;

impl<'a> Value<'a> {
    /// The value of a JSON fact that is declared as `ty`.
    pub(crate) fn from_json(json: &'a Json, ty: &'a Type) -> Result<Self, Mismatch> {
        Ok(match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => from_number(number, ty),
            Json::String(text) => match ty.kind() {
                Kind::Timestamp => Self::Timestamp(Timestamp::parse(text).map_err(|_| "an RFC 3339 time")?),
                Kind::Duration => {
                    Self::Duration(Duration::parse(text).map_err(|_| "a duration such as `1h30m` or `7d`")?)
                }
                _ => Self::String(Text::Borrowed(text)),
            },
            Json::Array(items) => Self::List(List(Items::Json { items, element: ty.element() })),
            Json::Object(map) => Self::Map(Map(Entries::Json { map, ty })),
        })
    }

    /// The same value, borrowing what this one holds.
    pub(crate) fn borrowed(&'a self) -> Self {
        if let Self::String(text) = self { Self::String(Text::Borrowed(text.as_str())) } else { self.clone() }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Null => Kind::Null,
            Self::Bool(_) => Kind::Bool,
            Self::Int(_) => Kind::Int,
            Self::Uint(_) => Kind::Uint,
            Self::Double(_) => Kind::Double,
            Self::String(_) => Kind::String,
            Self::Bytes(_) => Kind::Bytes,
            Self::Timestamp(_) => Kind::Timestamp,
            Self::Duration(_) => Kind::Duration,
            Self::List(_) => Kind::List,
            Self::Map(_) => Kind::Map,
            Self::Type(_) => Kind::Type,
        }
    }

    /// The name of the type of this value, as `type(x)` gives it.
    pub fn type_name(&self) -> &'static str {
        match self.kind() {
            Kind::Null => "null_type",
            Kind::Timestamp => "google.protobuf.Timestamp",
            Kind::Duration => "google.protobuf.Duration",
            kind => kind.name(),
        }
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text.as_str()) } else { None }
    }

    /// The number as a double, if it is an int, uint or double; large integers are rounded.
    #[expect(clippy::cast_precision_loss, reason = "rounding is what the function promises")]
    pub fn as_f64(&self) -> Option<f64> {
        match (self, self.kind()) {
            (Self::Int(value), _) => Some(*value as f64),
            (Self::Uint(value), _) => Some(*value as f64),
            (Self::Double(value), _) => Some(*value),
            _ => None,
        }
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::String(Text::Shared(text.into()))
    }
}

fn from_number<'a>(number: &serde_json::Number, ty: &Type) -> Value<'a> {
    match (ty.kind(), number.as_i64(), number.as_u64()) {
        (Kind::Double, _, _) | (_, None, None) => Value::Double(number.as_f64().unwrap_or(f64::NAN)),
        (Kind::Uint, _, Some(value)) | (_, None, Some(value)) => Value::Uint(value),
        (_, Some(value), _) => Value::Int(value),
    }
}

impl<'a> List<'a> {
    pub(crate) fn built(items: Vec<Value<'a>>) -> Self {
        Self(Items::Built(items.into()))
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Items::Json { items, .. } => items.len(),
            Items::Built(items) => items.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The elements in order. A fact that is not of its declared type is left as the JSON has it.
    pub fn iter(&self) -> impl Iterator<Item = Value<'a>> {
        (0..self.len()).filter_map(|index| match (&self.0, self.get(index)?) {
            (_, Ok(value)) => Some(value),
            (Items::Json { items, .. }, Err(_)) => items.get(index).map(undeclared),
            (Items::Built(_), Err(_)) => None,
        })
    }

    /// The element at `index`, if there is one; the inner error says what type it was declared to have.
    pub(crate) fn get(&self, index: usize) -> Option<Result<Value<'a>, Mismatch>> {
        match &self.0 {
            Items::Json { items, element } => items.get(index).map(|item| Value::from_json(item, element)),
            Items::Built(items) => items.get(index).cloned().map(Ok),
        }
    }
}

impl<'a> Map<'a> {
    /// A map of `entries`; fails if a key occurs twice or cannot be a key.
    pub(crate) fn built(mut entries: Vec<(Value<'a>, Value<'a>)>) -> Result<Self, BadKey> {
        if let Some((key, _)) = entries.iter().find(|(key, _)| !is_key(key)) {
            return Err(BadKey::Kind(key.kind()));
        }
        entries.sort_by(|(left, _), (right, _)| key_order(left, right));
        let twice = entries
            .windows(2)
            .any(|pair| matches!(pair, [(left, _), (right, _)] if key_order(left, right).is_eq()));
        if twice { Err(BadKey::Twice) } else { Ok(Self(Entries::Built(entries.into()))) }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Entries::Json { map, .. } => map.len(),
            Entries::Built(entries) => entries.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value under `key`, if there is one.
    pub(crate) fn get(&self, key: &Value<'_>) -> Option<Result<Value<'a>, Mismatch>> {
        match &self.0 {
            Entries::Json { map, ty } => {
                let name = key.as_str()?;
                map.get(name).map(|json| Value::from_json(json, ty.child(name)))
            }
            Entries::Built(entries) => {
                let at = entries.binary_search_by(|(found, _)| key_order(found, key)).ok()?;
                entries.get(at).map(|(_, value)| Ok(value.clone()))
            }
        }
    }

    /// The entries in the order of their keys. A fact that is not of its declared type is left as the JSON has it.
    pub fn iter(&self) -> impl Iterator<Item = (Value<'a>, Value<'a>)> {
        self.keys().into_iter().filter_map(|key| {
            let value = match (&self.0, self.get(&key)?) {
                (_, Ok(value)) => value,
                (Entries::Json { map, .. }, Err(_)) => undeclared(map.get(key.as_str()?)?),
                (Entries::Built(_), Err(_)) => return None,
            };
            Some((key, value))
        })
    }

    /// The keys in order.
    pub(crate) fn keys(&self) -> Vec<Value<'a>> {
        match &self.0 {
            Entries::Json { map, .. } => map.keys().map(|key| Value::String(Text::Borrowed(key))).collect(),
            Entries::Built(entries) => entries.iter().map(|(key, _)| key.clone()).collect(),
        }
    }
}

fn undeclared(json: &Json) -> Value<'_> {
    Value::from_json(json, &DYN).unwrap_or(Value::Null)
}

/// Why entries make no map.
pub(crate) enum BadKey {
    Kind(Kind),
    Twice,
}

fn is_key(value: &Value<'_>) -> bool {
    matches!(value.kind(), Kind::Bool | Kind::Int | Kind::Uint | Kind::String)
}

/// The order of map keys: bools, then numbers by value whatever their type, then strings. What cannot be a key
/// equals none, and comes last.
fn key_order(left: &Value<'_>, right: &Value<'_>) -> Ordering {
    match (left, right) {
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        (Value::String(left), Value::String(right)) => left.as_str().cmp(right.as_str()),
        _ => compare::numbers(left, right)
            .unwrap_or_else(|| key_rank(left).cmp(&key_rank(right)).then(Ordering::Less)),
    }
}

fn key_rank(value: &Value<'_>) -> u8 {
    match value.kind() {
        Kind::Bool => 0,
        Kind::Int | Kind::Uint | Kind::Double => 1,
        Kind::String => 2,
        _ => 3,
    }
}
