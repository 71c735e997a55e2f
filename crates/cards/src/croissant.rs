//! Croissant 1.0: a data set as JSON-LD, for search engines and loaders of data.
//!
//! Out go the name, the description, the licence, the makers and one file with its digest; its columns are the fields of one
//! record set. In come the same, as far as they are there; what a file of somebody else says beyond that is left out.

use serde_json::{Map, Value, json};

use crate::limits::MAX_BYTES;
use crate::{CardError, DataField, Datasheet, Record as _};

/// The version that is written.
const CONFORMS_TO: &str = "http://mlcommons.org/croissant/1.0";

/// The file that holds the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataObject {
    /// Its name.
    pub name: String,
    /// Where it is, as a URL, or as a path beside the description.
    pub url: String,
    /// Its media type, for example `text/csv`.
    pub media_type: String,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
    /// How many bytes it has.
    pub size_bytes: u64,
}

/// Writes a datasheet with its file.
pub fn write(sheet: &Datasheet, data: &DataObject) -> Value {
    let mut out = Map::new();
    let Datasheet { motivation, composition, distribution, maintenance, .. } = sheet;
    let mut put = |key: &str, value: Option<Value>| out.extend(value.map(|value| (key.to_owned(), value)));
    put("@context", Some(context()));
    put("@type", Some(json!("sc:Dataset")));
    put("conformsTo", Some(json!(CONFORMS_TO)));
    put("name", Some(json!(if motivation.name.is_empty() { &data.name } else { &motivation.name })));
    put("description", text(&motivation.purpose));
    put("version", text(&motivation.version));
    put("datePublished", text(&motivation.date));
    put("license", text(&distribution.licence));
    put("url", text(&distribution.url));
    put("creator", people(&motivation.creators));
    put("maintainer", people(std::slice::from_ref(&maintenance.maintainer)));
    put("distribution", Some(json!([file(data)])));
    put(
        "recordSet",
        Some(json!([{
            "@type": "cr:RecordSet",
            "@id": "rows",
            "name": "rows",
            "field": composition.fields.iter().map(field).collect::<Vec<_>>(),
        }])),
    );
    Value::Object(out)
}

fn text(text: &str) -> Option<Value> {
    (!text.trim().is_empty()).then(|| Value::from(text))
}

fn people(names: &[String]) -> Option<Value> {
    let names = names.iter().filter(|name| !name.trim().is_empty());
    let people: Vec<Value> = names.map(|name| json!({"@type": "sc:Organization", "name": name})).collect();
    (!people.is_empty()).then(|| Value::from(people))
}

fn file(data: &DataObject) -> Value {
    json!({
        "@type": "cr:FileObject",
        "@id": "data",
        "name": data.name,
        "contentUrl": data.url,
        "contentSize": format!("{} B", data.size_bytes),
        "encodingFormat": data.media_type,
        "sha256": data.sha256,
    })
}

fn field(field: &DataField) -> Value {
    let data_type = match field.r#type.as_str() {
        "integer" => "sc:Integer",
        "number" => "sc:Float",
        "boolean" => "sc:Boolean",
        _ => "sc:Text",
    };
    let mut out = json!({
        "@type": "cr:Field",
        "@id": format!("rows/{}", field.name),
        "name": field.name,
        "dataType": data_type,
        "source": {"fileObject": {"@id": "data"}, "extract": {"column": field.name}},
    });
    if let Some(out) = out.as_object_mut().filter(|_| !field.description.is_empty()) {
        out.insert("description".to_owned(), Value::from(field.description.as_str()));
    }
    out
}

/// Whether the bytes are JSON that says to be Croissant.
pub fn is_one(bytes: &[u8]) -> bool {
    let value: Option<Value> = Some(bytes)
        .filter(|bytes| bytes.len() <= MAX_BYTES)
        .and_then(|bytes| serde_json::from_slice(bytes).ok());
    let version = value.as_ref().and_then(|value| value.get("conformsTo")).and_then(Value::as_str);
    version.is_some_and(|version| version.starts_with("http://mlcommons.org/croissant/"))
}

/// Reads what a description says that a datasheet asks.
pub fn read(bytes: &[u8]) -> Result<Datasheet, CardError> {
    if bytes.len() > MAX_BYTES {
        return Err(CardError::new(format!("{} bytes are more than {MAX_BYTES}", bytes.len())));
    }
    let value: Value = serde_json::from_slice(bytes).map_err(|error| CardError::new(error.to_string()))?;
    let version = value.get("conformsTo").and_then(Value::as_str).unwrap_or_default();
    if !version.starts_with("http://mlcommons.org/croissant/1.") {
        let message = format!("`{version}` is not read here: `{CONFORMS_TO}` is");
        return Err(CardError::new(message).at("/conformsTo"));
    }
    let at = |key: &str| value.get(key).map(words).unwrap_or_default();
    let mut sheet = Datasheet::default();
    sheet.motivation.name = at("name").join(", ");
    sheet.motivation.purpose = at("description").join("\n\n");
    sheet.motivation.version = at("version").join(", ");
    sheet.motivation.date = at("datePublished").join(", ");
    sheet.motivation.creators = at("creator");
    sheet.distribution.licence = at("license").join(", ");
    sheet.distribution.url = at("url").join(", ");
    sheet.maintenance.maintainer = at("maintainer").join(", ");
    let sets = value.get("recordSet").map(items).unwrap_or_default();
    let fields = sets.into_iter().filter_map(|set| set.get("field")).flat_map(items);
    sheet.composition.fields = fields.filter_map(field_of).collect();
    // The bounds are those of every datasheet.
    Datasheet::from_value(sheet.to_value()?)
}

/// One item, or a list of them.
fn items(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |items| items.iter().collect())
}

/// Texts, and the names of people and organisations.
fn words(value: &Value) -> Vec<String> {
    let word = |item: &Value| {
        let text = item.as_str().or_else(|| item.get("name").and_then(Value::as_str));
        text.or_else(|| item.get("@id").and_then(Value::as_str)).map(str::to_owned)
    };
    items(value).into_iter().filter_map(word).collect()
}

fn field_of(field: &Value) -> Option<DataField> {
    let name = field.get("name").or_else(|| field.get("@id")).and_then(Value::as_str)?;
    let types = field.get("dataType").map(words).unwrap_or_default();
    let is = |name: &str| types.iter().any(|of| of.ends_with(name));
    let kinds = [(":Integer", "integer"), (":Float", "number"), (":Boolean", "boolean"), (":Text", "text")];
    let kind = kinds.into_iter().find(|(ends, _)| is(ends)).map(|(_, kind)| kind);
    Some(DataField {
        name: name.to_owned(),
        r#type: kind.unwrap_or_default().to_owned(),
        description: field.get("description").map(words).unwrap_or_default().join(" "),
        ..DataField::default()
    })
}

/// The words of the description, as version 1.0 gives them.
fn context() -> Value {
    json!({
        "@language": "en",
        "@vocab": "https://schema.org/",
        "citeAs": "cr:citeAs",
        "column": "cr:column",
        "conformsTo": "dct:conformsTo",
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "dct": "http://purl.org/dc/terms/",
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "extract": "cr:extract",
        "field": "cr:field",
        "fileProperty": "cr:fileProperty",
        "fileObject": "cr:fileObject",
        "fileSet": "cr:fileSet",
        "format": "cr:format",
        "includes": "cr:includes",
        "isLiveDataset": "cr:isLiveDataset",
        "jsonPath": "cr:jsonPath",
        "key": "cr:key",
        "md5": "cr:md5",
        "parentField": "cr:parentField",
        "path": "cr:path",
        "recordSet": "cr:recordSet",
        "references": "cr:references",
        "regex": "cr:regex",
        "repeated": "cr:repeated",
        "replace": "cr:replace",
        "sc": "https://schema.org/",
        "separator": "cr:separator",
        "source": "cr:source",
        "subField": "cr:subField",
        "transform": "cr:transform",
    })
}
