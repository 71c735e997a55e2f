//! What the evaluations of a version show, judged by the thresholds in force.

use serde_json::{Map, Value, json};

use super::build::{Inputs, age_days, put};
use super::judgement::{Judgement, judgement};
use super::rates;
use crate::pack::Threshold;
use crate::registry::{Evaluation, Metric, SuiteRecord, Version};
use crate::values::Provenance;

/// The facts under `evaluation` of the version or its champion, if there are any.
pub(super) fn evaluation(version: &Version, inputs: &Inputs<'_>) -> Option<Value> {
    if version.suites.is_empty() {
        return None;
    }
    let (mut suites, mut metrics) = (Map::new(), Map::new());
    let (mut measured, mut computed) = (Map::new(), Map::new());
    // A figure may stand in several evaluations; the newest that has it counts, whatever its provenance.
    let mut records: Vec<(&String, &SuiteRecord)> = version.suites.iter().collect();
    records.sort_by_key(|(_, record)| (record.recorded.at, record.evaluation.id));
    for (name, record) in records {
        suites.insert(name.clone(), suite(name, record, version, inputs));
        let evaluation = &record.evaluation;
        for (path, metric) in &evaluation.metrics {
            metrics.insert(path.clone(), figure(name, evaluation, metric));
            computed.remove(path);
            measured.remove(path);
            let Some(value) = metric.value else { continue };
            if evaluation.provenance >= Provenance::Computed {
                computed.insert(path.clone(), json!(value.get()));
            }
            if evaluation.provenance >= Provenance::Measured {
                measured.insert(path.clone(), json!(value.get()));
            }
        }
    }
    Some(json!({"suites": suites, "metrics": metrics, "measured": measured, "computed": computed}))
}

fn figure(suite: &str, evaluation: &Evaluation, metric: &Metric) -> Value {
    let mut facts = Map::new();
    put(&mut facts, "value", metric.value.map(crate::values::Decimal::get));
    put(&mut facts, "n", Some(metric.n));
    put(&mut facts, "reason", metric.reason.as_ref());
    put(&mut facts, "provenance", Some(evaluation.provenance.name()));
    put(&mut facts, "suite", Some(suite));
    put(&mut facts, "dataSha256", Some(evaluation.data_sha256.to_string()));
    Value::Object(facts)
}

fn suite(name: &str, record: &SuiteRecord, version: &Version, inputs: &Inputs<'_>) -> Value {
    let Inputs { model, pack, now, .. } = *inputs;
    let evaluation = &record.evaluation;
    let set = pack.thresholds();
    let applies = |threshold: &&Threshold| threshold.suite == name && threshold.is_for(&model.tier);
    let thresholds = set.map_or(&[][..], |set| &set.thresholds).iter().filter(applies);
    let judged: Vec<Value> = thresholds.map(|threshold| judge(threshold, evaluation)).collect();
    let failed: Vec<&Value> =
        judged.iter().filter(|judged| judged.get("passed") != Some(&json!(true))).collect();
    let status = match (judged.is_empty(), failed.is_empty()) {
        (true, _) => "NOT_JUDGED",
        (false, true) => "PASSED",
        (false, false) => "FAILED",
    };
    let too_old = pack
        .suite(name)
        .and_then(|suite| suite.max_age)
        .is_some_and(|max_age| max_age.after(record.recorded.at) <= now);
    let other_groups = set.is_some_and(|set| set.min_group_size != evaluation.min_group_size);
    let mut facts = Map::new();
    put(&mut facts, "status", Some(status));
    put(&mut facts, "stale", Some(too_old || other_groups));
    put(&mut facts, "provenance", Some(evaluation.provenance.name()));
    put(&mut facts, "attempts", Some(record.attempts));
    put(&mut facts, "rows", Some(evaluation.rows));
    put(&mut facts, "dataset", Some(evaluation.dataset.to_string()));
    put(&mut facts, "minGroupSize", Some(evaluation.min_group_size));
    put(&mut facts, "evaluatedBy", Some(record.recorded.by.to_string()));
    put(&mut facts, "independent", is_independent(record, version, inputs));
    put(&mut facts, "ageDays", Some(age_days(record.recorded.at, now)));
    put(&mut facts, "failed", Some(failed));
    put(&mut facts, "thresholds", Some(&judged));
    Value::Object(facts)
}

/// Whether one person evaluated the version and another one made it, whatever accounts they used. Unknown, and so absent, where
/// one of the two is not known.
fn is_independent(record: &SuiteRecord, version: &Version, inputs: &Inputs<'_>) -> Option<bool> {
    let person = |id| inputs.people.get(&id).map(|principal| principal.person());
    Some(person(record.recorded.by)? != person(version.registered.by)?)
}

fn judge(threshold: &Threshold, evaluation: &Evaluation) -> Value {
    let Judgement { value, n, passed, reason } =
        judgement(threshold, evaluation.metrics.get(&threshold.metric));
    let mut facts = Map::new();
    put(&mut facts, "metric", Some(&threshold.metric));
    put(&mut facts, "operator", Some(threshold.operator.symbol()));
    put(&mut facts, "bound", Some(threshold.bound));
    put(&mut facts, "value", value);
    put(&mut facts, "n", n);
    put(&mut facts, "passed", Some(passed));
    put(&mut facts, "reason", reason);
    if !passed {
        let groups = groups(&threshold.metric, evaluation);
        put(&mut facts, "groups", (!groups.is_empty()).then_some(groups));
    }
    Value::Object(facts)
}

/// The groups behind a figure such as `race.equalizedOddsDifference`, or behind the worst of all attributes.
fn groups(metric: &str, evaluation: &Evaluation) -> Vec<Value> {
    let is_behind = |attribute: &str| {
        if let Some((named, _)) = metric.split_once('.') {
            return named == attribute;
        }
        let value = |path: &str| evaluation.metrics.get(path).and_then(|metric| metric.value);
        let own = value(&format!("{attribute}.{metric}"));
        own.is_some() && own == value(metric)
    };
    let behind = evaluation.groups.iter().filter(|group| is_behind(&group.attribute));
    behind
        .map(|group| {
            let rates = rates(group);
            let mut facts = Map::new();
            put(&mut facts, "attribute", Some(&group.attribute));
            put(&mut facts, "group", Some(&group.group));
            put(&mut facts, "n", Some(rates.n));
            put(&mut facts, "compared", Some(group.compared));
            put(&mut facts, "selectionRate", rates.selection);
            put(&mut facts, "truePositiveRate", rates.true_positive);
            put(&mut facts, "falsePositiveRate", rates.false_positive);
            put(&mut facts, "falseNegativeRate", rates.false_negative);
            Value::Object(facts)
        })
        .collect()
}
