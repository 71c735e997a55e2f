//! Scans as SARIF 2.1.0, for tools that show findings beside code.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Code, Scan};
use crate::Severity;

/// Where the JSON Schema of the format is published.
pub const SARIF_SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The scans as one run.
pub fn sarif(scans: &[Scan]) -> Value {
    let codes: BTreeSet<Code> =
        scans.iter().flat_map(|scan| &scan.findings).map(|finding| finding.code).collect();
    let rules: Vec<Value> = codes.iter().map(|code| rule(*code)).collect();
    let results: Vec<Value> = scans.iter().flat_map(results).collect();
    json!({
        "$schema": SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "assent scan",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "artifacts": scans.iter().map(artifact).collect::<Vec<_>>(),
            "results": results,
        }],
    })
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.as_str(),
        "help": {"text": code.remedy()},
        "defaultConfiguration": {"level": level(code.severity())},
        "properties": {"security-severity": score(code.severity())},
    })
}

fn artifact(scan: &Scan) -> Value {
    json!({"location": {"uri": uri(&scan.name)}, "properties": {
        "format": scan.format, "verdict": scan.verdict, "complete": scan.complete,
    }})
}

fn results(scan: &Scan) -> impl Iterator<Item = Value> {
    scan.findings.iter().map(|finding| {
        let mut location = json!({"artifactLocation": {"uri": uri(&scan.name)}});
        if let (Some(offset), true, Some(object)) =
            (finding.offset, finding.path == scan.name, location.as_object_mut())
        {
            object.insert("region".to_owned(), json!({"byteOffset": offset, "byteLength": 0}));
        }
        json!({
            "ruleId": finding.code.as_str(),
            "level": level(finding.severity),
            "message": {"text": finding.message},
            "locations": [{
                "physicalLocation": location,
                "logicalLocations": [{"fullyQualifiedName": finding.path}],
            }],
            "properties": {"security-severity": score(finding.severity), "severity": finding.severity},
        })
    })
}

/// A name as a relative reference: what has a meaning in one is written as a percentage code.
pub fn uri(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            other => drop(write!(out, "%{other:02X}")),
        }
    }
    out
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium | Severity::Unrated => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// The score by which viewers sort: the middle of the range that they give to the word.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium | Severity::Unrated => "5.5",
        Severity::Low => "2.0",
        Severity::Info => "0.0",
    }
}
