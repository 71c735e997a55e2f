//! Model cards and datasheets: JSON, bounds, completeness, merging, Markdown, READMEs of hubs, and the published reference.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::missing_panics_doc,
    clippy::wildcard_enum_match_arm,
    missing_docs,
    unreachable_pub,
    reason = "a test fails by panicking"
)]

mod form;
mod hostile;
mod html;
mod hub;
mod markdown;
mod merge;
mod metadata;
mod published;

use assent_cards::{ModelCard, Record as _};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// A card with something in every field.
pub fn whole() -> ModelCard {
    ModelCard::from_value(json!({
        "schema": "assent.model-card/1",
        "details": {"name": "loans", "version": "3", "type": "CLASSICAL", "architecture": "six trees",
            "algorithmFamily": "boosting", "framework": "scikit-learn", "size": "12 kB", "inferenceTime": "2 ms",
            "date": "2026-05-04", "licence": "Apache-2.0", "contact": "Amira", "citation": "none",
            "description": "Says who is asked for more papers.\n\n# not a heading\n## nor this", "developers": ["Amira", "Lena"],
            "references": ["https://example.org/a|b"]},
        "intendedUse": {"uses": ["first"], "users": ["clerks"], "outOfScope": ["refusing anybody"]},
        "factors": {"relevant": ["age"], "evaluation": ["age"]},
        "metrics": {"measures": "accuracy", "decisionThresholds": "0.5", "variation": "bootstrap", "figures": [
            {"metric": "accuracy", "value": 0.875, "n": 400, "dataset": "held-out 1", "threshold": ">= 0.8",
             "source": "evaluation:0190a1b2-0000-7000-8000-000000000001"},
            {"metric": "falsePositiveRate", "value": 1e-7, "attribute": "age", "group": "under | over 25"}]},
        "trainingData": {"description": "applications", "preprocessing": "none", "datasets": [{"name": "t", "version": "1"}]},
        "evaluationData": {"motivation": "later months", "preprocessing": "none", "datasets": [{"name": "held-out"}]},
        "ethicalConsiderations": {"sensitiveData": "age", "humanLife": "no", "mitigations": ["review"],
            "risksAndHarms": ["delay"], "contestedUses": ["none known"]},
        "limitations": {"known": ["new\\customers"]},
        "risks": {"risks": [{"risk": "bias", "likelihood": "3", "impact": "4", "mitigation": "review", "residual": "4.8"}]},
        "caveats": {"caveats": ["one country"], "recommendations": ["look again in a year"]},
    }))
    .expect("a card")
}

/// Texts with what the forms have to keep apart.
fn words() -> impl Strategy<Value = String> {
    let spice = prop::sample::select(vec![
        "# a",
        "## Metrics",
        "### Uses",
        "\\# b",
        "- c",
        "* d",
        "1. e",
        "|",
        "\\|",
        "\\",
        "<!-- f -->",
        "\\<!-- g",
        "---",
        "```",
        " ",
        "\n",
        "\r\n",
        "\t",
        "n/a",
        "\u{feff}",
        "\u{202e}",
        "\u{2069}",
        "\u{200f}",
        "\u{200b}",
        "\u{ad}",
        "\u{2028}",
        "שלום",
        "é",
        "名",
        "😀",
        ":",
        "**",
        "\"",
        "'",
        "Name:",
        "- **Name:** x",
    ]);
    let part = prop_oneof![3 => spice.prop_map(str::to_owned), 2 => "[ -~]{0,12}"];
    prop::collection::vec(part, 0..6).prop_map(|parts| parts.concat())
}

/// A record of a form, with any of its fields.
pub fn records(form: &'static assent_cards::Form) -> impl Strategy<Value = Value> {
    use assent_cards::Kind;
    let fields: Vec<_> = form
        .fields()
        .map(|(section, field)| {
            let answer = match field.kind {
                Kind::Line | Kind::Text => words().prop_map(Value::from).boxed(),
                Kind::List => prop::collection::vec(words(), 0..4).prop_map(Value::from).boxed(),
                Kind::Table(columns) => {
                    prop::collection::vec(rows(columns), 0..4).prop_map(Value::from).boxed()
                }
            };
            prop::option::of(answer).prop_map(move |answer| (section.key, field.key, answer))
        })
        .collect();
    fields.prop_map(|fields| {
        let mut record = json!({"schema": form.schema});
        for (section, field, answer) in fields {
            if let Some(answer) = answer {
                record[section][field] = answer;
            }
        }
        record
    })
}

fn rows(columns: &'static [assent_cards::Column]) -> impl Strategy<Value = Value> {
    let cells: Vec<_> = columns
        .iter()
        .enumerate()
        .map(|(i, column)| {
            let cell = match (column.key, column.number) {
                ("source", _) => prop::sample::select(vec![
                    "reported",
                    "run:a b",
                    "evaluation:0190a1b2-0000-7000-8000-000000000001",
                ])
                .prop_map(Value::from)
                .boxed(),
                ("value", _) => prop::num::f64::NORMAL.prop_map(Value::from).boxed(),
                (_, true) => any::<u64>().prop_map(Value::from).boxed(),
                _ => words().prop_map(Value::from).boxed(),
            };
            let first = if i == 0 { "x" } else { "" };
            cell.prop_map(move |cell| match cell {
                Value::String(text) => (column.key, Value::from(format!("{first}{text}"))),
                cell => (column.key, cell),
            })
        })
        .collect();
    cells.prop_map(|cells| {
        let cells = cells.into_iter().filter(|(_, cell)| cell != "");
        Value::Object(cells.map(|(key, cell)| (key.to_owned(), cell)).collect::<Map<_, _>>())
    })
}
