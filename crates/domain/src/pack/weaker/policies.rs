//! Policies.

use super::{keeps, no_longer, reaches, same};
use crate::pack::{Enforcement, ExceptionRules, Pack, Policy, PolicyScope, Rule};

pub(super) fn policies(before: &Pack, after: &Pack, reasons: &mut Vec<String>) {
    for old in all(before) {
        match all(after).find(|new| new.id == old.id) {
            None => reasons.push(format!("policy `{}` removed", old.id)),
            Some(new) => policy(old, new, reasons),
        }
    }
    for new in all(after) {
        first_to_judge(before, new, reasons);
    }
}

fn all(pack: &Pack) -> impl Iterator<Item = &Policy> {
    pack.policies.iter().map(|compiled| &compiled.policy)
}

fn policy(old: &Policy, new: &Policy, reasons: &mut Vec<String>) {
    let id = &old.id;
    if old.enforcement == Enforcement::Blocking && new.enforcement == Enforcement::Advisory {
        reasons.push(format!("policy `{id}`: enforcement BLOCKING → ADVISORY"));
    }
    if new.severity < old.severity {
        let (old, new) = (old.severity.name(), new.severity.name());
        reasons.push(format!("policy `{id}`: severity {old} → {new}"));
    }
    same(format_args!("category of policy `{id}`"), &old.category, &new.category, reasons);
    if !covers(&old.scope, &new.scope) {
        reasons.push(format!("policy `{id}` applies to less than before"));
    }
    for rule in &old.rules {
        match new.rules.iter().find(|other| other.id == rule.id) {
            None => reasons.push(format!("rule `{}` of policy `{id}` removed", rule.id)),
            Some(other) => conditions(id, rule, other, reasons),
        }
    }
    keeps(format_args!("policy `{id}`: required role"), &old.required_roles, &new.required_roles, reasons);
    keeps(format_args!("policy `{id}`: control"), &old.controls, &new.controls, reasons);
    exceptions(id, old.exceptions.as_ref(), new.exceptions.as_ref(), reasons);
    if new.effective_from.is_some_and(|from| old.effective_from.is_none_or(|before| from > before)) {
        reasons.push(format!("policy `{id}` begins to apply later"));
    }
    if new.expires_at.is_some_and(|end| old.expires_at.is_none_or(|before| end < before)) {
        reasons.push(format!("policy `{id}` ends earlier"));
    }
}

fn conditions(policy: &str, old: &Rule, new: &Rule, reasons: &mut Vec<String>) {
    let rule = &old.id;
    same(
        format_args!("condition of rule `{rule}` of policy `{policy}`"),
        &old.condition,
        &new.condition,
        reasons,
    );
    // A rule whose place cannot be judged fails, and would not if it applied everywhere.
    same(format_args!("where rule `{rule}` of policy `{policy}` applies"), &old.when, &new.when, reasons);
}

/// Without a word on it a policy cannot be waived.
fn exceptions(
    id: &str,
    old: Option<&ExceptionRules>,
    new: Option<&ExceptionRules>,
    reasons: &mut Vec<String>,
) {
    let Some(new) = new.filter(|new| new.allow_exceptions) else { return };
    let Some(old) = old.filter(|old| old.allow_exceptions) else {
        reasons.push(format!("policy `{id}` can be waived"));
        return;
    };
    if old.require_approval && !new.require_approval {
        reasons.push(format!("policy `{id}` can be waived without an approval"));
    }
    no_longer(
        format_args!("policy `{id}`: time for which it is waived"),
        old.max_duration,
        new.max_duration,
        reasons,
    );
}

/// Whether the second scope reaches at least as far as the first.
fn covers(before: &PolicyScope, after: &PolicyScope) -> bool {
    reaches(before.tiers.as_ref(), after.tiers.as_ref())
        && reaches(before.stages.as_ref(), after.stages.as_ref())
        && reaches(before.tags.as_ref(), after.tags.as_ref())
        && reaches(before.kinds.as_ref(), after.kinds.as_ref())
}

/// A gate with nothing to judge is shut, so that the first blocking policy opens what it lets pass. It is not the first where
/// one that has rules for every version blocked already, or where it blocked the same versions itself.
fn first_to_judge(before: &Pack, new: &Policy, reasons: &mut Vec<String>) {
    if new.enforcement != Enforcement::Blocking {
        return;
    }
    let judged = |old: &Policy| {
        let always = old.rules.iter().any(|rule| rule.when.is_none()) || !old.required_roles.is_empty();
        let itself = old.id == new.id && applies_where_it_did(old, new);
        old.enforcement == Enforcement::Blocking
            && covers(&new.scope, &old.scope)
            && lasts_as_long(old, new)
            && (always || itself)
    };
    if !all(before).any(judged) {
        let id = &new.id;
        reasons.push(format!(
            "policy `{id}` is the first that blocks somewhere, and opens there what it lets pass: a gate with nothing to judge is shut"
        ));
    }
}

/// Whether the old text applied whenever the new one does.
fn lasts_as_long(old: &Policy, new: &Policy) -> bool {
    let begins = old.effective_from.is_none() || new.effective_from >= old.effective_from;
    let ends = old.expires_at.is_none() || new.expires_at.is_some_and(|end| Some(end) <= old.expires_at);
    begins && ends
}

/// Whether every rule of the new text has the place of one of the old.
fn applies_where_it_did(old: &Policy, new: &Policy) -> bool {
    let known = |rule: &Rule| old.rules.iter().any(|other| other.when == rule.when);
    new.rules.iter().all(known) && new.required_roles.is_empty()
}
