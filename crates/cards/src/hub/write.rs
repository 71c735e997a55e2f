//! A model card as the README of a hub.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{TASK, yaml};
use crate::markdown::{self, one_line};
use crate::{CardError, Figure, ModelCard};

/// Writes the card with its metadata.
pub fn write(card: &ModelCard) -> Result<String, CardError> {
    let card = markdown::carried(card)?;
    Ok(format!("---\n{}---\n\n{}", yaml::write(&metadata(&card)), markdown::write(&card)?))
}

fn metadata(card: &ModelCard) -> Value {
    let mut metadata = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        metadata.extend(value.map(|value| (key.to_owned(), value)));
    };
    let details = &card.details;
    put("license", identifier(&details.licence).map(Value::from));
    put("library_name", text(&details.framework));
    put("model_name", text(&details.name));
    put("datasets", words(card.training_data.datasets.iter().map(|data| data.name.as_str())));
    put("metrics", words(card.metrics.figures.iter().map(|figure| figure.metric.as_str())));
    put("model-index", index(card));
    Value::Object(metadata)
}

/// The identifier of a licence, as hubs want it: in small letters, and without blanks.
fn identifier(licence: &str) -> Option<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-.+".contains(c);
    (!licence.is_empty() && licence.chars().all(is_part)).then(|| licence.to_lowercase())
}

fn text(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| Value::from(text))
}

fn words<'a>(words: impl Iterator<Item = &'a str>) -> Option<Value> {
    let words: BTreeSet<&str> = words.filter(|word| !word.is_empty()).collect();
    (!words.is_empty()).then(|| json!(words))
}

/// The figures by data set. A hub finds a model by them, and wants a name and a task for it.
fn index(card: &ModelCard) -> Option<Value> {
    let figures = &card.metrics.figures;
    if figures.is_empty() {
        return None;
    }
    let name = if card.details.name.is_empty() { "model" } else { &card.details.name };
    let mut sets: Vec<(&str, &str)> = Vec::new();
    for figure in figures {
        let set = (figure.dataset.as_str(), figure.data_sha256.as_str());
        if !sets.contains(&set) {
            sets.push(set);
        }
    }
    let results: Vec<Value> = sets.into_iter().map(|set| result(set, figures)).collect();
    Some(json!([{"name": name, "results": results}]))
}

fn result((dataset, sha256): (&str, &str), figures: &[Figure]) -> Value {
    let named = if dataset.is_empty() { "unnamed" } else { dataset };
    let mut set = json!({"type": named, "name": named});
    if let Some(set) = set.as_object_mut().filter(|_| !sha256.is_empty()) {
        set.insert("revision".to_owned(), Value::from(sha256));
    }
    let of_set = figures.iter().filter(|figure| figure.dataset == dataset && figure.data_sha256 == sha256);
    json!({
        "task": {"type": TASK},
        "dataset": set,
        "metrics": of_set.map(metric).collect::<Vec<_>>(),
    })
}

fn metric(figure: &Figure) -> Value {
    let mut metric = json!({"type": figure.metric, "value": figure.value, "name": label(figure)});
    let group = [("attribute", &figure.attribute), ("group", &figure.group)];
    let args: Map<String, Value> = group
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| (key.to_owned(), Value::from(value.as_str())))
        .collect();
    if let Some(metric) = metric.as_object_mut().filter(|_| !args.is_empty()) {
        metric.insert("args".to_owned(), Value::Object(args));
    }
    metric
}

/// The measure, with the group that it is about.
fn label(figure: &Figure) -> String {
    let Figure { metric, attribute, group, .. } = figure;
    let named = [attribute, group].into_iter().filter(|part| !part.is_empty()).map(String::as_str);
    let named = named.collect::<Vec<_>>().join(": ");
    one_line(&if named.is_empty() { metric.clone() } else { format!("{metric} ({named})") })
}
