//! The decision of a reviewer: who may decide what, and what follows.

use assent_sabotage::{Fault, planted};

use super::case::{Case, Judgement, steps_after, workflow_of};
use super::decide::{change, moved_change};
use super::emergency;
use super::event::{ConditionTime, Decision, NewCondition, PromotionApproved, Review};
use super::standing::carries_review;
use super::{Lifecycle, Move, Promotion, StateName, StepStanding, StepState};
use crate::event::{Change, Event, Stamp};
use crate::facts::Inputs;
use crate::identity::{Principal, PrincipalKind, Target, decides_in_role};
use crate::ids::{Digest, PrincipalId};
use crate::pack::{CompiledStep, Pack, QuorumMode, StepKind};
use crate::registry::event::VersionStageChanged;
use crate::registry::{Model, Version};
use crate::{Code, Refusal, Sealed};

/// The most conditions of one approval.
const MAX_CONDITIONS: usize = 20;

/// What a reviewer wants to decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReview {
    /// The step.
    pub step: String,
    /// The role in which; chosen among those held, if absent.
    pub role: Option<String>,
    /// What.
    pub decision: Decision,
    /// Why.
    pub comment: Option<Sealed>,
    /// Conditions of a conditional approval.
    pub conditions: Vec<NewCondition>,
    /// Digest of the evidence that the reviewer saw. An approval names it; a no may leave it out.
    pub evidence: Option<Digest>,
}

/// Decides a review by `reviewer`.
pub fn review(
    promotion: &Promotion,
    case: &Case<'_>,
    judgement: &Judgement,
    reviewer: &Principal,
    new: NewReview,
) -> Result<Vec<Change>, Refusal> {
    let role = allowed(promotion, case, judgement, reviewer, &new)?;
    let workflow = workflow_of(case, &promotion.target.stage);
    let step = workflow.as_ref().and_then(|workflow| workflow.step(&new.step));
    let step = step.ok_or_else(|| unknown_step(promotion, &new.step))?;
    Ok(decided(promotion, case, judgement, reviewer, step, role, new))
}

/// Whether `reviewer` may decide that, without what would follow from it: for asking it of many.
pub fn could_review(
    promotion: &Promotion,
    case: &Case<'_>,
    judgement: &Judgement,
    reviewer: &Principal,
    new: &NewReview,
) -> bool {
    allowed(promotion, case, judgement, reviewer, new).is_ok()
}

/// The role in which `reviewer` may decide that; none for an attestation.
fn allowed(
    promotion: &Promotion,
    case: &Case<'_>,
    judgement: &Judgement,
    reviewer: &Principal,
    new: &NewReview,
) -> Result<Option<String>, Refusal> {
    let now = case.inputs.now;
    let is_followed_up = promotion.is_followed_up(now);
    if !is_followed_up {
        promotion.allows(Move::Review, now)?;
    }
    if reviewer.kind != PrincipalKind::User {
        return Err(Refusal::new(Code::ReviewerIsNotAPerson, "a service account cannot decide reviews"));
    }
    let workflow = workflow_of(case, &promotion.target.stage)
        .ok_or_else(|| Refusal::new(Code::NoWorkflow, "the promotion has no workflow"))?;
    let step = workflow.step(&new.step).ok_or_else(|| unknown_step(promotion, &new.step))?;
    let standing = judgement.steps.iter().find(|standing| standing.step == new.step);
    let standing = standing.ok_or_else(|| unknown_step(promotion, &new.step))?;

    let role = match &step.step.kind {
        StepKind::Attestation { .. } => {
            if reviewer.acting.is_some() {
                let message = "an owner attests for their own work, and nobody does that for them";
                return Err(Refusal::new(Code::NotDelegable, message).at("/onBehalfOf"));
            }
            if case.attests() != reviewer.answerable() {
                return Err(Refusal::new(Code::NotTheOwner, "only the owner of the model can attest"));
            }
            None
        }
        StepKind::Review { roles, mode, .. } => {
            separate(promotion, case, reviewer)?;
            Some(role_of(case, reviewer, standing, roles, *mode, new.role.as_deref())?)
        }
        StepKind::Automated {} | StepKind::Deployment { .. } | StepKind::Change {} => {
            return Err(unknown_step(promotion, &new.step));
        }
    };
    well_formed(step, new, is_followed_up)?;
    reached(standing, new.decision)?;
    let stands = standing.approvals.iter().any(|approval| {
        let hands = [Some(approval.reviewer), approval.on_behalf_of.map(|behalf| behalf.delegator)];
        hands.into_iter().flatten().any(|hand| reviewer.persons().any(|person| person == case.person(hand)))
    });
    if stands && new.decision.is_approval() {
        let message = format!(
            "your approval of the step `{}`, or that of the one in whose place you decide, stands",
            new.step
        );
        return Err(Refusal::new(Code::ReviewerDecidedAlready, message));
    }
    if new.evidence.is_none() && new.decision.is_approval() {
        let message = "an approval binds to evidence, and the decision does not say which was looked at";
        return Err(Refusal::new(Code::EvidenceMissing, message).at("/evidence"));
    }
    if new.evidence.is_some_and(|seen| seen != judgement.evidence) {
        let message = format!("the evidence is `{}` now, not what you looked at", judgement.evidence);
        return Err(Refusal::new(Code::EvidenceMoved, message).at("/evidence"));
    }
    Ok(role)
}

/// Separation of duties: each refusal says which rule it was.
pub(super) fn separate(promotion: &Promotion, case: &Case<'_>, reviewer: &Principal) -> Result<(), Refusal> {
    if planted(Fault::SeparationOfDuties) {
        return Ok(());
    }
    let delegator = reviewer.acting.as_ref().map(|acting| acting.delegator.id);
    let own = |person: &PrincipalId| *person == reviewer.person() || !planted(Fault::Delegator);
    for person in reviewer.persons().filter(own) {
        if let Some((code, message)) = case.own_work(promotion, person) {
            let message = match delegator.filter(|_| person != reviewer.person()) {
                Some(delegator) => format!("`{delegator}`, in whose place you decide, cannot: {message}"),
                None => message.to_owned(),
            };
            return Err(Refusal::new(code, message));
        }
    }
    Ok(())
}

/// The role that the decision is made in: one that the step still needs, if the reviewer holds one.
pub(super) fn role_of(
    case: &Case<'_>,
    reviewer: &Principal,
    standing: &StepStanding,
    roles: &[String],
    mode: QuorumMode,
    wanted: Option<&str>,
) -> Result<String, Refusal> {
    let model = Target::Model(case.inputs.model);
    let mut held: Vec<&String> = roles
        .iter()
        .filter(|role| carries_review(case, role) && decides_in_role(reviewer, role, model, case.inputs.now))
        .collect();
    if let Some(wanted) = wanted {
        held.retain(|role| role.as_str() == wanted);
    }
    let needed = held.iter().find(|role| standing.missing_roles.contains(role));
    let role = match mode {
        QuorumMode::AllRoles | QuorumMode::AnyRoles => needed.or(held.first()),
    };
    let Some(role) = role else {
        let message = format!(
            "the step `{}` asks for {}, and {} none of these for a model of the tier `{}`",
            standing.step,
            roles.join(" or "),
            if reviewer.acting.is_some() { "the delegation lends" } else { "you hold" },
            case.inputs.model.tier
        );
        return Err(Refusal::new(Code::ReviewerLacksRole, message));
    };
    another_step(case, reviewer, Some(&standing.step))?;
    no_emergency(case, reviewer)?;
    Ok((*role).clone())
}

/// Refuses who has decided a step of the promotion other than the one named, or in whose place they do.
pub(super) fn another_step(case: &Case<'_>, reviewer: &Principal, step: Option<&str>) -> Result<(), Refusal> {
    if planted(Fault::SeparationOfDuties) {
        return Ok(());
    }
    let reviews = case.promotion.map_or(&[][..], |promotion| &promotion.reviews);
    let other = reviews.iter().find(|record| {
        let persons = case.persons(record);
        Some(record.review.step.as_str()) != step
            && record.review.role.is_some()
            && reviewer.persons().any(|person| persons.contains(&person))
    });
    match other {
        Some(record) => {
            let message = format!(
                "you, or the one in whose place you decide, have decided the step `{}` of this promotion",
                record.review.step
            );
            Err(Refusal::new(Code::ReviewerDecidedAnotherStep, message))
        }
        None => Ok(()),
    }
}

/// Who let a version through in an emergency does not review it afterwards.
fn no_emergency(case: &Case<'_>, reviewer: &Principal) -> Result<(), Refusal> {
    let Some(promotion) = case.promotion.filter(|_| !planted(Fault::SeparationOfDuties)) else {
        return Ok(());
    };
    if reviewer.persons().any(|person| emergency::signed_by(case, promotion, person, None)) {
        let message = "you, or the one in whose place you decide, signed an emergency of this promotion";
        return Err(Refusal::new(Code::ReviewerSignedEmergency, message));
    }
    Ok(())
}

fn well_formed(step: &CompiledStep, new: &NewReview, is_followed_up: bool) -> Result<(), Refusal> {
    let every = [Decision::Approved, Decision::Rejected];
    let allowed: &[Decision] = match &step.step.kind {
        StepKind::Review { decisions, .. } => decisions,
        StepKind::Automated {}
        | StepKind::Attestation { .. }
        | StepKind::Deployment { .. }
        | StepKind::Change {} => &every,
    };
    // What went through in an emergency cannot be submitted again: it may stay, or has to leave.
    let after: Vec<Decision> = allowed.iter().copied().filter(|decision| decision.is_approval()).collect();
    let after = [after, vec![Decision::Rejected]].concat();
    let allowed = if is_followed_up { &after } else { allowed };
    if !allowed.contains(&new.decision) {
        let names: Vec<&str> = allowed.iter().map(|decision| decision.name()).collect();
        let message =
            format!("the step `{}` allows {}, not {}", new.step, names.join(", "), new.decision.name());
        return Err(Refusal::new(Code::DecisionNotAllowed, message).at("/decision"));
    }
    if new.comment.is_none() && new.decision != Decision::Approved {
        let message = format!("a decision {} needs a comment", new.decision.name());
        return Err(Refusal::new(Code::CommentMissing, message).at("/comment"));
    }
    let conditional = new.decision == Decision::Conditional;
    if conditional == new.conditions.is_empty() || new.conditions.len() > MAX_CONDITIONS {
        let message = format!(
            "a CONDITIONAL approval has 1 to {MAX_CONDITIONS} conditions, and other decisions have none; there are {}",
            new.conditions.len()
        );
        return Err(Refusal::new(Code::ConditionsMisplaced, message).at("/conditions"));
    }
    let late = |condition: &&NewCondition| {
        condition.when == ConditionTime::AfterDeployment && condition.due_at.is_none()
    };
    if let Some(condition) = new.conditions.iter().find(late) {
        let message = format!(
            "the condition `{}` is to be met after the deployment, and has no due date",
            condition.id
        );
        return Err(Refusal::new(Code::ConditionsMisplaced, message).at("/conditions"));
    }
    Ok(())
}

/// An approval needs an open step. A no is heard on a passed one too, until the promotion is completed.
fn reached(standing: &StepStanding, decision: Decision) -> Result<(), Refusal> {
    match standing.state {
        StepState::Open => Ok(()),
        StepState::Passed if !decision.is_approval() => Ok(()),
        StepState::Waiting => {
            let message = format!("the step `{}` waits for {}", standing.step, standing.waits_for.join(", "));
            Err(Refusal::new(Code::StepNotReached, message))
        }
        StepState::NotApplicable => {
            let message = format!("the step `{}` does not apply to this version", standing.step);
            Err(Refusal::new(Code::UnknownStep, message).at("/step"))
        }
        StepState::Passed | StepState::Failed => {
            Err(Refusal::new(Code::WrongState, format!("the step `{}` is decided", standing.step)))
        }
    }
}

fn decided(
    promotion: &Promotion,
    case: &Case<'_>,
    judgement: &Judgement,
    reviewer: &Principal,
    step: &CompiledStep,
    role: Option<String>,
    new: NewReview,
) -> Vec<Change> {
    let now = case.inputs.now;
    let (StepKind::Review { expires_after, .. } | StepKind::Attestation { expires_after }) = &step.step.kind
    else {
        return Vec::new();
    };
    let place = Target::Model(case.inputs.model);
    let on_behalf_of = role.as_ref().and_then(|role| reviewer.on_behalf(role, place, now));
    let review = Review {
        round: promotion.round(),
        step: new.step,
        role,
        decision: new.decision,
        comment: new.comment,
        conditions: new.conditions,
        evidence: judgement.evidence,
        expires_at: expires_after.map(|period| period.after(now)),
        on_behalf_of,
    };
    let event = Event::ReviewDecided(review);
    let mut after = promotion.clone();
    after.evolve(&event, &Stamp { at: now, actor: reviewer.id });
    let (model, version, target) = (case.inputs.model, case.inputs.version, &promotion.target);
    let mut changes = vec![change(promotion.id, model, version, target, event)];

    let mut people = case.inputs.people.clone();
    people.insert(reviewer.id, std::sync::Arc::new(reviewer.clone()));
    if let Some(acting) = &reviewer.acting {
        people.insert(acting.delegator.id, std::sync::Arc::clone(&acting.delegator));
    }
    let inputs = Inputs { people: &people, ..case.inputs };
    let case = Case { inputs, promotion: Some(&after), ..*case };
    let is_complete = steps_after(&case, judgement).iter().all(|step| step.state.is_done());
    if let Some(followed) = emergency::follow_up(promotion, new.decision, is_complete, now) {
        changes.push(change(promotion.id, model, version, target, followed));
    }
    if after.state_at(now) == StateName::InReview && is_complete {
        let approved = Event::PromotionApproved(PromotionApproved { evidence: judgement.evidence });
        changes.push(change(promotion.id, model, version, target, approved));
    }
    if new.decision == Decision::Rejected {
        changes.extend(returned(promotion, model, version, case.inputs.pack));
    }
    changes
}

/// Where the pinned workflow says so, a no sends the version back: from a stage in service to one before it. What stands there
/// already, or is retired, stays.
fn returned(promotion: &Promotion, model: &Model, version: &Version, pack: &Pack) -> Option<Change> {
    if planted(Fault::ReturnTo) {
        return None;
    }
    let place = &promotion.workflow.on_rejected.as_ref()?.return_to;
    let (here, there) = (pack.stage(&version.stage)?, pack.stage(place)?);
    // After an emergency: what has left since, and came back by a way of its own, is not what went through by this promotion.
    let is_by_this = match &promotion.lifecycle {
        Lifecycle::Completed { by } => version.stage_since == by.at,
        Lifecycle::Draft
        | Lifecycle::ChangesRequired
        | Lifecycle::InReview
        | Lifecycle::Approved { .. }
        | Lifecycle::Rejected { .. }
        | Lifecycle::Withdrawn { .. }
        | Lifecycle::Expired => true,
    };
    let goes = is_by_this && !here.retired && !there.retired && there.order < here.order;
    let moved = VersionStageChanged {
        from: here.id.clone(),
        to: there.id.clone(),
        promotion: Some(promotion.id),
        superseded_by: None,
        comment: None,
    };
    goes.then(|| moved_change(model, version, moved))
}

pub(super) fn unknown_step(promotion: &Promotion, id: &str) -> Refusal {
    let steps = promotion.workflow.steps.iter().filter_map(|step| match step.kind {
        StepKind::Review { .. } | StepKind::Attestation { .. } => Some(step.id.as_str()),
        StepKind::Automated {} | StepKind::Deployment { .. } | StepKind::Change {} => None,
    });
    let steps: Vec<&str> = steps.collect();
    let message = format!("the workflow has no step `{id}` that people decide; it has {}", steps.join(", "));
    Refusal::new(Code::UnknownStep, message).at("/step")
}
