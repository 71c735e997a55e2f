//! Decisions about delegations.

use std::collections::BTreeSet;

use super::event::{DelegationGiven, DelegationRevoked};
use super::{Delegation, Move};
use crate::event::{Change, Event};
use crate::identity::{Permission, Principal, PrincipalKind, Scope, Status, checked_scope};
use crate::ids::{DelegationId, PrincipalId};
use crate::pack::Pack;
use crate::{Code, Refusal, Sealed, Time, moves};

/// The most delegations of one person that are not over.
const MAX_OPEN: usize = 50;
/// The most roles of one delegation.
const MAX_ROLES: usize = 50;
/// The most models, tags and tiers that a delegation names.
const MAX_SCOPE_ITEMS: usize = 200;

/// What somebody gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelegation {
    /// In which roles.
    pub roles: Vec<String>,
    /// For which models.
    pub scope: Scope,
    /// From when on.
    pub from: Time,
    /// Until when (not included).
    pub until: Time,
    /// Why.
    pub reason: Sealed,
}

/// Decides to let `delegate` decide in the place of `delegator`, who asks for it. `open` is how many of theirs are not over.
///
/// # Errors
/// Refuses roles that the delegator does not hold or that decide nothing, a delegate who is no reviewer or the same person,
/// and a period that is over, upside down, or longer than the pack allows.
pub fn give(
    id: DelegationId,
    delegator: &Principal,
    delegate: &Principal,
    new: NewDelegation,
    open: usize,
    pack: &Pack,
    now: Time,
) -> Result<Vec<Change>, Refusal> {
    if delegator.kind != PrincipalKind::User {
        let message = "a service account decides nothing, and so delegates nothing";
        return Err(Refusal::new(Code::ReviewerIsNotAPerson, message));
    }
    if open >= MAX_OPEN {
        let message = format!("{open} of your delegations are not over; {MAX_OPEN} can be");
        return Err(Refusal::new(Code::TooManyOpen, message));
    }
    period(&new, pack, now)?;
    lendable(delegator, &new, pack)?;
    checked_scope(&new.scope, pack)?;
    if new.scope.items() > MAX_SCOPE_ITEMS {
        let message = format!("a delegation names at most {MAX_SCOPE_ITEMS} models, tags and tiers");
        return Err(Refusal::new(Code::TooMany, message).at("/scope"));
    }
    can_decide(delegator, delegate, pack, now)?;
    let event = DelegationGiven {
        delegator: delegator.id,
        delegate: delegate.id,
        roles: new.roles,
        scope: new.scope,
        from: new.from,
        until: new.until,
        reason: new.reason,
    };
    Ok(vec![Change::new(id, Event::DelegationGiven(event))])
}

/// Decides to end a delegation before its time. Either of the two does that.
///
/// # Errors
/// Refuses others, and what is over.
pub fn revoke(
    delegation: &Delegation,
    actor: &Principal,
    comment: Option<Sealed>,
    now: Time,
) -> Result<Vec<Change>, Refusal> {
    if ![delegation.given.delegator, delegation.given.delegate].contains(&actor.id) {
        let message = "a delegation is ended by who gave it, or by who got it";
        return Err(Refusal::new(Code::NotTheDelegator, message));
    }
    let state = delegation.state_at(now);
    moves::allow(("a delegation", state.name()), state.moves(), Move::Revoke, Move::done)?;
    let event = Event::DelegationRevoked(DelegationRevoked { comment });
    Ok(vec![Change::new(delegation.id, event)])
}

fn period(new: &NewDelegation, pack: &Pack, now: Time) -> Result<(), Refusal> {
    if new.until <= new.from || new.until <= now {
        let message = "the delegation would be over before it begins to hold";
        return Err(Refusal::new(Code::InvalidValue, message).at("/until"));
    }
    let longest = pack.settings().delegations_at_most;
    if new.until > longest.after(new.from) {
        let message = format!("a delegation lasts at most {longest}");
        return Err(Refusal::new(Code::DurationTooLong, message).at("/until"));
    }
    Ok(())
}

/// The roles are held by grants that are not over, and decide something. What was delegated is no grant.
fn lendable(delegator: &Principal, new: &NewDelegation, pack: &Pack) -> Result<(), Refusal> {
    if !(1..=MAX_ROLES).contains(&new.roles.len()) {
        let message = format!("a delegation is of 1 to {MAX_ROLES} roles, not {}", new.roles.len());
        return Err(Refusal::new(Code::TooMany, message).at("/roles"));
    }
    let mut seen = BTreeSet::new();
    for (i, role) in new.roles.iter().enumerate() {
        let at = |refusal: Refusal| Err(refusal.at(format!("/roles/{i}")));
        let Some(known) = pack.role(role) else { return at(pack.unknown_role(role)) };
        if !seen.insert(role) {
            return at(Refusal::new(Code::Duplicate, format!("the role `{role}` stands there twice")));
        }
        if !known.permissions.contains(&Permission::Review) {
            let message = format!("the role `{role}` decides no reviews, and only such roles are delegated");
            return at(Refusal::new(Code::RoleNotDelegable, message));
        }
        let holds = |grant: &&crate::identity::Grant| {
            grant.role == *role && grant.until.is_none_or(|until| new.from < until)
        };
        if !delegator.grants.iter().any(|grant| holds(&grant)) {
            let message = format!("you hold no grant of the role `{role}` in that time");
            return at(Refusal::new(Code::RoleNotDelegable, message));
        }
    }
    Ok(())
}

/// Another person, whom two persons let decide something already: a delegation makes nobody a reviewer.
fn can_decide(delegator: &Principal, delegate: &Principal, pack: &Pack, now: Time) -> Result<(), Refusal> {
    let is_person = delegate.kind == PrincipalKind::User && delegate.status == Status::Active;
    if is_person && delegate.person() != delegator.person() && reviews(delegate, pack, now) {
        return Ok(());
    }
    Err(not_a_delegate(delegate.id))
}

/// The refusal of somebody to whom nothing is delegated. Of whom there is not it says the same.
pub fn not_a_delegate(id: PrincipalId) -> Refusal {
    let message = format!("`{id}` is no other person with an active account and a role that decides reviews");
    Refusal::new(Code::NotADelegate, message).at("/delegate")
}

fn reviews(principal: &Principal, pack: &Pack, now: Time) -> bool {
    principal
        .grants_at(now)
        .filter_map(|grant| pack.role(&grant.role))
        .any(|role| role.permissions.contains(&Permission::Review))
}
