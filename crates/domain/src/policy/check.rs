//! Rules on facts.

use assent_cel::{EvalError, Explanation, Program};
use serde_json::Value as Json;

use super::{Finding, FindingStatus, ReadFact};
use crate::Time;
use crate::facts;
use crate::pack::{CompiledPolicy, CompiledRule, Pack, Policy};
use crate::registry::{Model, Version};

/// The findings of every policy of the pack that applies to the version on its way to `stage`, ordered by policy and rule.
pub fn check(
    pack: &Pack,
    model: &Model,
    version: &Version,
    stage: &str,
    facts: &Json,
    now: Time,
) -> Vec<Finding> {
    let policies =
        pack.policies().iter().filter(|compiled| applies(&compiled.policy, model, version, stage, now));
    policies.flat_map(|compiled| findings(compiled, facts)).collect()
}

/// Whether a policy applies to a version on its way to, or in, a stage.
pub fn applies(policy: &Policy, model: &Model, version: &Version, stage: &str, now: Time) -> bool {
    let stages = policy.scope.stages.as_ref();
    concerns(policy, model, Some(version), now)
        && stages.is_none_or(|stages| stages.iter().any(|s| s == stage))
}

/// Whether a policy applies to a model, or to that version of it, on its way to some stage.
pub fn concerns(policy: &Policy, model: &Model, version: Option<&Version>, now: Time) -> bool {
    let scope = &policy.scope;
    let kinds = scope.kinds.as_ref().zip(version);
    policy.effective_from.is_none_or(|from| from <= now)
        && policy.expires_at.is_none_or(|end| now < end)
        && scope.tiers.as_ref().is_none_or(|tiers| tiers.contains(&model.tier))
        && kinds.is_none_or(|(kinds, version)| kinds.contains(&version.kind))
        && scope.tags.as_ref().is_none_or(|tags| tags.iter().any(|tag| model.has_tag(tag)))
}

fn findings(compiled: &CompiledPolicy, facts: &Json) -> Vec<Finding> {
    let policy = &compiled.policy;
    let mut findings: Vec<Finding> = compiled.rules.iter().map(|rule| finding(policy, rule, facts)).collect();
    findings.extend(policy.required_roles.iter().map(|role| required_role(policy, role, facts)));
    findings
}

fn finding(policy: &Policy, compiled: &CompiledRule, facts: &Json) -> Finding {
    let rule = &compiled.rule;
    let mut finding = blank(policy, rule.id.clone(), rule.message.clone(), rule.condition.clone());
    finding.remediation.clone_from(&rule.remediation);
    finding.is_evidence = compiled.is_evidence;
    let programs = [Some(&compiled.condition), compiled.when.as_ref()];
    finding.needs_approvals = programs.into_iter().flatten().any(facts::reads_approvals);
    if let Some(when) = &compiled.when {
        let (applies, explanation) = run(when, facts);
        match applies {
            Ok(true) => {}
            Ok(false) => {
                finding.status = FindingStatus::NotApplicable;
                finding.detail = rule.when.as_ref().map(|when| format!("applies only where `{when}`"));
                finding.facts = explanation;
                return finding;
            }
            Err((status, detail)) => {
                return Finding { status, detail: Some(detail), facts: explanation, ..finding };
            }
        }
    }
    let (verdict, read) = run(&compiled.condition, facts);
    finding.facts = read;
    match verdict {
        Ok(true) => finding.status = FindingStatus::Passed,
        Ok(false) => finding.status = FindingStatus::Failed,
        Err((status, detail)) => {
            finding.status = status;
            finding.detail = Some(detail);
        }
    }
    finding
}

/// How much of one fact a finding carries, in bytes of JSON.
const MAX_FACT_BYTES: usize = 8 * 1024;

type Verdict = Result<bool, (FindingStatus, String)>;

fn run(program: &Program, facts: &Json) -> (Verdict, Vec<ReadFact>) {
    let Explanation { result, reads, .. } = program.explain(facts, &facts::budget());
    let reads = reads
        .into_iter()
        .map(|read| ReadFact { path: read.path.to_string(), value: read.excerpt(MAX_FACT_BYTES) })
        .collect();
    let verdict = match result.map(|value| value.as_bool()) {
        Ok(Some(holds)) => Ok(holds),
        Ok(None) => Err((FindingStatus::Error, "the condition did not give a bool".to_owned())),
        Err(EvalError::MissingFact { path, .. }) => {
            Err((FindingStatus::Failed, format!("missing fact: {path}")))
        }
        Err(error) => Err((FindingStatus::Error, error.to_string())),
    };
    (verdict, reads)
}

fn required_role(policy: &Policy, role: &str, facts: &Json) -> Finding {
    let approved = facts.pointer("/approvals/roles").and_then(Json::as_array);
    let holds = approved.is_some_and(|roles| roles.iter().any(|held| held == role));
    let message = format!("an approval in the role {role}");
    let mut finding = blank(policy, format!("role:{role}"), message, format!("approvedBy('{role}')"));
    finding.status = if holds { FindingStatus::Passed } else { FindingStatus::Failed };
    finding.facts = vec![ReadFact {
        path: "approvals.roles".to_owned(),
        value: facts.pointer("/approvals/roles").cloned(),
    }];
    finding.needs_approvals = true;
    finding
}

fn blank(policy: &Policy, rule: String, message: String, condition: String) -> Finding {
    Finding {
        policy: policy.id.clone(),
        policy_version: policy.version.clone(),
        policy_name: policy.name.clone(),
        rule,
        status: FindingStatus::Error,
        category: policy.category,
        severity: policy.severity,
        enforcement: policy.enforcement,
        message,
        detail: None,
        condition,
        exception: None,
        facts: Vec::new(),
        remediation: None,
        controls: policy.controls.clone(),
        is_evidence: false,
        needs_approvals: false,
    }
}
