//! A delegation as it stands.

use std::sync::Arc;

use assent_sabotage::{Fault, planted};
use serde::{Deserialize, Serialize};

use super::event::{DelegationGiven, OnBehalf};
use crate::event::{Event, Stamp};
use crate::identity::{Principal, Target, holds_role};
use crate::ids::{DelegationId, PrincipalId};
use crate::registry::event::Recorded;
use crate::{Sealed, Time};

/// Where a delegation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DelegationState {
    /// Its time has not come.
    Planned,
    /// It can be used.
    Active,
    /// Its time is over.
    Ended,
    /// One of the two ended it.
    Revoked,
}

impl DelegationState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Planned, Self::Active, Self::Ended, Self::Revoked];

    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Planned => "PLANNED",
            Self::Active => "ACTIVE",
            Self::Ended => "ENDED",
            Self::Revoked => "REVOKED",
        }
    }

    /// What can be done from here.
    pub fn moves(self) -> &'static [Move] {
        match self {
            Self::Planned | Self::Active => &[Move::Revoke],
            Self::Ended | Self::Revoked => &[],
        }
    }
}

/// What somebody can do with a delegation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// End it before its time.
    Revoke,
}

impl Move {
    /// In words, after "it can be".
    pub fn done(self) -> &'static str {
        match self {
            Self::Revoke => "revoked",
        }
    }
}

/// That it was ended before its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoked {
    /// When, and by whom.
    pub recorded: Recorded,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Sealed>,
}

/// Somebody decides in the place of somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delegation {
    /// Its id.
    pub id: DelegationId,
    /// What was given.
    #[serde(flatten)]
    pub given: DelegationGiven,
    /// When it was given, and by whom.
    pub recorded: Recorded,
    /// That it was ended before its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Revoked>,
}

impl Delegation {
    /// The delegation that the event gives.
    pub fn new(id: DelegationId, event: &DelegationGiven, stamp: &Stamp) -> Self {
        Self { id, given: event.clone(), recorded: stamp.into(), revoked: None }
    }

    /// Where it stands at that time. This is the one place where its dates are compared with a clock.
    pub fn state_at(&self, now: Time) -> DelegationState {
        if self.revoked.is_some() {
            DelegationState::Revoked
        } else if now < self.given.from {
            DelegationState::Planned
        } else if now < self.given.until || planted(Fault::Expiry) {
            DelegationState::Active
        } else {
            DelegationState::Ended
        }
    }

    pub(crate) fn evolve(&mut self, event: &Event, stamp: &Stamp) {
        if let Event::DelegationRevoked(event) = event {
            let comment = event.comment.clone();
            self.revoked.get_or_insert(Revoked { recorded: stamp.into(), comment });
        }
    }
}

/// In whose place a principal acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acting {
    /// By which delegations: those between the two that are not over.
    pub delegations: Vec<Arc<Delegation>>,
    /// In whose place, as they are today.
    pub delegator: Arc<Principal>,
}

impl Acting {
    /// By which delegation the role is lent to `delegate` there now, if it is: one reaches it, and the delegator holds it by a
    /// grant of their own.
    pub fn lends(
        &self,
        delegate: PrincipalId,
        role: &str,
        target: Target<'_>,
        now: Time,
    ) -> Option<OnBehalf> {
        let delegator = self.delegator.id;
        let lends = |delegation: &&Arc<Delegation>| {
            let given = &delegation.given;
            (given.delegator, given.delegate) == (delegator, delegate)
                && delegation.state_at(now) == DelegationState::Active
                && given.roles.iter().any(|lent| lent == role)
                && given.scope.covers(target)
        };
        let found = self.delegations.iter().find(lends)?;
        let holds = holds_role(&self.delegator, role, target, now);
        holds.then_some(OnBehalf { delegator, delegation: found.id })
    }
}
