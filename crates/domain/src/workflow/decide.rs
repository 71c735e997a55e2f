//! Decisions about promotions, but for the reviews.

use std::collections::BTreeMap;

use super::case::{Case, Judgement, workflow_of};
use super::emergency;
use super::event::{
    ConditionMet, FailedRule, PromotionApproved, PromotionCompleted, PromotionExpired, PromotionRequested,
    PromotionSubmitted, PromotionWithdrawn, StepPassed,
};
use super::standing::was_refused;
use super::{Move, Promotion, StateName, notices};
use crate::event::{Change, Event};
use crate::exception::Waiver;
use crate::exception::event::ExceptionUsed;
use crate::facts::{self, Target};
use crate::gate::{self, GateAnswer};
use crate::ids::{PrincipalId, PromotionId, TierChangeId};
use crate::pack::{Pack, StepKind, Workflow};
use crate::registry::event::VersionStageChanged;
use crate::registry::{Model, Version};
use crate::risk::tier_change::event::PromotionRepinned;
use crate::{Code, Refusal, Sealed, Time, calendar};

/// The most rounds of one promotion.
const MAX_ROUNDS: u32 = 200;

/// Decides to ask for a promotion. `open` is the promotion of the version to that stage that is open in the tables, if any.
pub fn request(
    id: PromotionId,
    case: &Case<'_>,
    open: Option<&Promotion>,
    comment: Option<Sealed>,
) -> Result<Vec<Change>, Refusal> {
    let (model, version, pack, now) =
        (case.inputs.model, case.inputs.version, case.inputs.pack, case.inputs.now);
    let Some(target) = case.inputs.target else {
        return Err(Refusal::new(Code::InvalidValue, "a promotion needs a target").at("/target"));
    };
    if target.environment.is_some() {
        let message = "environments are not told apart yet: a stage has one champion for all of them";
        return Err(Refusal::new(Code::InvalidValue, message).at("/target/environment"));
    }
    let stage =
        pack.stage(&target.stage).ok_or_else(|| pack.unknown_stage(&target.stage).at("/target/stage"))?;
    let workflow = pack.workflow_to(&stage.id, &model.tier).ok_or_else(|| {
        let message =
            format!("no workflow of the pack leads a model of the tier `{}` to `{}`", model.tier, stage.id);
        Refusal::new(Code::NoWorkflow, message).at("/target/stage")
    })?;
    reachable(version, target, &workflow.workflow.from)?;
    let mut changes = Vec::new();
    if let Some(open) = open {
        if open.state_at(now) != StateName::Expired {
            let message = format!("the promotion `{}` of this version to `{}` is open", open.id, stage.id);
            return Err(Refusal::new(Code::PromotionOpen, message));
        }
        changes.extend(expire(open, now));
    }
    let expires_at = pack.settings().promotions_expire_after.map(|period| period.after(now));
    let event = PromotionRequested {
        model: model.id,
        version: version.id,
        target: target.clone(),
        workflow: workflow.workflow.clone(),
        comment,
        expires_at,
    };
    changes.push(change(id, model, version, target, Event::PromotionRequested(event)));
    Ok(changes)
}

/// Notes that an open promotion has expired, if it has.
pub fn expire(promotion: &Promotion, now: Time) -> Vec<Change> {
    let is_due = promotion.lifecycle.name().is_open() && promotion.state_at(now) == StateName::Expired;
    let event = Event::PromotionExpired(PromotionExpired {});
    is_due.then(|| Change::new(promotion.id, event).of_model(promotion.model)).into_iter().collect()
}

/// Decides to submit a promotion: opens a round and judges the automated steps.
pub fn submit(
    promotion: &Promotion,
    case: &Case<'_>,
    judgement: &Judgement,
    actor: PrincipalId,
) -> Result<Vec<Change>, Refusal> {
    let (model, version, now) = (case.inputs.model, case.inputs.version, case.inputs.now);
    only_requester(promotion, model, actor)?;
    promotion.allows(Move::Submit, now)?;
    reachable(version, &promotion.target, &promotion.workflow.from)?;
    if promotion.round() >= MAX_ROUNDS {
        return Err(Refusal::new(Code::TooMany, format!("a promotion has at most {MAX_ROUNDS} rounds")));
    }
    let failed = judgement.automated_failures().map(|finding| FailedRule {
        policy: finding.policy.clone(),
        policy_version: finding.policy_version.clone(),
        rule: finding.rule.clone(),
        status: finding.status,
        message: finding.message.clone(),
    });
    let event = PromotionSubmitted {
        round: promotion.round() + 1,
        evidence: judgement.evidence,
        failed: failed.collect(),
        due: due_times(&promotion.workflow, case.inputs.pack, now),
        notices: notices::planned(&promotion.workflow, &case.inputs.pack.settings().calendar, now),
    };
    let passed =
        if event.failed.is_empty() { passed(promotion, case, judgement, event.round) } else { Vec::new() };
    let about = |event| change(promotion.id, model, version, &promotion.target, event);
    let submitted = about(Event::PromotionSubmitted(event));
    Ok([submitted]
        .into_iter()
        .chain(passed.into_iter().map(|passed| about(Event::StepPassed(passed))))
        .collect())
}

/// The steps that the conditions of the pack let pass without a person. Where a person has said no, a person decides.
fn passed(promotion: &Promotion, case: &Case<'_>, judgement: &Judgement, round: u32) -> Vec<StepPassed> {
    let Some(workflow) = workflow_of(case, &promotion.target.stage) else { return Vec::new() };
    // The conditions are judged on the facts without approvals.
    let facts = facts::with_approvals(judgement.facts.clone(), &[]);
    let tier = &case.inputs.model.tier;
    let asked = workflow.steps.iter().filter(|compiled| !was_refused(promotion, &compiled.step.id));
    let passed = asked.filter_map(|compiled| {
        let rule = compiled.auto_approve.as_ref()?;
        let read = rule.passes(tier, &facts)?;
        Some(StepPassed {
            round,
            step: compiled.step.id.clone(),
            condition: rule.rule.when.clone(),
            facts: read,
            tier: tier.clone(),
            evidence: judgement.evidence,
        })
    });
    passed.collect()
}

impl Promotion {
    /// Whether it is under review, and one of its steps waits for a change.
    pub fn waits_for_change(&self, now: Time) -> bool {
        self.state_at(now) == StateName::InReview
            && self.workflow.steps.iter().any(|step| step.kind == StepKind::Change {})
    }
}

/// Notes that every step of a promotion under review has passed, where one of them waited for a change and that was approved.
/// Where that step does not apply, the way is as it is without it.
pub fn approve(promotion: &Promotion, case: &Case<'_>, judgement: &Judgement) -> Option<Change> {
    let is_due = promotion.waits_for_change(case.inputs.now)
        && judgement.is_complete()
        && super::blackout::waits(case, judgement, &promotion.target.stage);
    let event = Event::PromotionApproved(PromotionApproved { evidence: judgement.evidence });
    is_due.then(|| change(promotion.id, case.inputs.model, case.inputs.version, &promotion.target, event))
}

/// Lets an open promotion go on through the workflow that leads a model of another tier there. Where none does, it is
/// over. Steps that both workflows have keep the time by which they are due.
pub(crate) fn repin(
    promotion: &Promotion,
    model: &Model,
    tier: &str,
    change: TierChangeId,
    pack: &Pack,
    now: Time,
) -> Option<Change> {
    if !promotion.state_at(now).is_open() {
        return None;
    }
    let event = match pack.workflow_to(&promotion.target.stage, tier) {
        Some(todays) if todays.workflow == promotion.workflow => return None,
        Some(todays) => {
            let workflow = todays.workflow.clone();
            let (mut due, mut notices) = (BTreeMap::new(), Vec::new());
            if let Some(round) = promotion.rounds.last() {
                due = due_times(&workflow, pack, now);
                for (step, at) in &mut due {
                    *at = round.due.get(step).copied().unwrap_or(*at);
                }
                notices = notices::kept(round, notices::planned(&workflow, &pack.settings().calendar, now));
            }
            Event::PromotionRepinned(PromotionRepinned { change, workflow, due, notices })
        }
        None => Event::PromotionWithdrawn(PromotionWithdrawn { comment: None }),
    };
    Some(Change::new(promotion.id, event).named(&model.name).of_model(model.id))
}

fn due_times(workflow: &Workflow, pack: &Pack, now: Time) -> BTreeMap<String, Time> {
    let steps = workflow.steps.iter().filter_map(|step| match &step.kind {
        StepKind::Review { sla_business_days: Some(days), .. } => Some((step.id.clone(), *days)),
        StepKind::Review { .. }
        | StepKind::Automated {}
        | StepKind::Attestation { .. }
        | StepKind::Deployment { .. }
        | StepKind::Change {} => None,
    });
    let due = |days| calendar::due(&pack.settings().calendar, now, days);
    steps.filter_map(|(step, days)| Some((step, due(days)?))).collect()
}

/// Decides to take a promotion back.
pub fn withdraw(
    promotion: &Promotion,
    model: &Model,
    comment: Option<Sealed>,
    actor: PrincipalId,
    now: Time,
) -> Result<Vec<Change>, Refusal> {
    only_requester(promotion, model, actor)?;
    promotion.allows(Move::Withdraw, now)?;
    let event = Event::PromotionWithdrawn(PromotionWithdrawn { comment });
    Ok(vec![Change::new(promotion.id, event).named(model.name.clone()).of_model(model.id)])
}

/// Decides that a condition is met. Its owner says so, or who set it.
pub fn meet_condition(
    promotion: &Promotion,
    model: &Model,
    id: &str,
    comment: Option<Sealed>,
    actor: PrincipalId,
) -> Result<Vec<Change>, Refusal> {
    let Some((record, condition)) = promotion.open_conditions().find(|(_, condition)| condition.id == id)
    else {
        return Err(Refusal::new(
            Code::ConditionNotOpen,
            format!("the promotion has no open condition `{id}`"),
        ));
    };
    if actor != condition.owner && actor != record.recorded.by {
        let message = "only the owner of the condition, or who set it, says that it is met";
        return Err(Refusal::new(Code::PermissionMissing, message));
    }
    let event = Event::ConditionMet(ConditionMet { id: id.to_owned(), comment });
    Ok(vec![Change::new(promotion.id, event).named(model.name.clone()).of_model(model.id)])
}

/// Decides to complete a promotion: asks the gate, moves the version, and lets it take the place of the champion.
pub fn complete(
    promotion: &Promotion,
    case: &Case<'_>,
    judgement: &Judgement,
    superseded: &[&Version],
) -> Result<Vec<Change>, Refusal> {
    let (model, version, pack, now) =
        (case.inputs.model, case.inputs.version, case.inputs.pack, case.inputs.now);
    promotion.allows(Move::Complete, now)?;
    let answer = gate::gate(case, judgement);
    if !answer.is_eligible() {
        return Err(gate_shut(&answer));
    }
    let used = judgement.exceptions_used();
    let mut policies: Vec<String> = judgement.findings.iter().map(|finding| finding.policy.clone()).collect();
    policies.dedup();
    let completed = PromotionCompleted {
        evidence: judgement.evidence,
        policies,
        approvals: judgement.approvals().map(|a| format!("{} by {}", a.role, a.reviewer)).collect(),
        exceptions: used.clone(),
        emergency: emergency::use_of(case, answer.emergency.as_ref()),
    };
    let target = &promotion.target;
    let mut changes =
        vec![change(promotion.id, model, version, target, Event::PromotionCompleted(completed))];
    let moved = VersionStageChanged {
        from: version.stage.clone(),
        to: target.stage.clone(),
        promotion: Some(promotion.id),
        superseded_by: None,
        comment: None,
    };
    changes.push(moved_change(model, version, moved));
    changes.extend(used.iter().map(|waiver| used_by(promotion, model, version, waiver)));
    let place = pack.stage(&target.stage).and_then(|stage| stage.superseded_to.clone());
    if let Some(place) = place {
        for old in superseded.iter().filter(|old| old.id != version.id) {
            let moved = VersionStageChanged {
                from: old.stage.clone(),
                to: place.clone(),
                promotion: Some(promotion.id),
                superseded_by: Some(version.id),
                comment: None,
            };
            changes.push(moved_change(model, old, moved));
        }
    }
    Ok(changes)
}

fn used_by(promotion: &Promotion, model: &Model, version: &Version, waiver: &Waiver) -> Change {
    let (id, stage) = (promotion.id, promotion.target.stage.clone());
    let event = Event::ExceptionUsed(ExceptionUsed { promotion: id, version: version.id, stage });
    Change::new(waiver.exception, event)
        .named(format!("{} for {} {}", waiver.policy, model.name, version.number))
        .of_model(model.id)
}

fn gate_shut(answer: &GateAnswer) -> Refusal {
    let reasons: Vec<&str> = answer.reasons.iter().map(|reason| reason.message.as_str()).collect();
    if answer.reasons.iter().all(|reason| reason.code == Code::Blackout.code()) {
        return Refusal::new(Code::Blackout, reasons.join("; "));
    }
    Refusal::new(Code::GateShut, format!("the gate is shut: {}", reasons.join("; ")))
}

pub(super) fn moved_change(model: &Model, version: &Version, moved: VersionStageChanged) -> Change {
    let name = format!("{} {}", model.name, version.number);
    Change::new(version.id, Event::VersionStageChanged(moved)).named(name).of_model(model.id)
}

pub(super) fn change(
    id: PromotionId,
    model: &Model,
    version: &Version,
    target: &Target,
    event: Event,
) -> Change {
    let name = format!("{} {} to {}", model.name, version.number, target.stage);
    Change::new(id, event).named(name).of_model(model.id)
}

fn only_requester(promotion: &Promotion, model: &Model, actor: PrincipalId) -> Result<(), Refusal> {
    if actor == promotion.requester() || actor == model.owner {
        return Ok(());
    }
    Err(Refusal::new(
        Code::NotTheRequester,
        "only who asked for the promotion, or owns the model, can do this",
    ))
}

fn reachable(version: &Version, target: &Target, from: &[String]) -> Result<(), Refusal> {
    if from.contains(&version.stage) {
        return Ok(());
    }
    let message = format!(
        "the version stands in `{}`; a promotion to `{}` starts from {}",
        version.stage,
        target.stage,
        from.join(" or ")
    );
    Err(Refusal::new(Code::StageNotReachable, message).at("/target/stage"))
}
