//! Who answers today, and where nobody does: computed, never stored.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Accountability;
use crate::Time;
use crate::identity::{Permission, Principal, PrincipalKind, Status, Target, authorise, holds_role};
use crate::ids::PrincipalId;
use crate::pack::{Duty, Pack};
use crate::registry::Model;
use crate::workflow::OWNER;

/// Why nobody answers in a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GapReason {
    /// Nobody was put there.
    NotAssigned,
    /// The time of who was put there is over.
    Ended,
    /// Their account is disabled.
    Disabled,
    /// They were erased.
    Erased,
    /// It is a service account, or of a kind that does not answer.
    NotAPerson,
    /// They do not hold the role for the model any more.
    RoleLost,
    /// They own the model, and would review their own work.
    OwnsTheModel,
}

impl GapReason {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::NotAssigned,
        Self::Ended,
        Self::Disabled,
        Self::Erased,
        Self::NotAPerson,
        Self::RoleLost,
        Self::OwnsTheModel,
    ];

    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotAssigned => "NOT_ASSIGNED",
            Self::Ended => "ENDED",
            Self::Disabled => "DISABLED",
            Self::Erased => "ERASED",
            Self::NotAPerson => "NOT_A_PERSON",
            Self::RoleLost => "ROLE_LOST",
            Self::OwnsTheModel => "OWNS_THE_MODEL",
        }
    }
}

/// A role in which nobody answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Who was put there, if anybody.
    pub principal: Option<PrincipalId>,
    /// Why they do not answer.
    pub reason: GapReason,
}

/// Where a model stands. Every role that its tier demands is in one of the two.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// By role, who answers.
    pub assigned: BTreeMap<String, PrincipalId>,
    /// By role, why nobody does.
    pub missing: BTreeMap<String, Gap>,
}

impl Coverage {
    /// Whether somebody answers in every role.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }
}

/// The principals that [`coverage`] wants to know of.
pub fn named(model: &Model, held: Option<&Accountability>) -> Vec<PrincipalId> {
    let posts = held.into_iter().flat_map(|held| held.posts.values()).map(|post| post.principal);
    [model.owner].into_iter().chain(posts).collect()
}

/// Who answers for a model at that time. `None` where the pack was applied before there were duties.
pub fn coverage(
    model: &Model,
    held: Option<&Accountability>,
    people: &BTreeMap<PrincipalId, Arc<Principal>>,
    pack: &Pack,
    now: Time,
) -> Option<Coverage> {
    let roles = pack.duties()?.of(Duty::Accountability(&model.tier));
    let mut coverage = Coverage::default();
    for role in roles {
        let (principal, reason) = if role == OWNER {
            (Some(model.owner), gap(model, people.get(&model.owner), role, pack, now))
        } else {
            match held.and_then(|held| held.posts.get(role)) {
                None => (None, Some(GapReason::NotAssigned)),
                Some(post) if post.is_over_at(now) => (Some(post.principal), Some(GapReason::Ended)),
                Some(post) => {
                    (Some(post.principal), gap(model, people.get(&post.principal), role, pack, now))
                }
            }
        };
        match (principal, reason) {
            (Some(principal), None) => drop(coverage.assigned.insert(role.clone(), principal)),
            (principal, reason) => {
                let reason = reason.unwrap_or(GapReason::NotAssigned);
                coverage.missing.insert(role.clone(), Gap { principal, reason });
            }
        }
    }
    Some(coverage)
}

/// Why that principal does not answer in the role, if so. The owner holds no role by that name: they have to be a person who
/// may still read the model.
pub(super) fn gap(
    model: &Model,
    principal: Option<&Arc<Principal>>,
    role: &str,
    pack: &Pack,
    now: Time,
) -> Option<GapReason> {
    let Some(principal) = principal else { return Some(GapReason::NotAssigned) };
    let target = Target::Model(model);
    let holds = if role == OWNER {
        authorise(principal, Permission::Read, target, pack, now).is_ok()
    } else {
        holds_role(principal, role, target, now)
    };
    let reviews = pack.role(role).is_some_and(|role| role.permissions.contains(&Permission::Review));
    match principal.status {
        Status::Disabled => Some(GapReason::Disabled),
        Status::Erased => Some(GapReason::Erased),
        Status::Active if principal.kind != PrincipalKind::User => Some(GapReason::NotAPerson),
        Status::Active if !holds => Some(GapReason::RoleLost),
        Status::Active if reviews && principal.id == model.owner => Some(GapReason::OwnsTheModel),
        Status::Active => None,
    }
}

/// The next moment at which the clock alone could change the answer of [`coverage`].
pub fn changes_next(
    held: Option<&Accountability>,
    people: &BTreeMap<PrincipalId, Arc<Principal>>,
    now: Time,
) -> Option<Time> {
    let posts = held.into_iter().flat_map(|held| held.posts.values()).filter_map(|post| post.until);
    let grants = people.values().flat_map(|person| &person.grants);
    let grants = grants.flat_map(|grant| [grant.from, grant.until]).flatten();
    posts.chain(grants).filter(|time| *time > now).min()
}
