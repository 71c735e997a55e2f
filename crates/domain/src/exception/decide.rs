//! Decisions about exceptions.

use std::sync::Arc;

use super::event::{
    ExceptionApproved, ExceptionRejected, ExceptionRemediated, ExceptionRequested, ExceptionRevoked,
    ExceptionSubmitted, ExceptionWithdrawn, Terms,
};
use super::rules::{allowed, expired, in_its_place};
use super::{Exception, Move};
use crate::event::{Change, Event};
use crate::identity::Principal;
use crate::ids::{ExceptionId, ModelId, PrincipalId, VersionId};
use crate::pack::{Duty, Pack, Policy};
use crate::registry::{Model, Version};
use crate::signoff::{self, NewSignature, Verdict};
use crate::{Code, Refusal, Sealed, Time};

/// The most that is watched besides.
const MAX_WATCHES: usize = 20;

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewException {
    /// From which policy.
    pub policy: String,
    /// For which model.
    pub model: ModelId,
    /// For which of its versions; for all of them if absent.
    pub version: Option<VersionId>,
    /// The exception that it is to follow.
    pub extends: Option<ExceptionId>,
    /// What is asked for, and why.
    pub terms: Terms,
}

/// What an exception is decided by.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The model.
    pub model: &'a Model,
    /// The version, where the exception is for one alone.
    pub version: Option<&'a Version>,
    /// The pack in force.
    pub pack: &'a Pack,
    /// The time of the question.
    pub now: Time,
}

/// Decides to ask for an exception. `open` is the request for the same policy and subject that nobody has decided yet, and
/// `known` are the exceptions that stand in the tables as approved for that subject, and the one that is to be extended.
pub fn request(
    id: ExceptionId,
    new: NewException,
    situation: &Situation<'_>,
    open: Option<&Exception>,
    known: &[Arc<Exception>],
) -> Result<Vec<Change>, Refusal> {
    if new.terms.monitoring.len() > MAX_WATCHES {
        let message = format!("{} are more than {MAX_WATCHES}", new.terms.monitoring.len());
        return Err(Refusal::new(Code::TooMany, message).at("/monitoring"));
    }
    let (policy, _) = allowed(&new.policy, new.terms.duration, situation)?;
    let known = known.iter().map(AsRef::as_ref).filter(|known| known.is_about(new.model, new.version));
    let known: Vec<&Exception> = known.collect();
    in_its_place(&new, open, &known, situation.now)?;
    let event = ExceptionRequested {
        policy: new.policy,
        policy_version: policy.version.clone(),
        model: new.model,
        version: new.version,
        extends: new.extends,
        terms: new.terms,
    };
    let mut changes = expired(&known, situation.model, situation.now);
    let name = name(&event.policy, situation);
    changes.push(change(id, situation.model, name, Event::ExceptionRequested(event)));
    Ok(changes)
}

/// Decides to submit an exception. Where its policy wants no approval, it is active at once; but not one that follows another,
/// or it would never end.
pub fn submit(
    exception: &Exception,
    situation: &Situation<'_>,
    actor: PrincipalId,
) -> Result<Vec<Change>, Refusal> {
    let Situation { model, pack, now, .. } = *situation;
    only_requester(exception, model, actor)?;
    exception.allows(Move::Submit, now)?;
    let (policy, allowed) = allowed(exception.policy(), exception.terms().duration, situation)?;
    is_of_today(exception, policy)?;
    let roles = pack.duty(Duty::ExceptionApprovers(&model.tier))?.to_vec();
    let event = Event::ExceptionSubmitted(ExceptionSubmitted { tier: model.tier.clone(), roles });
    let mut changes = vec![of(exception, situation, event)];
    if !allowed.require_approval && exception.request.extends.is_none() {
        changes.push(approved(exception, situation, true));
    }
    Ok(changes)
}

/// Decides a signature. The last one that is needed approves the exception, and one no rejects it.
pub fn sign(
    exception: &Exception,
    situation: &Situation<'_>,
    case: &signoff::Case<'_>,
    signer: &Principal,
    new: NewSignature,
) -> Result<Vec<Change>, Refusal> {
    exception.allows(Move::Sign, situation.now)?;
    let (signature, standing) = signoff::sign(case, signer, new)?;
    let verdict = signature.verdict;
    if verdict == Verdict::Approved {
        let (policy, _) = allowed(exception.policy(), exception.terms().duration, situation)?;
        is_of_today(exception, policy)?;
    }
    let mut changes = vec![of(exception, situation, Event::ExceptionSigned(signature))];
    match verdict {
        Verdict::Rejected => {
            changes.push(of(exception, situation, Event::ExceptionRejected(ExceptionRejected {})));
        }
        Verdict::Approved if standing.is_complete() => changes.push(approved(exception, situation, false)),
        Verdict::Approved => {}
    }
    Ok(changes)
}

/// Decides to take an exception back before it is decided.
pub fn withdraw(
    exception: &Exception,
    situation: &Situation<'_>,
    comment: Option<Sealed>,
    actor: PrincipalId,
) -> Result<Vec<Change>, Refusal> {
    only_requester(exception, situation.model, actor)?;
    exception.allows(Move::Withdraw, situation.now)?;
    Ok(vec![of(exception, situation, Event::ExceptionWithdrawn(ExceptionWithdrawn { comment }))])
}

/// Decides to end an exception at once: who holds one of the roles that approve it may.
pub fn revoke(
    exception: &Exception,
    situation: &Situation<'_>,
    case: &signoff::Case<'_>,
    actor: &Principal,
    reason: Sealed,
) -> Result<Vec<Change>, Refusal> {
    if !case.roles.iter().any(|role| case.may_sign(actor, role)) {
        let message = format!(
            "it is revoked in the role {}, and you hold none of these for a model of the tier `{}`",
            case.roles.join(" or "),
            situation.model.tier
        );
        return Err(Refusal::new(Code::ReviewerLacksRole, message));
    }
    exception.allows(Move::Revoke, situation.now)?;
    Ok(vec![of(exception, situation, Event::ExceptionRevoked(ExceptionRevoked { reason }))])
}

/// Decides that what an exception excused is mended: then it is over.
pub fn remediate(
    exception: &Exception,
    situation: &Situation<'_>,
    how: Sealed,
    actor: PrincipalId,
) -> Result<Vec<Change>, Refusal> {
    only_requester(exception, situation.model, actor)?;
    exception.allows(Move::Remediate, situation.now)?;
    Ok(vec![of(exception, situation, Event::ExceptionRemediated(ExceptionRemediated { how }))])
}

fn approved(exception: &Exception, situation: &Situation<'_>, without_approval: bool) -> Change {
    let ends_at = exception.terms().duration.after(situation.now);
    let event = ExceptionApproved { ends_at, without_approval };
    of(exception, situation, Event::ExceptionApproved(event))
}

fn of(exception: &Exception, situation: &Situation<'_>, event: Event) -> Change {
    change(exception.id, situation.model, name(exception.policy(), situation), event)
}

fn change(id: ExceptionId, model: &Model, name: String, event: Event) -> Change {
    Change::new(id, event).named(name).of_model(model.id)
}

fn name(policy: &str, situation: &Situation<'_>) -> String {
    let number = situation.version.map(|version| format!(" {}", version.number)).unwrap_or_default();
    format!("{policy} for {}{number}", situation.model.name)
}

/// People consent to waiving the policy that they could read: another text is another policy.
fn is_of_today(exception: &Exception, policy: &Policy) -> Result<(), Refusal> {
    let asked = &exception.request.policy_version;
    if policy.version == *asked {
        return Ok(());
    }
    let message = format!(
        "this was asked for from version `{asked}` of the policy `{}`, and version `{}` is in force now",
        policy.id, policy.version
    );
    Err(Refusal::new(Code::PolicyMoved, message))
}

fn only_requester(exception: &Exception, model: &Model, actor: PrincipalId) -> Result<(), Refusal> {
    if actor == exception.requester() || actor == model.owner {
        return Ok(());
    }
    let message = "only who asked for the exception, or owns the model, can do this";
    Err(Refusal::new(Code::NotTheRequester, message))
}
