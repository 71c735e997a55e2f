//! What a `governance_config.yaml` says of regulations, documents and audits, as policies and tiers.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::import_config::{Audit, Compliance, of_base, refused};
use crate::problem::Problem;

/// Regulations by their name in the file, and the policy that stands for each.
const REGULATIONS: [(&str, Option<&str>); 5] = [
    ("gdpr_compliance", Some("regulation-gdpr")),
    ("ccpa_compliance", Some("regulation-ccpa")),
    ("ai_act_compliance", Some("regulation-eu-ai-act")),
    ("sox_compliance", None),
    ("hipaa_compliance", None),
];

/// Documents by their name in the file, and the rule that asks for each.
const DOCUMENTATION: [(&str, &str); 5] = [
    ("model_card_required", "model-card"),
    ("data_sheet_required", "data-sheet"),
    ("algorithm_explanation", "algorithm-explanation"),
    ("performance_benchmarks", "performance-benchmarks"),
    ("limitations_disclosure", "limitations"),
];

/// How often an audit takes place, and the period of reviews.
const AUDITS: [(&str, &str); 4] =
    [("monthly", "30d"), ("quarterly", "90d"), ("semiannual", "180d"), ("annual", "365d")];

/// When a policy that is switched off ended.
const PAST: &str = "2000-01-01T00:00:00Z";

/// The documents that differ from those of the pack.
pub(super) fn of(base: &[Value], compliance: &Compliance) -> Result<Vec<Value>, Problem> {
    let mut documents = regulations(base, &compliance.regulations)?;
    documents.extend(documentation(base, &compliance.documentation)?);
    documents.extend(audit(base, &compliance.audit)?);
    Ok(documents)
}

fn names<T>(table: &[(&str, T)]) -> String {
    table.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// The policies of those regulations that are switched off.
fn regulations(base: &[Value], said: &BTreeMap<String, bool>) -> Result<Vec<Value>, Problem> {
    let mut off = Vec::new();
    for (name, is_on) in said {
        let member = format!("compliance.regulations.{name}");
        let Some((_, policy)) = REGULATIONS.iter().find(|(known, _)| known == name) else {
            return Err(refused(&member, "is not known", format!("known are {}", names(&REGULATIONS))));
        };
        match (policy, is_on) {
            (None, true) => {
                let hint = "switch it off here, and write the policy that your house needs for it";
                return Err(refused(&member, "is on, and no policy stands for it", hint));
            }
            (Some(policy), false) => off.push(switched_off(of_base(base, "Policy", policy)?)),
            (Some(_), true) | (None, false) => {}
        }
    }
    Ok(off)
}

fn switched_off(mut policy: Value) -> Value {
    if let Some(policy) = policy.as_object_mut() {
        policy.insert("expiresAt".to_owned(), json!(PAST));
    }
    policy
}

/// The policy of documentation without the rules that the file switches off.
fn documentation(base: &[Value], said: &BTreeMap<String, bool>) -> Result<Option<Value>, Problem> {
    let mut dropped = Vec::new();
    for (name, is_on) in said {
        let known = DOCUMENTATION.iter().find(|(known, _)| known == name);
        let (_, rule) = known.ok_or_else(|| {
            let member = format!("compliance.documentation.{name}");
            refused(&member, "is not known", format!("known are {}", names(&DOCUMENTATION)))
        })?;
        if !is_on {
            dropped.push(*rule);
        }
    }
    if dropped.is_empty() {
        return Ok(None);
    }
    let mut policy = of_base(base, "Policy", "documentation")?;
    if dropped.len() == DOCUMENTATION.len() {
        return Ok(Some(switched_off(policy)));
    }
    if let Some(rules) = policy.get_mut("rules").and_then(Value::as_array_mut) {
        rules.retain(|rule| !rule.get("id").and_then(Value::as_str).is_some_and(|id| dropped.contains(&id)));
    }
    Ok(Some(policy))
}

fn audit(base: &[Value], audit: &Audit) -> Result<Vec<Value>, Problem> {
    if audit.log_all_changes == Some(false) {
        let hint = "every change is an entry of the log, and that cannot be switched off";
        return Err(refused("compliance.audit.log_all_changes", "is false", hint));
    }
    let mut documents = Vec::new();
    if audit.change_approval_required == Some(true) {
        documents.push(approved_change());
    }
    if let Some(word) = &audit.periodic_audits {
        let known = AUDITS.iter().find(|(known, _)| known == word);
        let (_, period) = known.ok_or_else(|| {
            let what = format!("is `{word}`");
            refused("compliance.audit.periodic_audits", what, format!("known are {}", names(&AUDITS)))
        })?;
        let tiers = base.iter().filter(|document| document.get("kind").is_some_and(|kind| kind == "Tier"));
        for mut tier in tiers.cloned() {
            if let Some(tier) = tier.as_object_mut() {
                tier.insert("reviewEvery".to_owned(), json!(period));
            }
            documents.push(tier);
        }
    }
    Ok(documents)
}

/// What takes the place of a version in service is a change that was approved.
fn approved_change() -> Value {
    json!({"kind": "Policy", "id": "approved-change", "name": "Approved change",
        "description": "What takes the place of a version in service is a change that its reviewers have signed.",
        "category": "OPERATIONAL", "severity": "HIGH", "enforcement": "BLOCKING",
        "scope": {"stages": ["PRODUCTION"]},
        "controls": ["iso_42001:A.6.2.5"],
        "rules": [{"id": "approved",
            "when": "has(champion.version) && champion.version.id != version.id",
            "condition": "change.approved",
            "message": "the change to this version is approved",
            "remediation": "ask for it with `assent change request`, and let its reviewers sign",
            "evidence": ["CHANGE"]}]})
}
