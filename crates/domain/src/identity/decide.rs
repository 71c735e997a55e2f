//! Decisions about principals, grants and tokens.

use jiff::SignedDuration;

use super::event::{
    GrantRevoked, PrincipalDisabled, PrincipalEnabled, PrincipalKind, PrincipalRegistered, SessionsEnded,
    SubjectErased, TokenIssued, TokenRevoked,
};
use super::{Command, Grant, Permission, Principal, Restriction, Scope, Status, Token};
use crate::event::{Change, Event};
use crate::ids::{Digest, PrincipalId, TokenId};
use crate::pack::Pack;
use crate::text;
use crate::{Code, Refusal, Time};

/// The longest life of a token.
pub(super) const MAX_TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(366 * 24);
/// The most grants that a principal can hold.
pub(super) const MAX_GRANTS: usize = 200;
/// The most models, tags and tiers that the grants of a principal name together: what a list is filtered by stays small.
pub(super) const MAX_SCOPE_ITEMS: usize = 4_000;
/// The same for a token.
pub(super) const MAX_TOKEN_SCOPE_ITEMS: usize = 200;

/// Decides a command on the principal `id`, whose state is `state`. `granter` is the person who asks; the platform itself is
/// nobody.
pub fn decide(
    id: PrincipalId,
    state: Option<&Principal>,
    command: Command,
    granter: Option<PrincipalId>,
    pack: &Pack,
    now: Time,
) -> Result<Vec<Change>, Refusal> {
    let event = match (command, state) {
        (Command::Register { kind, name, email, responsible }, None) => {
            responsible_is_named(kind, responsible)?;
            Event::PrincipalRegistered(PrincipalRegistered { kind, name, email, responsible })
        }
        (Command::Register { .. }, Some(_)) => {
            return Err(Refusal::new(Code::Duplicate, format!("the principal `{id}` is registered already")));
        }
        (_, None) => return Err(not_found(id)),
        (Command::Disable, Some(principal)) => {
            if principal.status != Status::Active {
                return Ok(Vec::new());
            }
            Event::PrincipalDisabled(PrincipalDisabled {})
        }
        (Command::Enable, Some(principal)) => {
            if principal.status == Status::Active {
                return Ok(Vec::new());
            }
            not_erased(principal)?;
            Event::PrincipalEnabled(PrincipalEnabled {})
        }
        (Command::Erase { reason }, Some(principal)) => {
            if principal.status == Status::Erased {
                return Ok(Vec::new());
            }
            may_be_erased(principal, granter)?;
            Event::SubjectErased(SubjectErased { reason })
        }
        (Command::EndSessions, Some(principal)) => {
            not_erased(principal)?;
            Event::SessionsEnded(SessionsEnded {})
        }
        (Command::Grant(grant), Some(principal)) => {
            not_erased(principal)?;
            not_to_oneself(principal, &grant, pack, granter)?;
            Event::GrantIssued(checked_grant(principal, grant, pack, now)?)
        }
        (Command::RevokeGrant(grant), Some(principal)) => {
            if !principal.grants.iter().any(|held| held.id == grant) {
                return Err(Refusal::new(Code::NotFound, format!("`{id}` holds no grant `{grant}`")));
            }
            Event::GrantRevoked(GrantRevoked { id: grant })
        }
    };
    Ok(vec![Change::new(id, event)])
}

/// Decides to issue a token for `principal`.
pub fn issue_token(
    id: TokenId,
    principal: &Principal,
    secret_hash: Digest,
    expires_at: Time,
    restriction: Restriction,
    pack: &Pack,
    now: Time,
) -> Result<Vec<Change>, Refusal> {
    not_erased(principal)?;
    if restriction.scope.items() > MAX_TOKEN_SCOPE_ITEMS {
        let message = format!("a token names at most {MAX_TOKEN_SCOPE_ITEMS} models, tags and tiers");
        return Err(Refusal::new(Code::TooMany, message).at("/scope"));
    }
    checked_scope(&restriction.scope, pack)?;
    if principal.status == Status::Disabled {
        return Err(Refusal::new(
            Code::PrincipalDisabled,
            format!("the account `{}` is disabled", principal.id),
        ));
    }
    let life = expires_at.duration_since(now);
    if life <= SignedDuration::ZERO || life > MAX_TOKEN_LIFE {
        let message = format!(
            "the expiry `{expires_at}` is not within the next {} days",
            MAX_TOKEN_LIFE.as_hours() / 24
        );
        return Err(Refusal::new(Code::TokenPeriod, message).at("/expiresAt"));
    }
    let event = TokenIssued {
        principal: principal.id,
        secret_hash,
        expires_at,
        era: principal.token_era,
        restriction,
    };
    Ok(vec![Change::new(id, Event::TokenIssued(event))])
}

/// Decides to revoke a token; doing it twice changes nothing.
pub fn revoke_token(token: &Token) -> Vec<Change> {
    if token.revoked_at.is_some() {
        return Vec::new();
    }
    vec![Change::new(token.id, Event::TokenRevoked(TokenRevoked {}))]
}

fn responsible_is_named(kind: PrincipalKind, responsible: Option<PrincipalId>) -> Result<(), Refusal> {
    let message = match (kind, responsible) {
        (PrincipalKind::Service, None) => "a service account needs a responsible person",
        (PrincipalKind::User, Some(_)) => "only a service account has a responsible person",
        (PrincipalKind::User, None) | (PrincipalKind::Service, Some(_)) => return Ok(()),
    };
    Err(Refusal::new(Code::InvalidValue, message).at("/responsible"))
}

/// Who was erased does not come back.
fn not_erased(principal: &Principal) -> Result<(), Refusal> {
    if principal.status == Status::Erased {
        let message = format!("the principal `{}` was erased, and an erasure is for good", principal.id);
        return Err(Refusal::new(Code::SubjectErased, message));
    }
    Ok(())
}

/// Nobody erases themself, so that whoever erased the last of the others is still there to administer; and nobody is erased
/// while they may still act, because what they do is sealed under the key that goes.
fn may_be_erased(principal: &Principal, granter: Option<PrincipalId>) -> Result<(), Refusal> {
    if granter == Some(principal.person()) && principal.kind == PrincipalKind::User {
        let message = format!("the principal `{}` is the one who asks", principal.id);
        return Err(Refusal::new(Code::ErasureOfOneself, message));
    }
    if principal.status == Status::Active {
        let message = format!("the principal `{}` is active", principal.id);
        return Err(Refusal::new(Code::StillActive, message));
    }
    Ok(())
}

/// Who manages access does not let themself approve.
fn not_to_oneself(
    principal: &Principal,
    grant: &Grant,
    pack: &Pack,
    granter: Option<PrincipalId>,
) -> Result<(), Refusal> {
    let approves = pack.role(&grant.role).is_some_and(|role| role.permissions.contains(&Permission::Review));
    if approves && granter == Some(principal.person()) {
        let message = format!("the role `{}` decides reviews, and nobody grants it to themself", grant.role);
        return Err(Refusal::new(Code::GrantToOneself, message).at("/role"));
    }
    Ok(())
}

fn checked_grant(principal: &Principal, grant: Grant, pack: &Pack, now: Time) -> Result<Grant, Refusal> {
    if pack.role(&grant.role).is_none() {
        return Err(pack.unknown_role(&grant.role).at("/role"));
    }
    checked_scope(&grant.scope, pack)?;
    if grant.until.is_some_and(|until| until <= now || grant.from.is_some_and(|from| until <= from)) {
        return Err(
            Refusal::new(Code::InvalidValue, "the grant would end before it begins to hold").at("/until")
        );
    }
    if principal.grants.len() >= MAX_GRANTS {
        return Err(Refusal::new(Code::TooMany, format!("a principal holds at most {MAX_GRANTS} grants")));
    }
    let named = principal.grants.iter().map(|held| held.scope.items()).sum::<usize>() + grant.scope.items();
    if named > MAX_SCOPE_ITEMS {
        let message = format!(
            "the grants of a principal name at most {MAX_SCOPE_ITEMS} models, tags and tiers together; these would name {named}"
        );
        return Err(Refusal::new(Code::TooMany, message).at("/scope"));
    }
    Ok(grant)
}

pub(crate) fn checked_scope(scope: &Scope, pack: &Pack) -> Result<(), Refusal> {
    scope.tags.iter().flatten().try_for_each(|tag| text::name("/scope/tags", tag))?;
    match scope.tiers.iter().flatten().find(|tier| pack.tier(tier).is_none()) {
        Some(tier) => Err(pack.unknown_tier(tier).at("/scope/tiers")),
        None => Ok(()),
    }
}

fn not_found(id: PrincipalId) -> Refusal {
    Refusal::new(Code::NotFound, format!("there is no principal `{id}`"))
}
