//! What applying a pack would change.

use serde::Serialize;
use serde_json::Value;

use super::{Document, Pack};

/// How one document changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentChange {
    /// Kind of the document.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// What becomes of it.
    pub change: &'static str,
    /// Top-level fields that differ, with their values before and after.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
}

/// How one field changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldChange {
    /// Name of the field.
    pub field: String,
    /// Before; absent if it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// After; absent if it will not be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// The documents that differ between two packs, ordered by kind and id.
pub fn diff(before: Option<&Pack>, after: &Pack) -> Vec<DocumentChange> {
    let old = before.map_or(&[][..], |pack| pack.documents());
    let new = after.documents();
    let mut keys: Vec<_> = old.iter().chain(new).map(Document::key).collect();
    keys.sort_unstable();
    keys.dedup();
    let find =
        |documents: &[Document], key| documents.iter().find(|document| document.key() == key).map(fields);
    keys.into_iter().filter_map(|key| change(key, find(old, key), find(new, key))).collect()
}

fn change(key: (&'static str, &str), before: Option<Value>, after: Option<Value>) -> Option<DocumentChange> {
    let of = |change, fields| Some(DocumentChange { kind: key.0, id: key.1.to_owned(), change, fields });
    match (before, after) {
        (None, None) => None,
        (None, Some(_)) => of("ADDED", Vec::new()),
        (Some(_), None) => of("REMOVED", Vec::new()),
        (Some(before), Some(after)) if before == after => None,
        (Some(before), Some(after)) => of("CHANGED", differences(&before, &after)),
    }
}

fn differences(before: &Value, after: &Value) -> Vec<FieldChange> {
    let empty = serde_json::Map::new();
    let (before, after) = (before.as_object().unwrap_or(&empty), after.as_object().unwrap_or(&empty));
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let differ = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    let change = |name: &String| FieldChange {
        field: name.clone(),
        before: before.get(name).cloned(),
        after: after.get(name).cloned(),
    };
    differ.map(change).collect()
}

fn fields(document: &Document) -> Value {
    serde_json::to_value(document).unwrap_or_default()
}
