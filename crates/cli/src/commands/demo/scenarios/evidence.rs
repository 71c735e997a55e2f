//! What the builders of some scenarios bring: data of a class, figures of tools, and predictions with so many errors.

use serde_json::{Value, json};

use super::super::acts;
use super::super::story::{Ask, Story};
use crate::names;
use crate::output::Block;
use crate::problem::Problem;
use crate::table::text;

const ROWS: usize = 80;

fn object(answer: &Value) -> Value {
    answer.get("object").cloned().unwrap_or_default()
}

fn label(row: usize) -> usize {
    usize::from(row.is_multiple_of(2))
}

/// Registers held-out data of that classification, with two groups of that attribute; gives its id.
pub(super) fn dataset(
    story: &mut Story,
    steward: &str,
    (name, classification, attribute): (&str, &str, &str),
) -> Result<String, Problem> {
    let rows =
        (0..ROWS).map(|row| format!("r{row},{},{}\n", label(row), if row % 4 < 2 { "a" } else { "b" }));
    let labels = format!("id,right,{attribute}\n{}", rows.collect::<String>());
    let sha256 = story.upload(steward, "labels.csv", labels.as_bytes())?;
    let datasheet = story.upload(steward, "datasheet.md", b"who was asked, what, and when")?;
    let body = json!({"name": name, "sha256": sha256, "classification": classification,
        "datasheet": datasheet, "sensitiveAttributes": [attribute],
        "labels": {"id": "id", "label": "right"}, "designatedFor": ["performance", "bias"]});
    let title = format!("registers the data set `{name}`, {classification}, and its labels");
    names::id("a data set", &object(&story.ask(&Ask::post(steward, title, "/api/v1/datasets", body))?))
}

/// Registers a version that was made from a data set; gives its id.
pub(super) fn version(
    story: &mut Story,
    who: &str,
    model: &str,
    (kind, dataset, parameters): (&str, &str, Value),
) -> Result<String, Problem> {
    let weights = format!("weights of {model} {parameters}");
    let sha256 = story.upload(who, "model.json", weights.as_bytes())?;
    let body = json!({"kind": kind, "datasets": [dataset], "params": parameters,
        "artifacts": [{"name": "model.json", "sha256": sha256, "format": "json"}]});
    let title = format!("registers a version of `{model}`");
    let path = format!("/api/v1/models/{model}/versions");
    names::id("a version", &object(&story.ask(&Ask::post(who, title, path, body))?))
}

/// Hands in the figures of a tool.
pub(super) fn figures(story: &mut Story, who: &str, version: &str, metrics: &Value) -> Result<(), Problem> {
    let report = json!({"tool": {"name": "ci", "version": "1"}, "metrics": metrics}).to_string();
    let sha256 = story.upload(who, "figures.json", report.as_bytes())?;
    let path = format!("/api/v1/versions/{version}/evidence");
    let title = format!("hands in the figures {metrics}");
    story.ask(&Ask::post(who, title, path, json!({"sha256": sha256}))).map(drop)
}

/// Has a version evaluated that is wrong about the first rows: a multiple of four, so that both groups fare alike.
pub(super) fn evaluate(
    story: &mut Story,
    who: &str,
    (version, dataset): (&str, &str),
    wrong: usize,
) -> Result<(), Problem> {
    let said = |row: usize| if row < wrong { 1 - label(row) } else { label(row) };
    let rows = (0..ROWS).map(|row| format!("r{row},{}\n", said(row)));
    let predictions = format!("id,said\n{}", rows.collect::<String>());
    let predictions = story.upload(who, "predictions.csv", predictions.as_bytes())?;
    let body = json!({"dataset": dataset, "predictions": predictions, "prediction": "said",
        "suites": ["performance", "bias"]});
    let path = format!("/api/v1/versions/{version}/evaluations");
    let answer = object(&story.ask(&Ask::post(who, "has the version evaluated", path, body))?);
    let of = |metric: &str| text(&answer, &format!("/report/metrics/{metric}/value"));
    story.show(&[Block::Line(format!("  accuracy {}, F1 {}", of("accuracy"), of("f1")))]);
    Ok(())
}

/// Assesses the risks of a model as they come, and has that approved.
pub(super) fn assess(story: &mut Story, who: &str, approver: &str, model: &Value) -> Result<(), Problem> {
    acts::assess(story, who, approver, &names::id("a model", model)?)
}

/// Asks for a promotion, which then has to be in that state; gives its id.
pub(super) fn request(
    story: &mut Story,
    who: &str,
    (version, target): (&str, Value),
    state: &str,
) -> Result<String, Problem> {
    let title = format!("asks for the promotion to {}", text(&target, "/stage"));
    let body = json!({"version": version, "target": target});
    let promotion = object(&story.ask(&Ask::post(who, &title, "/api/v1/promotions", body))?);
    if text(&promotion, "/state") != state {
        let reached = text(&promotion, "/state");
        return Err(story.broken(&title, &format!("the promotion is {reached}, not {state}: {promotion}")));
    }
    story.show(&[Block::Line(format!("  the promotion is {state}"))]);
    names::id("a promotion", &promotion)
}

/// The steps of a promotion that are in that state.
pub(super) fn steps(
    story: &mut Story,
    who: &str,
    promotion: &str,
    state: &str,
) -> Result<Vec<String>, Problem> {
    let path = format!("/api/v1/promotions/{promotion}");
    let held = story.ask(&Ask::get(who, "reads the promotion", path))?;
    let steps = held.pointer("/now/steps").and_then(Value::as_array).into_iter().flatten();
    Ok(steps.filter(|step| text(step, "/state") == state).map(|step| text(step, "/step")).collect())
}

/// The rules that shut a gate.
pub(super) fn failed(gate: &Value) -> Vec<String> {
    let findings = gate.get("findings").and_then(Value::as_array).into_iter().flatten();
    let blocking = findings.filter(|finding| {
        text(finding, "/status") == "FAILED" && text(finding, "/enforcement") == "BLOCKING"
    });
    blocking.map(|finding| text(finding, "/rule")).collect()
}

/// Approvals of several steps.
pub(super) fn approve(story: &mut Story, promotion: &str, by: &[(&str, &str)]) -> Result<(), Problem> {
    for (who, step) in by {
        acts::decide(story, who, promotion, (step, "APPROVED"), "read, and agreed")?;
    }
    Ok(())
}
