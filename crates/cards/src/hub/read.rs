//! A model card from the README of a hub.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::limits::{MAX_BYTES, MAX_ROWS};
use crate::{CardError, Data, Figure, ModelCard, Record, Source, markdown};

/// What a README gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Readme {
    /// The card.
    pub card: ModelCard,
    /// What was left out, each with its line.
    pub left_out: Vec<String>,
}

/// What is read of the metadata.
#[derive(Debug, Default, Deserialize)]
struct Metadata {
    license: Option<Value>,
    library_name: Option<String>,
    model_name: Option<String>,
    pipeline_tag: Option<String>,
    datasets: Option<Value>,
    #[serde(rename = "model-index", default)]
    model_index: Vec<Model>,
}

#[derive(Debug, Deserialize)]
struct Model {
    name: Option<String>,
    #[serde(default)]
    results: Vec<ResultOf>,
}

#[derive(Debug, Deserialize)]
struct ResultOf {
    dataset: Option<Set>,
    #[serde(default)]
    metrics: Vec<Measured>,
}

#[derive(Debug, Deserialize)]
struct Set {
    r#type: Option<String>,
    name: Option<String>,
    revision: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Measured {
    r#type: String,
    value: Option<Value>,
    #[serde(default)]
    args: Option<Map<String, Value>>,
}

/// Reads a README. Where the body gives an answer, the metadata adds nothing to it.
pub fn read(text: &str) -> Result<Readme, CardError> {
    if text.len() > MAX_BYTES {
        return Err(CardError::new(format!("{} bytes are more than {MAX_BYTES}", text.len())));
    }
    let (head, body, before) = split(text);
    let (mut card, left_out) =
        markdown::read_leniently::<ModelCard>(&format!("{}{body}", "\n".repeat(before)))?;
    let mut left_out: Vec<String> = left_out;
    if let Some(head) = head {
        let metadata = serde_saphyr::from_str::<Option<Metadata>>(head);
        let metadata = metadata.map_err(|error| {
            let line = error.location().map_or(0, |at| usize::try_from(at.line()).unwrap_or(0));
            let message = error.to_string();
            let message = message.lines().next().unwrap_or_default().to_owned();
            CardError::new(format!("the metadata: {message}")).on(line + 1)
        })?;
        fill(&mut card, metadata.unwrap_or_default(), &mut left_out);
    }
    // The bounds hold for what the metadata gave, too.
    let card = ModelCard::from_value(card.to_value()?)?;
    Ok(Readme { card, left_out })
}

/// The metadata, the body, and how many lines stand before the body.
fn split(text: &str) -> (Option<&str>, &str, usize) {
    let text = text.trim_start_matches('\u{feff}');
    let opened = text.strip_prefix("---\n").or_else(|| text.strip_prefix("---\r\n"));
    let Some(rest) = opened else { return (None, text, 0) };
    let mut at = 0;
    for (number, line) in rest.split_inclusive('\n').enumerate() {
        if line.trim_end() == "---" {
            let (head, body) = rest.split_at_checked(at).unwrap_or((rest, ""));
            return (Some(head), body.split_at_checked(line.len()).map_or("", |(_, body)| body), number + 2);
        }
        at += line.len();
    }
    (None, text, 0)
}

fn fill(card: &mut ModelCard, metadata: Metadata, left_out: &mut Vec<String>) {
    let details = &mut card.details;
    let put = |held: &mut String, value: Option<String>| {
        if let Some(value) = value.filter(|_| held.is_empty()) {
            *held = markdown::one_line(&value);
        }
    };
    put(&mut details.licence, texts(metadata.license).into_iter().next());
    put(&mut details.framework, metadata.library_name);
    put(&mut details.r#type, metadata.pipeline_tag);
    put(&mut details.name, metadata.model_name);
    put(&mut details.name, metadata.model_index.first().and_then(|model| model.name.clone()));
    if card.training_data.datasets.is_empty() {
        let named = texts(metadata.datasets).into_iter().filter(|name| !name.trim().is_empty());
        card.training_data.datasets = named.map(|name| Data { name, ..Data::default() }).collect();
    }
    if card.metrics.figures.is_empty() {
        card.metrics.figures = figures(metadata.model_index, left_out);
    }
}

fn texts(value: Option<Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// The figures of the index. What it calls verified is a claim like the others.
fn figures(models: Vec<Model>, left_out: &mut Vec<String>) -> Vec<Figure> {
    let mut figures = Vec::new();
    for result in models.into_iter().flat_map(|model| model.results) {
        for measured in &result.metrics {
            let value = measured.value.as_ref().and_then(number);
            match value.filter(|_| figures.len() < MAX_ROWS && !measured.r#type.trim().is_empty()) {
                Some(value) => figures.push(figure(result.dataset.as_ref(), measured, value)),
                None if left_out.len() < 200 => {
                    left_out
                        .push(format!("the figure `{}` of the model index is no number", measured.r#type));
                }
                None => {}
            }
        }
    }
    figures
}

fn number(value: &Value) -> Option<f64> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    number.filter(|number: &f64| number.is_finite())
}

fn figure(set: Option<&Set>, measured: &Measured, value: f64) -> Figure {
    let arg = |key: &str| {
        let text = measured.args.as_ref().and_then(|args| args.get(key)).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let dataset = set.and_then(|set| set.name.clone().or_else(|| set.r#type.clone()));
    let revision = set.and_then(|set| set.revision.as_ref()).and_then(Value::as_str);
    Figure {
        metric: measured.r#type.clone(),
        value,
        attribute: arg("attribute"),
        group: arg("group"),
        dataset: dataset.unwrap_or_default(),
        data_sha256: revision.unwrap_or_default().to_owned(),
        source: Source::Reported,
        ..Figure::default()
    }
}
