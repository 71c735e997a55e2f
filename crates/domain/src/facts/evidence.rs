//! Evidence: the part of the facts that a review binds to.

use assent_cel::{FactPath, Program, Segment};
use assent_log::canonical;
use serde_json::Value;

use crate::ids::Digest;
use crate::policy::Finding;

/// Top-level facts that approvals, exceptions, monitoring, the clock and other versions change by themselves. The champion
/// is one of them: a version that takes its place must not lose its approvals by that.
const VOLATILE_ROOTS: [&str; 5] = ["now", "approvals", "exceptions", "monitoring", "champion"];
/// Members, at any depth, that the clock or the position of the version changes by itself.
const VOLATILE_MEMBERS: [&str; 3] = ["ageDays", "stale", "stage"];

/// Whether a condition reads nothing volatile: then its finding is evidence.
pub fn reads_evidence_only(program: &Program) -> bool {
    program.paths().iter().all(|path| {
        let root = root(path);
        let mut members = path.segments().iter().skip(1);
        !VOLATILE_ROOTS.contains(&root)
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
pub fn evidence_digest(facts: &Value, findings: &[Finding]) -> Digest {
    let evidence = findings.iter().filter(|finding| finding.is_evidence);
    let findings: Vec<Value> = evidence
        .map(|finding| {
            serde_json::json!([finding.policy, finding.policy_version, finding.rule, finding.status.name()])
        })
        .collect();
    let mut facts = stable(facts, 0);
    if let Some(facts) = facts.as_object_mut() {
        facts.retain(|key, _| !VOLATILE_ROOTS.contains(&key.as_str()));
    }
    let evidence = serde_json::json!({"facts": facts, "findings": findings});
    // Numbers became strings and the depth is that of the facts: the canonical writer has no reason to refuse, and if it
    // did, the plain form would serve as well for comparing.
    let bytes = canonical::to_vec(&evidence).unwrap_or_else(|_| evidence.to_string().into_bytes());
    Digest::of(&bytes)
}

/// The facts without volatile members, and with decimals as strings.
fn stable(value: &Value, depth: usize) -> Value {
    match value {
        Value::Object(members) => {
            let kept =
                members.iter().filter(|(key, _)| depth == 0 || !VOLATILE_MEMBERS.contains(&key.as_str()));
            let kept = kept.map(|(key, value)| {
                // The stage that a version is to reach is no position.
                let value =
                    if depth == 0 && key == "target" { value.clone() } else { stable(value, depth + 1) };
                (ascii(key), value)
            });
            Value::Object(kept.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| stable(item, depth + 1)).collect()),
        Value::Number(number) if number.is_f64() => Value::String(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// Keys of tags, parameters and metrics may be in any script; canonical JSON wants ASCII.
fn ascii(key: &str) -> String {
    if key.is_ascii() { key.to_owned() } else { key.escape_unicode().to_string() }
}
