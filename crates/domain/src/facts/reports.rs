//! What other tools say of a version: as reported, the latest report of each tool.

use serde_json::{Map, Value};

use super::build::{age_days, put};
use crate::Time;
use crate::registry::{EvidenceRecord, ReportedFigure, Version};
use crate::values::{Decimal, Provenance};

/// The facts under `evidence`, if there are any.
pub(super) fn evidence(version: &Version, now: Time) -> Option<Value> {
    if version.evidence.is_empty() {
        return None;
    }
    // They stand oldest first, and a later one takes the place of an earlier one.
    let latest = version.evidence.iter().map(|record| (record.evidence.tool.clone(), report(record, now)));
    let tools: Map<String, Value> = latest.collect();
    let mut facts = Map::new();
    put(&mut facts, "tools", Some(tools));
    Some(Value::Object(facts))
}

fn report(record: &EvidenceRecord, now: Time) -> Value {
    let EvidenceRecord { evidence, recorded } = record;
    let metrics: Map<String, Value> =
        evidence.metrics.iter().map(|(path, figure)| (path.clone(), metric(figure))).collect();
    let mut facts = Map::new();
    put(&mut facts, "format", Some(&evidence.format));
    put(&mut facts, "toolVersion", evidence.tool_version.as_ref());
    put(&mut facts, "provenance", Some(Provenance::Reported.name()));
    put(&mut facts, "findings", Some(&evidence.findings));
    put(&mut facts, "metrics", Some(metrics));
    put(&mut facts, "warnings", Some(evidence.warnings));
    put(&mut facts, "sha256", Some(evidence.report.sha256));
    put(&mut facts, "reportedBy", Some(recorded.by));
    put(&mut facts, "reportedAt", Some(recorded.at.to_string()));
    put(&mut facts, "ageDays", Some(age_days(recorded.at, now)));
    Value::Object(facts)
}

fn metric(figure: &ReportedFigure) -> Value {
    let mut facts = Map::new();
    put(&mut facts, "value", Some(figure.value.get()));
    put(&mut facts, "n", figure.n);
    put(&mut facts, "lower", figure.lower.map(Decimal::get));
    put(&mut facts, "upper", figure.upper.map(Decimal::get));
    Value::Object(facts)
}
