//! The published JSON Schema of the facts, from the same declaration that the type check of conditions uses.

use assent_cel::{ObjectType, Type};
use serde_json::{Map, Value, json};

use super::schema;

/// The JSON Schema (2020-12) of the facts document.
pub fn json_schema() -> Value {
    let mut schema = object(&schema::root());
    if let Some(members) = schema.as_object_mut() {
        members.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        members.insert("title".to_owned(), json!("Facts"));
        members.insert(
            "description".to_owned(),
            json!("Everything known of one version: the input of every rule"),
        );
    }
    schema
}

fn object(object: &ObjectType) -> Value {
    let properties = object.fields.iter().map(|(name, field)| {
        let mut schema = of_type(&field.ty);
        if let Some(members) = schema.as_object_mut() {
            members.insert("description".to_owned(), json!(field.doc));
        }
        (name.clone(), schema)
    });
    let properties: Map<String, Value> = properties.collect();
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

fn of_type(ty: &Type) -> Value {
    match ty {
        Type::Dyn => json!({}),
        Type::Null => json!({"type": "null"}),
        Type::Bool => json!({"type": "boolean"}),
        Type::Int | Type::Uint => json!({"type": "integer"}),
        Type::Double => json!({"type": "number"}),
        Type::String | Type::Bytes | Type::TypeType => json!({"type": "string"}),
        Type::Timestamp => json!({"type": "string", "format": "date-time"}),
        Type::Duration => json!({"type": "string", "format": "duration"}),
        Type::List(element) => json!({"type": "array", "items": of_type(element)}),
        Type::Map(_, value) => json!({"type": "object", "additionalProperties": of_type(value)}),
        Type::Object(inner) => object(inner),
    }
}
