//! Decisions about requests: asking, submitting, taking back.

use super::event::{ChangeApproved, ChangeRequested, ChangeSubmitted, ChangeWithdrawn, Content, Plan};
use super::{ChangeRequest, ChangeType, Hearing, Move, rate};
use crate::event::{Change, Event, Stamp};
use crate::ids::{ChangeId, PrincipalId};
use crate::pack::{Duty, Pack};
use crate::registry::{Model, Version};
use crate::signoff::SignatureRecord;
use crate::{Code, Refusal, Sealed, signoff, text};

/// The most changes of one model that are not over.
const MAX_UNFINISHED: usize = 200;

/// Decides to ask for a change. `unfinished` says how many of the model are not over.
///
/// # Errors
/// Refuses versions of other models, environments that the pack does not name, and rollbacks, which are asked for where the
/// change is that they take back.
pub fn request(
    id: ChangeId,
    content: Box<Content>,
    model: &Model,
    (current, target): (Option<&Version>, &Version),
    pack: &Pack,
    unfinished: usize,
) -> Result<Vec<Change>, Refusal> {
    if content.kind == ChangeType::Rollback {
        let message = "a rollback is asked for by rolling back the change that it takes back";
        return Err(Refusal::new(Code::InvalidValue, message).at("/type"));
    }
    if unfinished >= MAX_UNFINISHED {
        let message = format!("the model has {unfinished} changes that are not over, as many as it may");
        return Err(Refusal::new(Code::TooManyOpen, message));
    }
    for (place, version) in [("/currentVersion", current), ("/targetVersion", Some(target))] {
        if version.is_some_and(|version| version.model != model.id) {
            let message = format!("the version is none of the model `{}`", model.name);
            return Err(Refusal::new(Code::InvalidValue, message).at(place));
        }
    }
    if content.kind == ChangeType::ModelUpdate && content.current_version == Some(content.target_version) {
        let message =
            "current and target version are the same: an update of the model puts another one there";
        return Err(Refusal::new(Code::InvalidValue, message).at("/targetVersion"));
    }
    check_windows(&content)?;
    pack.change_rules()?.environment(&content.environment)?;
    content.plan.impact.as_ref().map_or(Ok(()), check_impact)?;
    let maker = target.registered.by;
    let event = ChangeRequested { model: model.id, content, maker, rollback_of: None, to_unserved: false };
    Ok(vec![requested(id, model, event)])
}

pub(super) fn requested(id: ChangeId, model: &Model, event: ChangeRequested) -> Change {
    Change::new(id, Event::ChangeRequested(event)).named(model.name.clone()).of_model(model.id)
}

/// An event about a change.
pub(super) fn about(change: &ChangeRequest, model: &Model, event: Event) -> Change {
    Change::new(change.id, event).named(model.name.clone()).of_model(model.id)
}

fn check_windows(content: &Content) -> Result<(), Refusal> {
    let windows = content.blackouts.iter().enumerate();
    let windows = windows.map(|(i, window)| (format!("/blackouts/{i}/until"), window));
    let preferred =
        content.preferred_window.iter().map(|window| ("/preferredWindow/until".to_owned(), window));
    for (place, window) in windows.chain(preferred) {
        if window.until <= window.from {
            let message = format!("the period ends at {} and begins at {}", window.until, window.from);
            return Err(Refusal::new(Code::InvalidValue, message).at(place));
        }
    }
    Ok(())
}

fn check_impact(impact: &super::Impact) -> Result<(), Refusal> {
    let systems = impact.affected_systems.iter().map(|system| system.name.as_str());
    text::distinct("/impact/affectedSystems", systems)?;
    for (i, system) in impact.affected_systems.iter().enumerate() {
        text::name(&format!("/impact/affectedSystems/{i}/name"), &system.name)?;
        let tags = system.tags.iter().map(String::as_str);
        text::distinct(&format!("/impact/affectedSystems/{i}/tags"), tags)?;
        for (j, tag) in system.tags.iter().enumerate() {
            text::name(&format!("/impact/affectedSystems/{i}/tags/{j}"), tag)?;
        }
    }
    text::name("/impact/estimatedDowntime", &impact.estimated_downtime)?;
    text::name("/impact/rollbackTime", &impact.rollback_time)
}

/// Decides to submit a change: rates it, pins who signs, and counts what the promotion that it was made for brings along.
/// `more` completes the plan of the draft; `approvals` are the valid ones of that promotion.
///
/// # Errors
/// Refuses who did not ask for it, and a change without an impact or a rollback plan.
pub fn submit(
    hearing: &Hearing<'_>,
    more: Plan,
    approvals: &[SignatureRecord],
    actor: PrincipalId,
) -> Result<Vec<Change>, Refusal> {
    let (change, model) = (hearing.change, hearing.model);
    only_requester(change, model, actor)?;
    change.allows(Move::Submit)?;
    let plan = change.content.plan.clone().with(more);
    for (place, is_missing) in
        [("impact", plan.impact.is_none()), ("rollbackPlan", plan.rollback_plan.is_none())]
    {
        if is_missing {
            let message =
                format!("a change is submitted with its impact and a rollback plan; `{place}` is missing");
            return Err(Refusal::new(Code::PlanMissing, message).at(format!("/{place}")));
        }
    }
    plan.impact.as_ref().map_or(Ok(()), check_impact)?;
    submitted(hearing, plan, approvals, actor)
}

/// The submission of a plan that is whole, and the approval where nobody is left to sign.
pub(super) fn submitted(
    hearing: &Hearing<'_>,
    plan: Plan,
    approvals: &[SignatureRecord],
    actor: PrincipalId,
) -> Result<Vec<Change>, Refusal> {
    let (change, model, pack) = (hearing.change, hearing.model, hearing.pack);
    let content = Content { kind: change.rated_as(), ..change.content.clone() };
    let rating = rate(&content, &plan, pack)?;
    let reviewers = pack.duty(Duty::ChangeReviewers(rating.risk))?.to_vec();
    let emergency_pair = match change.content.kind {
        ChangeType::Emergency => signoff::pair(pack)?,
        ChangeType::ModelUpdate
        | ChangeType::ConfigChange
        | ChangeType::PromptUpdate
        | ChangeType::Infrastructure
        | ChangeType::Rollback => Vec::new(),
    };
    let mut event = ChangeSubmitted {
        plan,
        risk: rating.risk,
        reasons: rating.reasons,
        reviewers,
        emergency_pair,
        carried: Vec::new(),
    };
    let stamp = Stamp { at: hearing.now, actor };
    let after = |event: &ChangeSubmitted| {
        let mut after = change.clone();
        after.evolve(&Event::ChangeSubmitted(event.clone()), &stamp);
        after
    };
    event.carried = counting(hearing, &after(&event), approvals);
    let after = after(&event);
    let review = Hearing::new(&after, model, hearing.people, pack, hearing.now);
    let is_approved = review.is_approved_by(&review.standing());
    let mut changes = vec![about(change, model, Event::ChangeSubmitted(event))];
    if is_approved {
        changes.push(about(change, model, Event::ChangeApproved(ChangeApproved {})));
    }
    Ok(changes)
}

/// The approvals of a promotion that count for a change: in roles that both ask for, by who could sign here too.
fn counting(
    hearing: &Hearing<'_>,
    change: &ChangeRequest,
    approvals: &[SignatureRecord],
) -> Vec<SignatureRecord> {
    let review = Hearing::new(change, hearing.model, hearing.people, hearing.pack, hearing.now);
    let standing = signoff::standing(&review.case(approvals));
    let counts = |record: &&SignatureRecord| {
        standing.signed.get(&record.signature.role) == Some(&record.recorded.by)
            && change.submitted.as_ref().is_some_and(|s| s.reviewers.contains(&record.signature.role))
    };
    let mut carried: Vec<SignatureRecord> = Vec::new();
    for record in approvals.iter().filter(counts) {
        if carried.iter().all(|other| other.signature.role != record.signature.role) {
            carried.push(record.clone());
        }
    }
    carried
}

/// Decides to take a request back, before anything was done.
///
/// # Errors
/// Refuses who did not ask for it, and changes that were begun or are over.
pub fn withdraw(
    change: &ChangeRequest,
    model: &Model,
    comment: Option<Sealed>,
    actor: PrincipalId,
) -> Result<Vec<Change>, Refusal> {
    only_requester(change, model, actor)?;
    change.allows(Move::Withdraw)?;
    Ok(vec![about(change, model, Event::ChangeWithdrawn(ChangeWithdrawn { comment }))])
}

fn only_requester(change: &ChangeRequest, model: &Model, actor: PrincipalId) -> Result<(), Refusal> {
    if actor == change.requester() || actor == model.owner {
        return Ok(());
    }
    let message = "only who asked for the change, or owns the model, can do this";
    Err(Refusal::new(Code::NotTheRequester, message))
}
