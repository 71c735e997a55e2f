//! Policies in the JSON form of other registries, as documents of a pack.
//!
//! The form has no category, no enforcement and no version of a policy, and no ids of rules. What it says is carried over, its
//! conditions word for word; what it does not say is filled in by fixed rules, so that the same file always gives the same
//! document. The version is made of the text: a policy with another text has to have another version.

use assent_cel::{Program, Type};
use serde::Deserialize;

use super::check::is_id;
use super::{Category, Enforcement, ExceptionRules, Policy, PolicyScope, Rule, Severity};
use crate::ids::Digest;
use crate::{Code, Refusal, facts};

/// The most rules of one policy.
const MAX_RULES: usize = 200;

/// A policy as it is written elsewhere.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Foreign {
    policy_id: String,
    name: String,
    description: Option<String>,
    severity: Severity,
    #[serde(default)]
    scope: ForeignScope,
    rules: Vec<ForeignRule>,
    exceptions: Option<ExceptionRules>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ForeignScope {
    risk_tiers: Option<Vec<String>>,
    environments: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ForeignRule {
    condition: String,
    message: String,
}

/// The policy that the text says. Without a category it is SECURITY where the id says so, and COMPLIANCE otherwise.
pub fn imported_policy(text: &str, category: Option<Category>) -> Result<Policy, Refusal> {
    let foreign: Foreign =
        serde_json::from_str(text).map_err(|error| wrong(format!("the policy cannot be read: {error}")))?;
    if !is_id(&foreign.policy_id) {
        let message = format!("`{}` cannot be the id of a policy", foreign.policy_id);
        return Err(wrong(message).at("/policyId"));
    }
    if foreign.rules.is_empty() || foreign.rules.len() > MAX_RULES {
        let message = format!("a policy has 1 to {MAX_RULES} rules, not {}", foreign.rules.len());
        return Err(wrong(message).at("/rules"));
    }
    for (name, list) in
        [("riskTiers", &foreign.scope.risk_tiers), ("environments", &foreign.scope.environments)]
    {
        if list.as_ref().is_some_and(Vec::is_empty) {
            let message = format!("`{name}` names none; leave it out where the policy applies to all");
            return Err(wrong(message).at(format!("/scope/{name}")));
        }
    }
    for (i, rule) in foreign.rules.iter().enumerate() {
        compiles(&rule.condition).map_err(|message| wrong(message).at(format!("/rules/{i}/condition")))?;
    }
    let mut policy = document(foreign, category);
    let text = serde_json::to_vec(&policy).map_err(|error| wrong(error.to_string()))?;
    policy.version = format!("imported-{}", Digest::of(&text).to_string().get(..12).unwrap_or_default());
    Ok(policy)
}

fn wrong(message: impl Into<String>) -> Refusal {
    Refusal::new(Code::PackInvalid, message)
}

/// Says where a condition is wrong, and what was meant instead.
fn compiles(condition: &str) -> Result<(), String> {
    let Err(diagnostics) = Program::compile(facts::env(), condition, Some(&Type::Bool)) else {
        return Ok(());
    };
    let said = diagnostics.iter().map(|it| {
        let hint = it.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
        format!("line {}, column {}: {}{hint}", it.line, it.column, it.message)
    });
    Err(format!("the condition `{condition}` does not compile: {}", said.collect::<Vec<_>>().join("; ")))
}

fn document(foreign: Foreign, category: Option<Category>) -> Policy {
    let by_id = if foreign.policy_id.to_lowercase().contains("security") {
        Category::Security
    } else {
        Category::Compliance
    };
    let rule = |(i, rule): (usize, ForeignRule)| Rule {
        id: format!("rule-{}", i + 1),
        condition: rule.condition,
        when: None,
        message: rule.message,
        remediation: None,
        evidence: Vec::new(),
    };
    let stages = |environments: Vec<String>| environments.iter().map(|name| name.to_uppercase()).collect();
    Policy {
        id: foreign.policy_id,
        name: foreign.name,
        description: foreign.description,
        version: String::new(),
        category: category.unwrap_or(by_id),
        severity: foreign.severity,
        enforcement: Enforcement::Blocking,
        scope: PolicyScope {
            tiers: foreign.scope.risk_tiers,
            stages: foreign.scope.environments.map(stages),
            tags: None,
            kinds: None,
        },
        rules: foreign.rules.into_iter().enumerate().map(rule).collect(),
        required_roles: Vec::new(),
        controls: Vec::new(),
        exceptions: foreign.exceptions,
        effective_from: None,
        expires_at: None,
        owner: None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn scan() -> Value {
        json!({
            "policyId": "security-scan-required",
            "name": "Vulnerability scan",
            "description": "Files are scanned.",
            "severity": "HIGH",
            "scope": {"riskTiers": ["MEDIUM", "HIGH"], "environments": ["staging", "production"]},
            "rules": [{"condition": "artifact.securityScan.status == 'PASSED'",
                       "message": "Security scan must pass before deployment"}],
            "exceptions": {"allowExceptions": true, "requireApproval": true, "maxDuration": "7d"},
        })
    }

    fn import(value: &Value) -> Result<Policy, Refusal> {
        imported_policy(&value.to_string(), None)
    }

    #[test]
    fn everything_that_is_said_is_carried_over() {
        let policy = import(&scan()).unwrap();
        let expected = json!({
            "id": "security-scan-required",
            "name": "Vulnerability scan",
            "description": "Files are scanned.",
            "version": policy.version,
            "category": "SECURITY",
            "severity": "HIGH",
            "enforcement": "BLOCKING",
            "scope": {"tiers": ["MEDIUM", "HIGH"], "stages": ["STAGING", "PRODUCTION"]},
            "rules": [{"id": "rule-1", "condition": "artifact.securityScan.status == 'PASSED'",
                       "message": "Security scan must pass before deployment"}],
            "exceptions": {"allowExceptions": true, "requireApproval": true, "maxDuration": "7d"},
        });
        assert_eq!(serde_json::to_value(policy).unwrap(), expected);
    }

    #[test]
    fn another_text_is_another_version() {
        let version = import(&scan()).unwrap().version;
        assert_eq!((version.len(), import(&scan()).unwrap().version), (21, version.clone()));
        let mut other = scan();
        other["rules"][0]["message"] = json!("Scan it");
        assert_ne!(import(&other).unwrap().version, version);
        let quality = imported_policy(&scan().to_string(), Some(Category::Quality)).unwrap();
        assert_ne!(quality.version, version);
    }

    #[test]
    fn the_category_is_what_is_asked_for_or_what_the_id_says() {
        let named = |id: &str, category| {
            let mut policy = scan();
            policy["policyId"] = json!(id);
            imported_policy(&policy.to_string(), category).unwrap().category
        };
        assert_eq!(named("Security-2", None), Category::Security);
        assert_eq!(named("data-retention", None), Category::Compliance);
        assert_eq!(named("security-scan", Some(Category::Quality)), Category::Quality);
    }

    #[test]
    fn what_is_not_said_restricts_nothing() {
        let least = json!({"policyId": "p", "name": "P", "severity": "LOW",
            "rules": [{"condition": "true", "message": "m"}, {"condition": "version.number > 0", "message": "n"}]});
        let policy = import(&least).unwrap();
        assert_eq!((policy.scope.tiers, policy.scope.stages, policy.exceptions), (None, None, None));
        let ids: Vec<&str> = policy.rules.iter().map(|rule| rule.id.as_str()).collect();
        assert_eq!(ids, ["rule-1", "rule-2"]);
    }

    #[test]
    fn mistakes_are_named() {
        type Change = fn(&mut Value);
        let cases: [(Change, Option<&str>, &str); 10] = [
            (|policy| policy["owner"] = json!("me"), None, "unknown field `owner`"),
            (|policy| policy["scope"]["regions"] = json!([]), None, "unknown field `regions`"),
            (|policy| policy["rules"][0]["id"] = json!("r"), None, "unknown field `id`"),
            (|policy| policy["exceptions"]["for"] = json!(1), None, "unknown field `for`"),
            (
                |policy| drop(policy.as_object_mut().unwrap().remove("severity")),
                None,
                "missing field `severity`",
            ),
            (|policy| policy["severity"] = json!("SEVERE"), None, "unknown variant `SEVERE`"),
            (|policy| policy["policyId"] = json!("a b"), Some("/policyId"), "`a b` cannot be the id"),
            (|policy| policy["rules"] = json!([]), Some("/rules"), "1 to 200 rules, not 0"),
            (|policy| policy["scope"]["environments"] = json!([]), Some("/scope/environments"), "names none"),
            (
                |policy| policy["rules"][0]["condition"] = json!("artifact.securityScan.state == 'PASSED'"),
                Some("/rules/0/condition"),
                "line 1, column ",
            ),
        ];
        for (change, place, message) in cases {
            let mut policy = scan();
            change(&mut policy);
            let refusal = import(&policy).unwrap_err();
            assert_eq!((refusal.code, refusal.pointer.as_deref()), (Code::PackInvalid, place), "{refusal:?}");
            assert!(refusal.message.contains(message), "{refusal:?}");
        }
        assert!(imported_policy("[", None).unwrap_err().message.contains("cannot be read"));
        let deep = "[".repeat(100_000);
        assert!(imported_policy(&deep, None).is_err());
    }
}
