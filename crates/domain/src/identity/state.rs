//! Principals and tokens as they stand.

use std::sync::Arc;

use assent_sabotage::{Fault, planted};
use serde::{Deserialize, Serialize};

use super::event::{PrincipalRegistered, TokenIssued, is_zero};
use super::provider::Identity;
use super::{Grant, PrincipalKind, Restriction, Target};
use crate::delegation::{Acting, OnBehalf};
use crate::event::{Event, Stamp};
use crate::ids::{Digest, PrincipalId, TokenId};
use crate::pack::Pack;
use crate::{Sealed, Time};

/// Whether a principal may act at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// It may, within its grants.
    Active,
    /// It may not.
    Disabled,
    /// It may not, nobody can tell any more who it was, and it does not come back.
    Erased,
}

/// A person or a service account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Principal {
    /// Its id.
    pub id: PrincipalId,
    /// Person or service account.
    pub kind: PrincipalKind,
    /// Display name.
    pub name: Sealed,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Sealed>,
    /// The person responsible for a service account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsible: Option<PrincipalId>,
    /// The account that stands for the person, where it is linked to another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PrincipalId>,
    /// Whether it may act.
    pub status: Status,
    /// Roles that it was granted and that were not taken back, past and future ones included.
    pub grants: Vec<Grant>,
    /// When it was registered.
    pub registered_at: Time,
    /// How many times all its sessions ended. A session of an earlier era does not hold.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub session_era: u64,
    /// How many times it was disabled. A token of an earlier era does not hold.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub token_era: u64,
    /// Its accounts with other providers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identities: Vec<Identity>,
    /// What the token leaves that it acts with. No part of the state: see [`Principal::within`].
    #[serde(skip)]
    pub restriction: Restriction,
    /// In whose place it acts. No part of the state: see [`Principal::in_place_of`].
    #[serde(skip)]
    pub acting: Option<Arc<Acting>>,
}

impl Principal {
    /// The principal that the event registers.
    pub fn new(id: PrincipalId, event: &PrincipalRegistered, stamp: &Stamp) -> Self {
        Self {
            id,
            kind: event.kind,
            name: event.name.clone(),
            email: event.email.clone(),
            responsible: event.responsible,
            person: None,
            status: Status::Active,
            grants: Vec::new(),
            registered_at: stamp.at,
            session_era: 0,
            token_era: 0,
            identities: Vec::new(),
            restriction: Restriction::default(),
            acting: None,
        }
    }

    /// The same principal as it acts with a token that leaves only this.
    #[must_use]
    pub fn within(&self, restriction: Restriction) -> Self {
        Self { restriction, ..self.clone() }
    }

    /// The same principal as it acts by a delegation.
    #[must_use]
    pub fn in_place_of(&self, acting: Acting) -> Self {
        Self { acting: Some(Arc::new(acting)), ..self.clone() }
    }

    /// The persons who decide what it decides: itself, and in whose place it acts.
    pub fn persons(&self) -> impl Iterator<Item = PrincipalId> {
        let delegator = self.acting.as_ref().map(|acting| acting.delegator.person());
        [self.person()].into_iter().chain(delegator)
    }

    /// In whose place it decides in a role there now, if it acts for somebody.
    pub fn on_behalf(&self, role: &str, target: Target<'_>, now: Time) -> Option<OnBehalf> {
        self.acting.as_ref().and_then(|acting| acting.lends(self.id, role, target, now))
    }

    /// The person behind it, by one account of theirs: through who is responsible for it, and through links. Whatever must
    /// not be done by the same person twice compares this.
    pub fn person(&self) -> PrincipalId {
        let linked = if planted(Fault::Links) { None } else { self.person };
        linked.or(self.responsible).unwrap_or(self.id)
    }

    /// The account that answers for it: itself, or who is responsible for it. Whatever only one person may do compares this:
    /// a link takes rights away and gives none.
    pub fn answerable(&self) -> PrincipalId {
        self.responsible.unwrap_or(self.id)
    }

    /// Whether it holds a role that approves, at whatever time: who is to act in its name is for two persons to say.
    pub fn approves(&self, pack: &Pack) -> bool {
        self.grants.iter().any(|grant| pack.approves(&grant.role))
    }

    /// Whether it holds a role that manages all grants, at whatever time.
    pub fn manages(&self, pack: &Pack) -> bool {
        self.grants.iter().any(|grant| grant.is_managing(pack))
    }

    /// The grants that hold at that time.
    pub fn grants_at(&self, now: Time) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(move |grant| grant.holds_at(now))
    }

    pub(crate) fn evolve(&mut self, event: &Event, _stamp: &Stamp) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the other events are about other things")]
        match event {
            Event::SubjectErased(_) => self.status = Status::Erased,
            // What somebody erased has done is still compared with what others do.
            Event::PrincipalLinked(linked) => self.person = Some(linked.person),
            Event::PrincipalUnlinked(_) => self.person = None,
            _ if self.status == Status::Erased => {}
            Event::PrincipalDisabled(_) => {
                self.status = Status::Disabled;
                (self.session_era, self.token_era) = (self.session_era + 1, self.token_era + 1);
            }
            Event::IdentityLinked(linked) => self.identities.push(linked.identity.clone()),
            Event::SessionsEnded(_) => self.session_era += 1,
            Event::EmailSet(set) => self.email = Some(set.email.clone()),
            Event::PrincipalEnabled(_) => self.status = Status::Active,
            Event::GrantIssued(grant) => self.grants.push(grant.clone()),
            Event::GrantRevoked(revoked) => self.grants.retain(|grant| grant.id != revoked.id),
            _ => {}
        }
    }
}

/// An API token. Who presents its secret acts as its principal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    /// Its id, which is part of what the bearer presents.
    pub id: TokenId,
    /// Whose it is.
    pub principal: PrincipalId,
    /// SHA-256 of its secret.
    pub secret_hash: Digest,
    /// Until when it holds (not included).
    pub expires_at: Time,
    /// How many times its principal had been disabled before it was issued.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub era: u64,
    /// What it leaves of what its principal may do.
    #[serde(default, skip_serializing_if = "Restriction::is_none")]
    pub restriction: Restriction,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Time>,
}

impl Token {
    /// The token that the event issues.
    pub fn new(id: TokenId, event: &TokenIssued, _stamp: &Stamp) -> Self {
        Self {
            id,
            principal: event.principal,
            secret_hash: event.secret_hash,
            expires_at: event.expires_at,
            era: event.era,
            restriction: event.restriction.clone(),
            revoked_at: None,
        }
    }

    /// Whether it holds at that time for its principal as it stands.
    pub fn holds_at(&self, principal: &Principal, now: Time) -> bool {
        self.revoked_at.is_none()
            && now < self.expires_at
            && self.era == principal.token_era
            && self.principal == principal.id
            && principal.status == Status::Active
    }

    pub(crate) fn evolve(&mut self, event: &Event, stamp: &Stamp) {
        if matches!(event, Event::TokenRevoked(_)) {
            self.revoked_at.get_or_insert(stamp.at);
        }
    }
}
