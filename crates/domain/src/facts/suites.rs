//! What the evaluations of a version show, judged by the thresholds in force.

use serde_json::{Map, Value, json};

use super::build::{age_days, put};
use super::judgement::{Judgement, judgement};
use super::rates;
use crate::Time;
use crate::pack::{Pack, Threshold};
use crate::registry::{Evaluation, Metric, SuiteRecord, Version};
use crate::values::Provenance;

/// The facts under `evaluation`, if there are any.
pub(super) fn evaluation(version: &Version, tier: &str, pack: &Pack, now: Time) -> Option<Value> {
    if version.suites.is_empty() {
        return None;
    }
    let (mut suites, mut metrics) = (Map::new(), Map::new());
    let (mut measured, mut computed) = (Map::new(), Map::new());
    // A figure may stand in several evaluations; the newest that has it counts, whatever its provenance.
    let mut records: Vec<(&String, &SuiteRecord)> = version.suites.iter().collect();
    records.sort_by_key(|(_, record)| (record.recorded.at, record.evaluation.id));
    for (name, record) in records {
        suites.insert(name.clone(), suite(name, record, tier, pack, now));
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

fn suite(name: &str, record: &SuiteRecord, tier: &str, pack: &Pack, now: Time) -> Value {
    let evaluation = &record.evaluation;
    let set = pack.thresholds();
    let applies = |threshold: &&Threshold| threshold.suite == name && threshold.is_for(tier);
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
    json!({
        "status": status,
        "stale": too_old || other_groups,
        "provenance": evaluation.provenance.name(),
        "attempts": record.attempts,
        "rows": evaluation.rows,
        "dataset": evaluation.dataset.to_string(),
        "minGroupSize": evaluation.min_group_size,
        "evaluatedBy": record.recorded.by.to_string(),
        "ageDays": age_days(record.recorded.at, now),
        "failed": failed,
        "thresholds": judged,
    })
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
