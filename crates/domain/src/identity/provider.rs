//! People for whom another provider vouches: who they are, and the roles that their groups there stand for.
//!
//! A role from a provider is a grant that names it, and that ends by itself after some days unless the person logs in again:
//! who left a group there keeps nothing here. Grants of other origin are left alone.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::credential::logs_in;
use super::event::{GrantRevoked, IdentityLinked, PrincipalRegistered};
use super::{Grant, Principal, PrincipalKind};
use crate::event::{Change, Event};
use crate::ids::{GrantId, PrincipalId};
use crate::pack::Pack;
use crate::{Code, Refusal, Sealed, Time};

/// How long a role holds that a provider gives.
pub const ROLE_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// With less than this left, it is given anew.
const RENEWED_BELOW: SignedDuration = SignedDuration::from_hours(6 * 24);

/// An account of a person with a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The provider, by its name in the configuration.
    pub provider: String,
    /// The subject there, sealed under the person.
    pub subject: Sealed,
}

/// What a provider says about somebody who has logged in there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    /// The account there.
    pub identity: Identity,
    /// Whether that account was linked to the person when we looked.
    pub linked: bool,
    /// Their name, and their address if it is verified: for somebody who is not registered yet.
    pub name: Sealed,
    /// The address.
    pub email: Option<Sealed>,
    /// The roles that their groups stand for, each with the id that a new grant of it gets.
    pub roles: Vec<(GrantId, String)>,
}

/// Decides what follows from a log-in with a provider: the person is registered if there is none, the account is linked to
/// it if it is not yet, and the roles from this provider become those that it names now. A person has one account with a
/// provider: an address that has gone over to somebody else there does not lead them in.
pub fn vouch(
    id: PrincipalId,
    state: Option<&Principal>,
    vouched: Vouched,
    pack: &Pack,
    now: Time,
) -> Result<Vec<Change>, Refusal> {
    let mut events = Vec::new();
    let Vouched { identity, linked, name, email, roles } = vouched;
    if let Some(principal) = state {
        logs_in(principal)?;
    } else {
        let kind = PrincipalKind::User;
        let registered = PrincipalRegistered { kind, name, email, responsible: None };
        events.push(Event::PrincipalRegistered(registered));
    }
    let provider = identity.provider.clone();
    if !linked {
        if state.is_some_and(|held| held.identities.iter().any(|held| held.provider == provider)) {
            let message = format!("the person is linked to another account with `{provider}`");
            return Err(Refusal::new(Code::OtherAccount, message));
        }
        events.push(Event::IdentityLinked(IdentityLinked { identity }));
    }
    let given = |grant: &&Grant| grant.provider.as_deref() == Some(&provider);
    let held: Vec<&Grant> = state.map(|held| held.grants.iter().filter(given).collect()).unwrap_or_default();
    let fresh = |grant: &Grant| grant.until.is_some_and(|until| until.duration_since(now) > RENEWED_BELOW);
    let stays = |grant: &Grant| fresh(grant) && roles.iter().any(|(_, role)| *role == grant.role);
    for grant in held.iter().filter(|grant| !stays(grant)) {
        events.push(Event::GrantRevoked(GrantRevoked { id: grant.id }));
    }
    for (id, role) in &roles {
        let known = pack.role(role).is_some();
        if known && !held.iter().any(|grant| grant.role == *role && fresh(grant)) {
            let until = now.checked_add(ROLE_LIFE).ok();
            let provider = Some(provider.clone());
            events.push(Event::GrantIssued(Grant { until, provider, ..Grant::of(*id, role) }));
        }
    }
    Ok(events.into_iter().map(|event| Change::new(id, event)).collect())
}
