//! Values and types of the suite, which writes them as protocol buffers in JSON, against ours.

use std::sync::Arc;

use assent_cel::{Type, Value};
use serde_json::{Map, Value as Json};

use crate::array;

/// The JSON fact for a value that the suite binds to a name.
pub(crate) fn fact(value: &Json) -> Result<Json, String> {
    let (kind, inner) = only(value)?;
    Ok(match kind {
        "nullValue" => Json::Null,
        "boolValue" | "stringValue" | "doubleValue" => inner.clone(),
        "int64Value" | "uint64Value" => {
            serde_json::from_str(inner.as_str().unwrap_or_default()).map_err(|error| error.to_string())?
        }
        "listValue" => array(inner, "values").iter().map(fact).collect::<Result<_, _>>()?,
        "mapValue" => {
            let mut map = Map::new();
            for entry in array(inner, "entries") {
                let key = entry["key"]["stringValue"].as_str().ok_or("a key of a fact is not a string")?;
                map.insert(key.to_owned(), fact(&entry["value"])?);
            }
            Json::Object(map)
        }
        "objectValue" if inner["@type"] == "type.googleapis.com/google.protobuf.Duration" => {
            inner["value"].clone()
        }
        _ => return Err(format!("facts have no {kind}")),
    })
}

/// The type that the suite declares.
pub(crate) fn ty(ty: &Json) -> Result<Type, String> {
    let (kind, inner) = only(ty)?;
    Ok(match (kind, inner.as_str().unwrap_or_default()) {
        ("dyn", _) => Type::Dyn,
        ("null", _) => Type::Null,
        ("primitive", "BOOL") => Type::Bool,
        ("primitive", "INT64") => Type::Int,
        ("primitive", "UINT64") => Type::Uint,
        ("primitive", "DOUBLE") => Type::Double,
        ("primitive", "STRING") => Type::String,
        ("primitive", "BYTES") => Type::Bytes,
        ("messageType", "google.protobuf.Duration") => Type::Duration,
        ("messageType", "google.protobuf.Timestamp") => Type::Timestamp,
        ("listType", _) => Type::list(self::ty(&inner["elemType"])?),
        ("mapType", _) => {
            Type::Map(Arc::new(self::ty(&inner["keyType"])?), Arc::new(self::ty(&inner["valueType"])?))
        }
        _ => return Err(format!("there is no type {ty}")),
    })
}

/// Whether `value` is what the suite wants, type included.
pub(crate) fn same(value: &Value<'_>, wanted: &Json) -> Result<(), String> {
    let shown = show(value);
    let wanted = normal(wanted)?;
    if shown == wanted { Ok(()) } else { Err(format!("gives {shown} instead of {wanted}")) }
}

/// A value in the way the suite writes it.
fn show(value: &Value<'_>) -> Json {
    use serde_json::json;
    let plain = value.to_json().expect("the value is too deep");
    match value {
        Value::Null => json!({"nullValue": null}),
        Value::Bool(value) => json!({"boolValue": value}),
        Value::Int(value) => json!({"int64Value": value.to_string()}),
        Value::Uint(value) => json!({"uint64Value": value.to_string()}),
        Value::Double(_) => json!({"doubleValue": plain}),
        Value::String(_) => json!({"stringValue": plain}),
        Value::Bytes(_) => json!({"bytesValue": plain}),
        Value::Type(_) => json!({"typeValue": plain}),
        Value::Timestamp(_) | Value::Duration(_) => json!({"objectValue": plain}),
        Value::List(list) => {
            let items: Vec<Json> = list.iter().map(|item| show(&item)).collect();
            json!({"listValue": items})
        }
        Value::Map(map) => {
            let mut entries: Vec<Json> =
                map.iter().map(|(key, value)| json!([show(&key), show(&value)])).collect();
            entries.sort_by_key(Json::to_string);
            json!({"mapValue": entries})
        }
    }
}

/// What the suite writes, in one form: numbers as doubles, entries sorted.
fn normal(value: &Json) -> Result<Json, String> {
    use serde_json::json;
    let (kind, inner) = only(value)?;
    Ok(match kind {
        "doubleValue" => {
            json!({"doubleValue": inner.as_f64().map_or_else(|| inner.clone(), |value| json!(value))})
        }
        "listValue" => {
            let items = array(inner, "values").iter().map(normal).collect::<Result<Vec<_>, _>>()?;
            json!({"listValue": items})
        }
        "mapValue" => {
            let mut entries = Vec::new();
            for entry in array(inner, "entries") {
                entries.push(json!([normal(&entry["key"])?, normal(&entry["value"])?]));
            }
            entries.sort_by_key(Json::to_string);
            json!({"mapValue": entries})
        }
        _ => value.clone(),
    })
}

/// The one entry of an object.
fn only(value: &Json) -> Result<(&str, &Json), String> {
    let entry = value.as_object().and_then(|map| map.iter().next());
    entry.map(|(key, value)| (key.as_str(), value)).ok_or_else(|| format!("{value} is not understood"))
}
