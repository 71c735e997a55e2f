//! Figures by name: `{"tool": …, "subject": …, "metrics": {…}}`, or the object of figures alone.
//!
//! A figure is a number, or an object with `value` and perhaps `n` and `interval`. Objects of figures may be nested; the path
//! joins their names by dots.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::{EvidenceError, Problem};
use super::limits::MAX_METRIC_DEPTH;
use super::read::{cut, json};
use super::{Evidence, Format, Metric};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(expecting = "an object")]
struct Report {
    tool: Option<Tool>,
    subject: Option<String>,
    metrics: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "the name of a tool, or an object with its `name` and `version`")]
enum Tool {
    Name(String),
    Described { name: String, version: Option<String> },
}

/// Reads a report.
pub(super) fn parse(bytes: &[u8]) -> Result<Evidence, EvidenceError> {
    let whole: Map<String, Value> = json(bytes, 0)?;
    let mut evidence = Evidence::new(Format::Metrics);
    let (figures, prefix) = if whole.get("metrics").is_some_and(Value::is_object) {
        let report: Report = json(bytes, 0)?;
        match report.tool {
            Some(Tool::Name(name)) => evidence.tool = Some(cut(&name)),
            Some(Tool::Described { name, version }) => {
                evidence.tool = Some(cut(&name));
                evidence.tool_version = version.as_deref().map(cut);
            }
            None => {}
        }
        evidence.subject = report.subject.as_deref().map(cut);
        (report.metrics, "metrics")
    } else {
        (whole, "")
    };
    take(&mut evidence, &figures, prefix, "", 0)?;
    if evidence.metrics.is_empty() {
        return Err(Problem::NothingToRead.into());
    }
    Ok(evidence)
}

fn take(
    evidence: &mut Evidence,
    figures: &Map<String, Value>,
    field: &str,
    path: &str,
    depth: usize,
) -> Result<(), EvidenceError> {
    if depth >= MAX_METRIC_DEPTH {
        return Err(EvidenceError::from(Problem::TooDeep).in_field(field));
    }
    for (name, value) in figures {
        let (field, path) = (joined(field, name), joined(path, name));
        match value {
            Value::Number(number) => {
                let value = number
                    .as_f64()
                    .filter(|value| value.is_finite())
                    .ok_or_else(|| no_figure(&field, "a number that is not finite"))?;
                evidence.measure(path, Metric { value, n: None, interval: None })?;
            }
            Value::Object(members) if members.contains_key("value") => {
                evidence.measure(path, described(value, &field)?)?;
            }
            Value::Object(members) => take(evidence, members, &field, &path, depth + 1)?,
            Value::Null => evidence.warn(format!("`{}` is not given", cut(&field))),
            Value::Bool(_) => return Err(no_figure(&field, "true or false where a number is needed")),
            Value::String(_) => return Err(no_figure(&field, "a text where a number is needed")),
            Value::Array(_) => return Err(no_figure(&field, "a list where a number is needed")),
        }
    }
    Ok(())
}

/// A figure with what belongs to it.
fn described(value: &Value, field: &str) -> Result<Metric, EvidenceError> {
    let metric: Metric = serde_path_to_error::deserialize(value).map_err(|error| {
        let field = joined(field, &error.path().to_string());
        EvidenceError::from(Problem::WrongField { detail: error.into_inner().to_string() })
            .in_field(cut(&field))
    })?;
    if let Some(interval) = metric.interval {
        let is_level = interval.level.is_none_or(|level| 0.0 < level && level < 1.0);
        if interval.lower > interval.upper || !is_level {
            let detail =
                "the ends of the interval are in the wrong order, or its level is not between 0 and 1"
                    .to_owned();
            return Err(
                EvidenceError::from(Problem::Impossible { detail }).in_field(cut(&joined(field, "interval")))
            );
        }
    }
    Ok(metric)
}

fn no_figure(field: &str, what: &str) -> EvidenceError {
    EvidenceError::from(Problem::WrongField { detail: what.to_owned() }).in_field(cut(field))
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
