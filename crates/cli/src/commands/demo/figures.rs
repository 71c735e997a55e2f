//! The figures of a version, as the engine reported them.

use serde_json::{Map, Value, json};

use crate::commands::gate::{figure, percent};
use crate::table::{Table, text};

/// The figures that the story speaks of, by name and metric path.
const FIGURES: [(&str, &str); 8] = [
    ("accuracy", "accuracy"),
    ("precision", "precision"),
    ("recall", "recall"),
    ("f1", "f1"),
    ("rocAuc", "rocAuc"),
    ("equalizedOddsDifferenceByRace", "race.equalizedOddsDifference"),
    ("disparateImpactByRace", "race.disparateImpact"),
    ("equalizedOddsDifferenceByAge", "age_cat.equalizedOddsDifference"),
];

/// The figures of an evaluation; absent where the engine gave none.
pub(super) fn of(evaluation: &Value) -> Value {
    let metric =
        |path: &str| evaluation.pointer("/report/metrics").and_then(|metrics| metrics.get(path)).cloned();
    let mut figures = Map::new();
    for (name, path) in FIGURES {
        let value = metric(path).and_then(|metric| metric.get("value").cloned());
        figures.insert(name.to_owned(), value.unwrap_or_default());
    }
    figures.insert("provenance".to_owned(), evaluation.get("provenance").cloned().unwrap_or_default());
    figures.insert("rows".to_owned(), evaluation.pointer("/report/rows").cloned().unwrap_or_default());
    figures.insert("groups".to_owned(), Value::Array(by_race(evaluation)));
    Value::Object(figures)
}

fn by_race(evaluation: &Value) -> Vec<Value> {
    let groups = evaluation.pointer("/report/groups").and_then(Value::as_array).cloned().unwrap_or_default();
    groups.into_iter().filter(|group| text(group, "/attribute") == "race").collect()
}

/// The groups by race.
pub(super) fn groups(figures: &Value) -> Table {
    let mut table =
        Table::new(["  race", ">people", "compared", ">flagged wrongly (FPR)", ">missed (FNR)", ">flagged"]);
    for group in figures.get("groups").and_then(Value::as_array).into_iter().flatten() {
        table.row([
            format!("  {}", text(group, "/group")),
            text(group, "/n"),
            if group.get("compared") == Some(&json!(true)) { "yes" } else { "too few" }.to_owned(),
            percent(group, "/falsePositiveRate"),
            percent(group, "/falseNegativeRate"),
            percent(group, "/selectionRate"),
        ]);
    }
    table
}

/// What fairness costs: the three versions side by side.
pub(super) fn side_by_side(figures: &Value) -> Table {
    let mut table = Table::new([
        "  version",
        ">accuracy",
        ">precision",
        ">recall",
        ">F1",
        ">ROC AUC",
        ">odds difference by race",
        ">by age",
        ">disparate impact by race",
    ]);
    for (version, of) in figures.as_object().into_iter().flatten() {
        table.row([
            format!("  {version}"),
            percent(of, "/accuracy"),
            percent(of, "/precision"),
            percent(of, "/recall"),
            percent(of, "/f1"),
            figure(of, "/rocAuc"),
            figure(of, "/equalizedOddsDifferenceByRace"),
            figure(of, "/equalizedOddsDifferenceByAge"),
            figure(of, "/disparateImpactByRace"),
        ]);
    }
    table
}
