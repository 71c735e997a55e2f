//! Decisions about requests for another tier.

use super::event::{
    TierChangeApproved, TierChangeRejected, TierChangeRequested, TierChangeWithdrawn, TierChanged,
};
use super::{Move, TierChange};
use crate::event::{Change, Event};
use crate::identity::Principal;
use crate::ids::{PrincipalId, TierChangeId};
use crate::pack::{Duty, Pack};
use crate::registry::Model;
use crate::signoff::{self, Case, NewSignature, Verdict};
use crate::workflow::{self, Promotion};
use crate::{Code, Refusal, Sealed, moves};

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct New {
    /// The tier that the model is to get.
    pub to: String,
    /// Why.
    pub justification: Sealed,
    /// What follows from it.
    pub impact: Sealed,
}

/// Decides to ask for another tier. `open` is the request for the model that is open in the tables, if any.
pub fn request(
    id: TierChangeId,
    model: &Model,
    new: New,
    open: Option<&TierChange>,
    pack: &Pack,
) -> Result<Vec<Change>, Refusal> {
    let New { to, justification, impact } = new;
    if let Some(open) = open {
        let message =
            format!("the request `{}` to put this model into the tier `{}` is open", open.id, open.asked.to);
        return Err(Refusal::new(Code::TierChangeOpen, message));
    }
    if to == model.tier {
        let message = format!("the model is of the tier `{to}` already");
        return Err(Refusal::new(Code::InvalidValue, message).at("/to"));
    }
    let roles = signers(model, &to, pack)?;
    let event =
        TierChangeRequested { model: model.id, from: model.tier.clone(), to, justification, impact, roles };
    Ok(vec![change(id, model, Event::TierChangeRequested(event))])
}

/// Who signs: the people of the higher tier, and for a lower one those besides whose duty that is. Nobody is asked twice.
fn signers(model: &Model, to: &str, pack: &Pack) -> Result<Vec<String>, Refusal> {
    let rank = |tier: &str| pack.tier(tier).map(|tier| tier.rank);
    let after = rank(to).ok_or_else(|| pack.unknown_tier(to).at("/to"))?;
    let before = rank(&model.tier);
    let higher = if before.is_some_and(|before| after < before) { model.tier.as_str() } else { to };
    // A pack may have lost the tier that a model has: that the new one is no lower cannot be shown then.
    let lowers = before.is_none_or(|before| after < before);
    let mut roles = pack.duty(Duty::TierChangeApprovers(higher))?.to_vec();
    if lowers {
        for role in pack.duty(Duty::TierLoweringApprover)? {
            if !roles.contains(role) {
                roles.push(role.clone());
            }
        }
    }
    Ok(roles)
}

/// Decides a signature. The last one changes the model, and what its open promotions have to go through.
pub fn sign(
    request: &TierChange,
    case: &Case<'_>,
    signer: &Principal,
    new: NewSignature,
    promotions: &[std::sync::Arc<Promotion>],
) -> Result<Vec<Change>, Refusal> {
    can(request, Move::Sign)?;
    let (model, pack) = (case.model, case.pack);
    let TierChangeRequested { from, to, .. } = &request.asked;
    if model.tier != *from {
        let message = format!(
            "the model was of the tier `{from}` when this was asked for, and is of `{}` now",
            model.tier
        );
        return Err(Refusal::new(Code::TierMoved, message));
    }
    pack.tier(to).ok_or_else(|| pack.unknown_tier(to))?;
    let (signature, standing) = signoff::sign(case, signer, new)?;
    let verdict = signature.verdict;
    let mut changes = vec![change(request.id, model, Event::TierChangeSigned(signature))];
    if verdict == Verdict::Rejected {
        changes.push(change(request.id, model, Event::TierChangeRejected(TierChangeRejected {})));
    } else if standing.is_complete() {
        changes.push(change(request.id, model, Event::TierChangeApproved(TierChangeApproved {})));
        let event = TierChanged { from: from.clone(), to: to.clone(), change: request.id };
        let event = Event::TierChanged(event);
        changes.push(Change::new(model.id, event).named(&model.name).of_model(model.id));
        let moved = |promotion: &std::sync::Arc<Promotion>| {
            workflow::repin(promotion, model, to, request.id, pack, case.now)
        };
        changes.extend(promotions.iter().filter_map(moved));
    }
    Ok(changes)
}

/// Decides to take a request back.
pub fn withdraw(
    request: &TierChange,
    model: &Model,
    comment: Option<Sealed>,
    actor: PrincipalId,
) -> Result<Vec<Change>, Refusal> {
    if actor != request.requester() && actor != model.owner {
        let message = "only who asked for the other tier, or owns the model, takes it back";
        return Err(Refusal::new(Code::NotTheRequester, message));
    }
    can(request, Move::Withdraw)?;
    let event = Event::TierChangeWithdrawn(TierChangeWithdrawn { comment });
    Ok(vec![change(request.id, model, event)])
}

fn change(id: TierChangeId, model: &Model, event: Event) -> Change {
    Change::new(id, event).named(&model.name).of_model(model.id)
}

fn can(request: &TierChange, wanted: Move) -> Result<(), Refusal> {
    let state = request.state();
    moves::allow(("a request", state.name()), state.moves(), wanted, Move::done)
}
