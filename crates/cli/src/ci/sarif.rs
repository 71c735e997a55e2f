//! An answer as SARIF 2.1.0: a rule for everything that was judged, a result for everything that is not as it should be.
//!
//! What stands against the answer has the level `error`, advice `warning` or `note`. What somebody answers for is a `note` with
//! an accepted suppression. What holds is no result: most viewers show every result as a finding.

use std::collections::BTreeSet;

use assent_domain::ids::Digest;
use assent_scan::artifact::{SARIF_SCHEMA, uri};
use serde_json::{Map, Value, json};

use super::{Answered, Asked, Line, Standing};
use crate::output::harmless_json;

/// Writes an answer.
pub(crate) fn write(answered: &Answered) -> Value {
    let asked = &answered.asked;
    let rules: Vec<Value> = answered.lines.iter().map(rule).collect();
    let results: Vec<Value> =
        answered.lines.iter().enumerate().filter_map(|(at, line)| result(answered, at, line)).collect();
    let [pack, revision, digest] = &asked.pack;
    json!({
        "$schema": SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "Assent",
                "fullName": format!("assent {}", asked.command),
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "automationDetails": {"id": category(asked)},
            "invocations": [{
                "executionSuccessful": true,
                "exitCode": i32::from(!answered.passed),
                "endTimeUtc": asked.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            }],
            "results": results,
            "properties": {
                "verdict": answered.verdict,
                "model": asked.model,
                "version": asked.number,
                "versionId": asked.version,
                "tier": asked.tier,
                "stage": asked.stage,
                "environment": asked.environment,
                "strategy": asked.strategy,
                "replicas": asked.replicas,
                "strict": asked.strict,
                "compliance": answered.compliance,
                "score": answered.score,
                "evidence": answered.evidence,
                "pack": pack,
                "packRevision": revision,
                "packDigest": digest,
                "used": answered.used,
            },
        }],
    })
}

/// Writes an answer as text in which no build server finds a command.
pub(crate) fn text(answered: &Answered) -> String {
    harmless_json(&format!("{:#}\n", write(answered)))
}

/// One category for each question about a version: reports of several do not replace each other.
fn category(asked: &Asked) -> String {
    let segment = |text: &str| text.replace('%', "%25").replace('/', "%2F");
    let mut id = format!("assent/{}/{}/", asked.command, segment(&asked.name()));
    if asked.stage.is_none() {
        id.push_str("-/");
    }
    asked.parts().for_each(|part| id.extend([&segment(&part), "/"]));
    id
}

fn rule(line: &Line) -> Value {
    let help = line.remedy.as_deref().unwrap_or("bring the facts that the rule asks for");
    let tags: BTreeSet<&String> = line.category.iter().chain(&line.controls).collect();
    json!({
        "id": line.id(),
        "name": line.title,
        "shortDescription": {"text": message(&line.demand)},
        "fullDescription": {"text": message(&format!("{}: {}", line.title, line.demand))},
        "help": {"text": message(help)},
        "defaultConfiguration": {"level": if line.advisory { advice(line) } else { "error" }},
        "properties": {
            "policyVersion": line.group_version,
            "severity": line.severity,
            "enforcement": if line.advisory { "ADVISORY" } else { "BLOCKING" },
            "tags": tags,
        },
    })
}

fn result(answered: &Answered, rule_at: usize, line: &Line) -> Option<Value> {
    let level = match line.standing() {
        Standing::Against => "error",
        Standing::Advice => advice(line),
        Standing::Excused => "note",
        Standing::Holds | Standing::NotApplicable => return None,
    };
    let what_to_do = line.remedy.as_ref().map(|remedy| format!("\nWhat to do: {remedy}")).unwrap_or_default();
    let mut result = Map::from_iter([
        ("ruleId".to_owned(), json!(line.id())),
        ("ruleIndex".to_owned(), json!(rule_at)),
        ("kind".to_owned(), json!("fail")),
        ("level".to_owned(), json!(level)),
        ("message".to_owned(), json!({"text": message(&(line.told() + &what_to_do))})),
        ("locations".to_owned(), json!([location(answered)])),
        ("partialFingerprints".to_owned(), json!({"assentFinding/v1": fingerprint(answered, line)})),
        ("properties".to_owned(), json!({"status": line.outcome.name(), "facts": line.facts})),
    ]);
    if line.standing() == Standing::Excused {
        let why = match &line.exception {
            Some(exception) => format!("the exception {exception}"),
            None => "an emergency".to_owned(),
        };
        let suppressions = json!([{"kind": "external", "status": "accepted", "justification": why}]);
        result.insert("suppressions".to_owned(), suppressions);
    }
    Some(Value::Object(result))
}

fn advice(line: &Line) -> &'static str {
    if line.severity.as_deref() == Some("LOW") { "note" } else { "warning" }
}

/// The version; and the file that stands for it, where one was named.
fn location(answered: &Answered) -> Value {
    let asked = &answered.asked;
    let logical = json!([{"name": asked.number, "fullyQualifiedName": asked.name(), "kind": "resource"}]);
    match &asked.location {
        None => json!({"logicalLocations": logical}),
        Some(path) => json!({
            "logicalLocations": logical,
            "physicalLocation": {
                "artifactLocation": {"uri": uri(path), "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 1},
            },
        }),
    }
}

/// What is the same as long as the finding is: the version, where it is to go, and what was judged. No word of the message and
/// no fact is in it.
fn fingerprint(answered: &Answered, line: &Line) -> String {
    let asked = &answered.asked;
    let stage = asked.stage.as_deref().unwrap_or_default();
    let mut parts = vec![json!(asked.version), json!(stage), json!(line.group), json!(line.name)];
    let details = asked.details();
    if !details.is_empty() {
        parts.push(json!(details));
    }
    Digest::of(Value::Array(parts).to_string().as_bytes()).to_string()
}

/// A text as a message: braces are doubled, or they would be places for arguments, and nothing becomes a link.
fn message(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}").replace("](", "] (")
}
