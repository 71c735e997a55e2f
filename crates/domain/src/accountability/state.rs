//! Who answers for a model, and who did.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::event::{AccountabilityAssigned, AccountabilityEnded};
use crate::event::{Event, Stamp};
use crate::ids::{AccountabilityId, ModelId, PrincipalId};
use crate::registry::event::Recorded;
use crate::{Sealed, Time};

/// How many of those who answered once are kept in the state; the log keeps all of them.
pub const MAX_PAST: usize = 200;

/// Somebody in a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Who.
    pub principal: PrincipalId,
    /// Until when (not included); without end if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// Why they; absent for who registered as the owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Sealed>,
    /// Since when, and by whom they were put there.
    pub recorded: Recorded,
}

impl Post {
    /// Whether its time is over.
    pub fn is_over_at(&self, now: Time) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

/// Somebody who was in a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastPost {
    /// The role.
    pub role: String,
    /// Who was there.
    pub post: Post,
    /// When it ended, and through whom.
    pub ended: Recorded,
    /// Why.
    pub why: Sealed,
}

/// Who answers for a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accountability {
    /// Its id: that of the model.
    pub id: AccountabilityId,
    /// The model.
    pub model: ModelId,
    /// By role, who was put into it last and not taken out of it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub posts: BTreeMap<String, Post>,
    /// Who was there before, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past: Vec<PastPost>,
}

impl Accountability {
    /// That of a model for which somebody was put into a role for the first time.
    pub fn new(id: AccountabilityId, event: &AccountabilityAssigned, stamp: &Stamp) -> Self {
        let mut first = Self { id, model: event.model, posts: BTreeMap::new(), past: Vec::new() };
        first.assigned(event, stamp);
        first
    }

    pub(crate) fn evolve(&mut self, event: &Event, stamp: &Stamp) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the other events are about other things")]
        match event {
            Event::AccountabilityAssigned(event) => self.assigned(event, stamp),
            Event::AccountabilityEnded(event) => self.ended(event, stamp),
            _ => {}
        }
    }

    fn assigned(&mut self, event: &AccountabilityAssigned, stamp: &Stamp) {
        let AccountabilityAssigned { role, principal, until, reason, predecessor, .. } = event;
        let of_record = |recorded: &super::event::Predecessor| Post {
            principal: recorded.principal,
            until: None,
            reason: None,
            recorded: recorded.recorded,
        };
        let before = self.posts.remove(role).or_else(|| predecessor.as_ref().map(of_record));
        if let Some(post) = before {
            self.remember(role, post, stamp.into(), reason);
        }
        let post = Post {
            principal: *principal,
            until: *until,
            reason: Some(reason.clone()),
            recorded: stamp.into(),
        };
        self.posts.insert(role.clone(), post);
    }

    fn ended(&mut self, event: &AccountabilityEnded, stamp: &Stamp) {
        if let Some(post) = self.posts.remove(&event.role) {
            self.remember(&event.role, post, stamp.into(), &event.reason);
        }
    }

    fn remember(&mut self, role: &str, post: Post, ended: Recorded, why: &Sealed) {
        if self.past.len() >= MAX_PAST {
            self.past.remove(0);
        }
        self.past.push(PastPost { role: role.to_owned(), post, ended, why: why.clone() });
    }
}
