//! Decisions about who answers for a model.

use std::sync::Arc;

use super::coverage::gap;
use super::event::{AccountabilityAssigned, AccountabilityEnded, Predecessor};
use super::{Accountability, GapReason};
use crate::event::{Change, Event};
use crate::identity::Principal;
use crate::ids::{AccountabilityId, PrincipalId};
use crate::pack::{Duty, Pack};
use crate::registry::Model;
use crate::registry::event::OwnerChanged;
use crate::workflow::OWNER;
use crate::{Code, Refusal, Sealed, Time};

/// The most owners that a model can have had: each of them is looked at wherever somebody's own work is told from others'.
const MAX_OWNERS: usize = 100;

/// Somebody for a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPost {
    /// The role; `owner` for the owner of the model.
    pub role: String,
    /// Who is to answer.
    pub principal: PrincipalId,
    /// Until when; without end if absent.
    pub until: Option<Time>,
    /// Why they.
    pub reason: Sealed,
}

/// Decides to put `candidate` into a role. Who is there already stays there, and nothing is recorded.
///
/// # Errors
/// Refuses roles that the tier does not demand, and whoever would be a gap there at once.
pub fn assign(
    model: &Model,
    held: Option<&Accountability>,
    candidate: &Arc<Principal>,
    new: NewPost,
    pack: &Pack,
    now: Time,
) -> Result<Vec<Change>, Refusal> {
    demanded(model, &new.role, pack)?;
    if new.until.is_some_and(|until| until <= now) {
        return Err(Refusal::new(Code::InvalidValue, "the time would be over already").at("/until"));
    }
    if new.role == OWNER && new.until.is_some() {
        let message = "a model always has an owner: leave the end out, and name the next owner when it comes";
        return Err(Refusal::new(Code::InvalidValue, message).at("/until"));
    }
    let post = held.and_then(|held| held.posts.get(&new.role));
    let is_there = match post {
        _ if new.role == OWNER => model.owner == candidate.id,
        Some(post) => post.principal == candidate.id && post.until == new.until && !post.is_over_at(now),
        None => false,
    };
    if is_there {
        return Ok(Vec::new());
    }
    fits(model, candidate, &new.role, pack, now)?;
    let predecessor = match post {
        Some(post) => Some(Predecessor { principal: post.principal, recorded: post.recorded }),
        None if new.role == OWNER => Some(Predecessor { principal: model.owner, recorded: model.registered }),
        None => None,
    };
    let moves = (new.role == OWNER).then(|| handed_over(model, candidate.id)).transpose()?;
    let event = Event::AccountabilityAssigned(AccountabilityAssigned {
        model: model.id,
        role: new.role,
        principal: candidate.id,
        until: new.until,
        reason: new.reason,
        predecessor,
    });
    Ok([change(model, event)].into_iter().chain(moves).collect())
}

/// Decides that nobody answers in a role any more.
///
/// # Errors
/// Refuses a role in which nobody is, and that of the owner, which passes from one to the next.
pub fn end(
    model: &Model,
    held: Option<&Accountability>,
    role: &str,
    reason: Sealed,
) -> Result<Vec<Change>, Refusal> {
    if role == OWNER {
        let message = "a model always has an owner: put the next one there instead";
        return Err(Refusal::new(Code::NotAssignable, message).at("/role"));
    }
    let Some(post) = held.and_then(|held| held.posts.get(role)) else {
        let posts: Vec<&str> =
            held.into_iter().flat_map(|held| held.posts.keys()).map(String::as_str).collect();
        let posts = if posts.is_empty() { "there is nobody in any".to_owned() } else { posts.join(", ") };
        let message = format!("nobody is in the role `{role}`; of the roles with somebody: {posts}");
        return Err(Refusal::new(Code::NotAssignable, message).at("/role"));
    };
    let event = AccountabilityEnded { role: role.to_owned(), principal: post.principal, reason };
    Ok(vec![change(model, Event::AccountabilityEnded(event))])
}

fn demanded(model: &Model, role: &str, pack: &Pack) -> Result<(), Refusal> {
    let roles = pack.duty(Duty::Accountability(&model.tier))?;
    if roles.iter().any(|demanded| demanded == role) {
        return Ok(());
    }
    let message =
        format!("the tier `{}` demands nobody in `{role}`; it does in {}", model.tier, roles.join(", "));
    Err(Refusal::new(Code::UnknownRole, message).at("/role"))
}

/// Nobody is put where they would be a gap: as the model would stand then.
fn fits(
    model: &Model,
    candidate: &Arc<Principal>,
    role: &str,
    pack: &Pack,
    now: Time,
) -> Result<(), Refusal> {
    let Some(reason) = gap(model, Some(candidate), role, pack, now) else { return Ok(()) };
    let message = match reason {
        GapReason::NotAPerson => {
            "a service account answers for nothing; name the person behind it".to_owned()
        }
        GapReason::Disabled => "the account is disabled".to_owned(),
        GapReason::Erased => "the principal was erased".to_owned(),
        GapReason::OwnsTheModel => format!("they own the model, and `{role}` reviews it"),
        GapReason::RoleLost if role == OWNER => "they may not read the model".to_owned(),
        GapReason::RoleLost | GapReason::NotAssigned | GapReason::Ended => {
            format!("they do not hold the role `{role}` for this model")
        }
    };
    Err(Refusal::new(Code::NotAssignable, message).at("/principal"))
}

fn handed_over(model: &Model, to: PrincipalId) -> Result<Change, Refusal> {
    if model.former_owners.len() >= MAX_OWNERS {
        let message = format!("a model has at most {MAX_OWNERS} former owners");
        return Err(Refusal::new(Code::TooMany, message).at("/principal"));
    }
    let event = Event::OwnerChanged(OwnerChanged { from: model.owner, to });
    Ok(Change::new(model.id, event).named(&model.name).of_model(model.id))
}

fn change(model: &Model, event: Event) -> Change {
    Change::new(AccountabilityId::of(model.id), event).named(&model.name).of_model(model.id)
}
