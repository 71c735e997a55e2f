//! Ways to stages.

use std::collections::BTreeSet;

use super::{keeps, no_longer, same};
use crate::pack::{AutoApprove, CompiledWorkflow, Pack, QuorumMode, StepKind};
use crate::workflow::Decision;

pub(super) fn workflows(before: &Pack, after: &Pack, reasons: &mut Vec<String>) {
    let find = |pack: &'_ Pack, id: &str| pack.workflows.iter().position(|way| way.workflow.id == id);
    for old in &before.workflows {
        let id = &old.workflow.id;
        match find(after, id).and_then(|place| after.workflows.get(place)) {
            None => reasons.push(format!("way `{id}` removed")),
            Some(new) => way(old, new, reasons),
        }
    }
    for new in after.workflows.iter().filter(|new| find(before, &new.workflow.id).is_none()) {
        reasons.push(format!("way `{}` added (it opens a stage)", new.workflow.id));
    }
}

fn way(old: &CompiledWorkflow, new: &CompiledWorkflow, reasons: &mut Vec<String>) {
    let id = &old.workflow.id;
    same(format_args!("stage that way `{id}` leads to"), &old.workflow.target, &new.workflow.target, reasons);
    same(format_args!("tiers of way `{id}`"), &old.workflow.tiers, &new.workflow.tiers, reasons);
    if old.workflow.on_rejected.is_some() {
        let (before, after) = (&old.workflow.on_rejected, &new.workflow.on_rejected);
        same(format_args!("where way `{id}` returns a version to"), before, after, reasons);
    }
    for stage in new.workflow.from.iter().filter(|stage| !old.workflow.from.contains(stage)) {
        reasons.push(format!("way `{id}` starts from `{stage}` too"));
    }
    for compiled in &old.steps {
        let step = &compiled.step;
        let what = format!("step `{}` of way `{id}`", step.id);
        let Some(other) = new.step(&step.id) else {
            reasons.push(format!("{what} removed"));
            continue;
        };
        let (waited, waits) = (waits_for(old, &step.id), waits_for(new, &step.id));
        for earlier in waited.iter().filter(|earlier| !waits.contains(*earlier)) {
            reasons.push(format!("{what} no longer waits for `{earlier}`"));
        }
        if other.step.when.is_some() {
            same(format_args!("where {what} applies"), &step.when, &other.step.when, reasons);
        }
        kind(&what, &step.kind, &other.step.kind, reasons);
    }
}

/// The steps that have to pass before a step, at whatever distance.
fn waits_for<'a>(way: &'a CompiledWorkflow, id: &str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let Some(start) = way.steps.iter().find(|compiled| compiled.step.id == id) else { return found };
    let mut left = vec![start];
    while let Some(compiled) = left.pop() {
        for earlier in compiled.after.iter().filter_map(|place| way.steps.get(*place)) {
            if found.insert(earlier.step.id.as_str()) {
                left.push(earlier);
            }
        }
    }
    found
}

/// What a review asks for.
struct Review<'a> {
    roles: &'a [String],
    mode: QuorumMode,
    people: u32,
    decisions: &'a [Decision],
    sla_business_days: Option<u32>,
    escalation: &'a [String],
    auto_approve: Option<&'a AutoApprove>,
}

fn kind(what: &str, old: &StepKind, new: &StepKind, reasons: &mut Vec<String>) {
    let mut lasts =
        |before, after| no_longer(format_args!("{what}: life of an approval"), before, after, reasons);
    match (old, new) {
        (StepKind::Attestation { expires_after: before }, StepKind::Attestation { expires_after: after }) => {
            lasts(*before, *after);
        }
        (StepKind::Review { expires_after: before, .. }, StepKind::Review { expires_after: after, .. }) => {
            lasts(*before, *after);
            if let (Some(old), Some(new)) = (review(old), review(new)) {
                compare(what, &old, &new, reasons);
            }
        }
        _ => same(what, old, new, reasons),
    }
}

fn review(kind: &StepKind) -> Option<Review<'_>> {
    let StepKind::Review {
        roles, mode, people, decisions, sla_business_days, escalation, auto_approve, ..
    } = kind
    else {
        return None;
    };
    let (mode, people, sla_business_days) = (*mode, *people, *sla_business_days);
    let auto_approve = auto_approve.as_ref();
    Some(Review { roles, mode, people, decisions, sla_business_days, escalation, auto_approve })
}

fn compare(what: &str, old: &Review<'_>, new: &Review<'_>, reasons: &mut Vec<String>) {
    same(format_args!("{what}: how many roles"), &old.mode, &new.mode, reasons);
    if new.people < old.people {
        reasons.push(format!("{what}: required number of people {} → {}", old.people, new.people));
    }
    match old.mode {
        QuorumMode::AllRoles => keeps(format_args!("{what}: role"), old.roles, new.roles, reasons),
        QuorumMode::AnyRoles => {
            for role in new.roles.iter().filter(|role| !old.roles.contains(role)) {
                reasons.push(format!("{what}: role `{role}` may decide too"));
            }
            // Several people decide in several roles, as far as there are that many.
            if old.people > 1 {
                keeps(format_args!("{what}: role"), old.roles, new.roles, reasons);
            }
        }
    }
    for decision in new.decisions.iter().filter(|it| it.is_approval() && !old.decisions.contains(it)) {
        reasons.push(format!("{what}: may be decided {} too", decision.name()));
    }
    for decision in old.decisions.iter().filter(|it| !it.is_approval() && !new.decisions.contains(it)) {
        reasons.push(format!("{what}: may no longer be decided {}", decision.name()));
    }
    if let Some(days) = old.sla_business_days
        && new.sla_business_days.is_none_or(|now| now > days)
    {
        reasons.push(format!("{what}: more than {days} business days to decide"));
    }
    keeps(format_args!("{what}: escalation to"), old.escalation, new.escalation, reasons);
    automatic(what, old.auto_approve, new.auto_approve, reasons);
}

/// Passing without a person is weaker; for fewer tiers it is not.
fn automatic(what: &str, old: Option<&AutoApprove>, new: Option<&AutoApprove>, reasons: &mut Vec<String>) {
    let Some(new) = new else { return };
    let Some(old) = old else {
        reasons.push(format!("{what}: may pass without a person"));
        return;
    };
    same(format_args!("{what}: when it passes without a person"), &old.when, &new.when, reasons);
    for tier in new.tiers.iter().filter(|tier| !old.tiers.contains(tier)) {
        reasons.push(format!("{what}: may pass without a person for the tier `{tier}` too"));
    }
}
