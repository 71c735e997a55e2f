//! The one question: may this principal do that, there, now?

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Grant, Principal, Status};
use crate::ids::{GrantId, ModelId};
use crate::pack::Pack;
use crate::{Code, Refusal, Time};

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident $wire:literal;)*) => {
        /// What a role can allow. Closed: the engine knows permissions, the pack knows roles.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum Permission {$(
            $(#[$doc])*
            $name,
        )*}

        impl Permission {
            /// Every permission.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// As on the wire.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $wire),* }
            }
        }
    };
}

permissions! {
    /// See models, versions, their facts, promotions and findings.
    Read "READ";
    /// Register a model.
    RegisterModel "REGISTER_MODEL";
    /// Register a version of a model.
    RegisterVersion "REGISTER_VERSION";
    /// Attach documents and scan results to a version.
    AttachEvidence "ATTACH_EVIDENCE";
    /// Register a data set, and so become its steward.
    RegisterDataset "REGISTER_DATASET";
    /// Have a version evaluated.
    Evaluate "EVALUATE";
    /// Register a system, and describe it.
    RegisterSystem "REGISTER_SYSTEM";
    /// Assess the risks of a model, and ask for another tier.
    AssessRisk "ASSESS_RISK";
    /// Ask for an exception from a policy.
    RequestException "REQUEST_EXCEPTION";
    /// Ask for a change of a model in service, schedule it, start it and say how it ended.
    RequestChange "REQUEST_CHANGE";
    /// Ask for a promotion, submit it, withdraw it.
    RequestPromotion "REQUEST_PROMOTION";
    /// Decide reviews, where the step asks for a role that one holds.
    Review "REVIEW";
    /// Complete an approved promotion.
    CompletePromotion "COMPLETE_PROMOTION";
    /// Move a version down or out of service.
    MoveVersion "MOVE_VERSION";
    /// Search the log and follow it, entries included.
    ReadLog "READ_LOG";
    /// Apply packs.
    ApplyPack "APPLY_PACK";
    /// Register, disable and enable principals, and issue their tokens.
    ManagePrincipals "MANAGE_PRINCIPALS";
    /// Grant roles and take them back.
    ManageGrants "MANAGE_GRANTS";
    /// Erase who a principal was. It cannot be undone.
    EraseSubjects "ERASE_SUBJECTS";
    /// Say who answers for a model. Its owner may without.
    AssignAccountability "ASSIGN_ACCOUNTABILITY";
    /// Comment on what one can read.
    Comment "COMMENT";
}

impl Permission {
    /// Whether it lets its holder approve something, or decide who approves what: such a role is granted by two persons.
    /// Besides reviews these are grants, packs, and principals, in whose name tokens are issued.
    pub fn approves(self) -> bool {
        matches!(self, Self::Review | Self::ManageGrants | Self::ManagePrincipals | Self::ApplyPack)
    }
}

/// Where a grant holds. Absent lists do not restrict; present ones all have to match.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scope {
    /// Only these models.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub models: Option<BTreeSet<ModelId>>,
    /// Only models with one of these tags (`key` or `key=value`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeSet<String>>,
    /// Only models of these tiers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tiers: Option<BTreeSet<String>>,
}

/// What a permission is wanted for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target<'a> {
    /// The platform as a whole: its people, packs, data sets and log. Only an unrestricted grant reaches it.
    Platform,
    /// Any model at all: for lists, which then show what the grants cover.
    SomeModel,
    /// A model.
    Model(&'a crate::registry::Model),
}

impl Scope {
    /// Whether nothing is restricted.
    pub fn is_unrestricted(&self) -> bool {
        self.models.is_none() && self.tags.is_none() && self.tiers.is_none()
    }

    /// How many models, tags and tiers it names.
    pub fn items(&self) -> usize {
        let models = self.models.as_ref().map_or(0, BTreeSet::len);
        [&self.tags, &self.tiers].into_iter().flatten().map(BTreeSet::len).sum::<usize>() + models
    }

    /// Whether the scope reaches the target.
    pub fn covers(&self, target: Target<'_>) -> bool {
        match target {
            Target::Platform => self.is_unrestricted(),
            Target::SomeModel => true,
            Target::Model(model) => {
                self.models.as_ref().is_none_or(|models| models.contains(&model.id))
                    && self.tiers.as_ref().is_none_or(|tiers| tiers.contains(&model.tier))
                    && self.tags.as_ref().is_none_or(|tags| tags.iter().any(|tag| model.has_tag(tag)))
            }
        }
    }
}

impl Grant {
    /// A grant of that role everywhere, at once and without end.
    pub fn of(id: GrantId, role: impl Into<String>) -> Self {
        let scope = Scope::default();
        Self { id, role: role.into(), scope, from: None, until: None, provider: None, proposal: None }
    }

    /// Whether its holder manages all grants while it holds.
    pub fn is_managing(&self, pack: &Pack) -> bool {
        self.scope.is_unrestricted() && pack.manages(&self.role)
    }

    /// Whether the grant holds at that time.
    pub fn holds_at(&self, now: Time) -> bool {
        self.from.is_none_or(|from| from <= now) && self.until.is_none_or(|until| now < until)
    }
}

/// What a token leaves of what its principal may do. Both have to allow it: a token gives nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Restriction {
    /// Only these permissions; all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<BTreeSet<Permission>>,
    /// Only there.
    #[serde(default, skip_serializing_if = "Scope::is_unrestricted")]
    pub scope: Scope,
}

impl Restriction {
    /// Whether nothing is restricted.
    pub fn is_none(&self) -> bool {
        self.permissions.is_none() && self.scope.is_unrestricted()
    }

    fn leaves(&self, permission: Permission) -> bool {
        self.permissions.as_ref().is_none_or(|permissions| permissions.contains(&permission))
    }
}

/// Where a principal has a permission: where one of the scopes is that its grants give, and within what its token leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach<'a> {
    /// The scope of every grant that holds and whose role carries the permission.
    pub scopes: Vec<&'a Scope>,
    /// What the token leaves.
    pub within: &'a Scope,
}

impl Reach<'_> {
    /// Whether it reaches the target.
    pub fn covers(&self, target: Target<'_>) -> bool {
        self.within.covers(target) && self.scopes.iter().any(|scope| scope.covers(target))
    }
}

/// Where the principal has the permission now. The answer of [`authorise`] and what lists show are both made from it.
pub fn reach<'a>(principal: &'a Principal, permission: Permission, pack: &Pack, now: Time) -> Reach<'a> {
    let may = principal.status == Status::Active && principal.restriction.leaves(permission);
    let carries = |role: &str| pack.role(role).is_some_and(|role| role.permissions.contains(&permission));
    let grants = principal.grants_at(now).filter(|grant| may && carries(&grant.role));
    Reach { scopes: grants.map(|grant| &grant.scope).collect(), within: &principal.restriction.scope }
}

/// Refuses what a token of its principal does not leave, for what needs no permission of its own.
pub fn left_by_token(principal: &Principal, permission: Permission) -> Result<(), Refusal> {
    if principal.restriction.leaves(permission) {
        return Ok(());
    }
    Err(token_lacks(permission))
}

fn token_lacks(permission: Permission) -> Refusal {
    let message =
        format!("the token is restricted, and `{}` is not among its permissions", permission.name());
    Refusal::new(Code::TokenRestricted, message)
}

/// Yes, if a grant of the principal gives the permission for the target now; else the refusal that says why not.
pub fn authorise(
    principal: &Principal,
    permission: Permission,
    target: Target<'_>,
    pack: &Pack,
    now: Time,
) -> Result<(), Refusal> {
    if principal.status != Status::Active {
        return Err(Refusal::new(Code::PrincipalDisabled, "the account is disabled"));
    }
    if reach(principal, permission, pack, now).covers(target) {
        return Ok(());
    }
    left_by_token(principal, permission)?;
    if !principal.restriction.scope.covers(target) {
        return Err(Refusal::new(Code::TokenRestricted, "the token is restricted to some models"));
    }
    let roles = pack.roles_with(permission).join(", ");
    let message = format!("this needs the permission `{}`, which the roles {roles} carry", permission.name());
    Err(Refusal::new(Code::PermissionMissing, message))
}

/// Whether the principal decides in the role for the model now: by a grant of its own, or in the place of somebody by one of
/// theirs.
pub fn decides_in_role(principal: &Principal, role: &str, target: Target<'_>, now: Time) -> bool {
    match &principal.acting {
        None => holds_role(principal, role, target, now),
        Some(acting) => {
            principal.status == Status::Active
                && principal.restriction.scope.covers(target)
                && acting.lends(principal.id, role, target, now).is_some()
        }
    }
}

/// Whether the principal holds the role for the model now.
pub fn holds_role(principal: &Principal, role: &str, target: Target<'_>, now: Time) -> bool {
    principal.status == Status::Active
        && principal.restriction.scope.covers(target)
        && principal.grants_at(now).any(|grant| grant.role == role && grant.scope.covers(target))
}
