//! Evidence: the part of the facts that a review binds to.

use std::borrow::Cow;

use assent_cel::{FactPath, Program, Segment};
use assent_log::canonical;
use serde_json::{Map, Value};

use crate::ids::Digest;
use crate::policy::Finding;

/// Top-level facts that approvals, exceptions, changes, monitoring, the clock and other versions change by themselves. The
/// champion is one of them: a version that takes its place must not lose its approvals by that. So is the risk: an
/// assessment is approved by others, acceptances end by the clock, and a deployment is scored by the champion and by
/// evidence that counts by itself. How long records are kept says nothing of a version. When a model was reviewed in service says
/// nothing of a version on its way there.
const VOLATILE_ROOTS: [&str; 9] =
    ["now", "approvals", "exceptions", "monitoring", "champion", "risk", "change", "review", "retention"];
/// Members, at any depth, that the clock, the position of the version, or a scan that found the same again change by
/// themselves.
const VOLATILE_MEMBERS: [&str; 4] = ["ageDays", "stale", "stage", "scannedAt"];
/// What follows from other members and the links of accounts: who evaluated and who registered is evidence already, and the
/// finding of a rule that reads it.
const DERIVED: &str = "independent";
/// How deep the members of a suite are: below `evaluation`, `suites` and its name.
const SUITE_DEPTH: usize = 3;
/// The same for what is known of the model: who answers for it today is no evidence about a version.
const VOLATILE_OF_MODEL: [&str; 5] = ["ageDays", "stale", "stage", "scannedAt", ACCOUNTABILITY];
const ACCOUNTABILITY: &str = "accountability";

/// Whether a condition reads nothing volatile: then its finding is evidence.
pub fn reads_evidence_only(program: &Program) -> bool {
    program.paths().iter().all(|path| {
        let root = root(path);
        let mut members = path.segments().iter().skip(1);
        !VOLATILE_ROOTS.contains(&root)
            && !leads_to_accountability(path)
            && (root == "target" || !members.any(|member| VOLATILE_MEMBERS.contains(&name(member))))
    })
}

/// Whether a condition reads approvals: it cannot be judged before the reviews.
pub fn reads_approvals(program: &Program) -> bool {
    program.paths().iter().any(|path| root(path) == "approvals")
}

/// Whether a condition reads the clock itself.
pub fn reads_now(program: &Program) -> bool {
    program.paths().iter().any(|path| root(path) == "now")
}

/// Whether a condition reads when the model was reviewed: then that is looked up.
pub fn reads_review(program: &Program) -> bool {
    program.paths().iter().any(|path| root(path) == "review")
}

/// Whether a condition reads who answers for the model: then that is looked up.
pub fn reads_accountability(program: &Program) -> bool {
    program.paths().iter().any(leads_to_accountability)
}

/// Whether a path leads to the accountability, or to all that is known of the model.
fn leads_to_accountability(path: &FactPath) -> bool {
    let second = path.segments().get(1).map(name);
    root(path) == "model" && second.is_none_or(|second| second.is_empty() || second == ACCOUNTABILITY)
}

fn root(path: &FactPath) -> &str {
    path.segments().first().map_or("", name)
}

fn name(segment: &Segment) -> &str {
    match segment {
        Segment::Field(name) => name,
        Segment::Index(_) | Segment::Any => "",
    }
}

/// The digest of the evidence: the facts without what is volatile, and the findings that read none of that. A review binds
/// to it: when it changes, the review no longer counts.
///
/// SHA-256 of canonical JSON `{"facts": …, "findings": [[policy, version, rule, status], …]}`, where decimals are strings and
/// keys beyond ASCII are escaped. It is written as it is hashed, without a copy of the facts.
pub fn evidence_digest(facts: &Value, findings: &[Finding]) -> Digest {
    let mut out = Vec::with_capacity(8 * 1024);
    out.extend_from_slice(b"{\"facts\":");
    match facts.as_object() {
        Some(members) => write_object(&mut out, members, &VOLATILE_ROOTS, 0),
        None => write(&mut out, facts, 0),
    }
    out.extend_from_slice(b",\"findings\":");
    let evidence = findings.iter().filter(|finding| finding.is_evidence);
    write_array(&mut out, evidence, |out, finding| {
        let parts = [&*finding.policy, &finding.policy_version, &finding.rule, finding.status.name()];
        write_array(out, parts, canonical::write_string);
    });
    out.push(b'}');
    Digest::of(&out)
}

fn write(out: &mut Vec<u8>, value: &Value, depth: usize) {
    match value {
        Value::Object(members) => write_object(out, members, &VOLATILE_MEMBERS, depth),
        Value::Array(items) => write_array(out, items, |out, item| write(out, item, depth + 1)),
        Value::String(text) => canonical::write_string(out, text),
        // An integer is written as it is; so is one beyond 2^53, which canonical JSON has no form for.
        Value::Number(number) if number.is_f64() => canonical::write_string(out, &number.to_string()),
        Value::Number(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Null => out.extend_from_slice(b"null"),
    }
}

/// The members but for the volatile ones, sorted.
fn write_object(out: &mut Vec<u8>, members: &Map<String, Value>, volatile: &[&str], depth: usize) {
    let is_derived = |key: &str| depth == SUITE_DEPTH && key == DERIVED;
    let kept = members.iter().filter(|(key, _)| !volatile.contains(&key.as_str()) && !is_derived(key));
    let mut kept: Vec<(Cow<'_, str>, &Value)> = kept.map(|(key, value)| (ascii(key), value)).collect();
    kept.sort_unstable_by(|one, other| one.0.cmp(&other.0));
    out.push(b'{');
    for (position, (key, value)) in kept.into_iter().enumerate() {
        if position > 0 {
            out.push(b',');
        }
        canonical::write_string(out, &key);
        out.push(b':');
        // The stage that a version is to reach is no position.
        match value.as_object().filter(|_| depth == 0) {
            Some(target) if key == "target" => write_object(out, target, &[], depth + 1),
            Some(model) if key == "model" => write_object(out, model, &VOLATILE_OF_MODEL, depth + 1),
            _ => write(out, value, depth + 1),
        }
    }
    out.push(b'}');
}

fn write_array<T>(out: &mut Vec<u8>, items: impl IntoIterator<Item = T>, write: impl Fn(&mut Vec<u8>, T)) {
    out.push(b'[');
    for (position, item) in items.into_iter().enumerate() {
        if position > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

/// Keys of tags, parameters and metrics may be in any script; canonical JSON wants ASCII.
fn ascii(key: &str) -> Cow<'_, str> {
    if key.is_ascii() { Cow::Borrowed(key) } else { Cow::Owned(key.escape_unicode().to_string()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_digest_is_that_of_the_canonical_form_without_what_is_volatile() {
        let facts = json!({
            "now": "2026-01-01T00:00:00Z",
            "approvals": {"roles": ["security"]},
            "model": {"tier": "HIGH", "tags": {"équipe": "\"a\"\n", "b": null, "A": true}},
            "version": {"number": 3, "stage": "DEV", "reportedMetrics": {"f1": 0.25, "loss": -1}},
            "evaluation": {"suites": {"bias": {"ageDays": 4, "stale": false, "rows": 10, "independent": true, "failed": [[], {}]}}},
            "target": {"stage": "PROD"},
        });
        let canonical = json!({
            "facts": {
                "evaluation": {"suites": {"bias": {"failed": [[], {}], "rows": 10}}},
                "model": {"tags": {"A": true, "\\u{e9}\\u{71}\\u{75}\\u{69}\\u{70}\\u{65}": "\"a\"\n", "b": null}, "tier": "HIGH"},
                "target": {"stage": "PROD"},
                "version": {"number": 3, "reportedMetrics": {"f1": "0.25", "loss": -1}},
            },
            "findings": [],
        });
        let bytes = canonical::to_vec(&canonical).unwrap();
        assert_eq!(evidence_digest(&facts, &[]), Digest::of(&bytes));
    }
}
