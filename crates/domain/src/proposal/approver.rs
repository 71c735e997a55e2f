//! Who confirms a pack: besides managing grants, somebody who holds a role that the pack in force binds to the duty
//! `configurationApprover`, as long as there is somebody.

use super::Proposed;
use crate::identity::{Principal, PrincipalKind, Status, Target, holds_role};
use crate::pack::Pack;
use crate::{Code, Refusal, Time};

/// What the duty `configurationApprover` says of who confirms a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approver {
    /// It is asked for packs only, and only where the pack in force binds it.
    NotAsked,
    /// They hold this role.
    Holds(String),
    /// They hold none of its roles, and nobody else who could confirm does.
    NobodyHolds,
    /// They hold none of these roles, and somebody else who could confirm does.
    Lacks(Vec<String>),
}

impl Approver {
    /// The role in which it is confirmed, if in one.
    pub(super) fn role(self) -> Result<Option<String>, Refusal> {
        match self {
            Self::NotAsked | Self::NobodyHolds => Ok(None),
            Self::Holds(role) => Ok(Some(role)),
            Self::Lacks(roles) => {
                let roles = roles.join(", ");
                let message = format!("a pack is confirmed in one of the roles {roles}, and you hold none");
                Err(Refusal::new(Code::ApproverLacksRole, message))
            }
        }
    }
}

/// What the duty says of `confirmer`. `another` tells whether anybody [is waited for](is_waited_for), and is asked only where
/// that decides.
///
/// # Errors
/// Those of `another`.
pub fn approver<E>(
    proposed: &Proposed,
    pack: &Pack,
    confirmer: &Principal,
    now: Time,
    another: impl FnOnce() -> Result<bool, E>,
) -> Result<Approver, E> {
    let roles = pack.configuration_approvers();
    if !matches!(proposed, Proposed::ApplyPack { .. }) || roles.is_empty() {
        return Ok(Approver::NotAsked);
    }
    if let Some(role) = roles.iter().find(|role| holds_role(confirmer, role, Target::Platform, now)) {
        return Ok(Approver::Holds(role.clone()));
    }
    Ok(if another()? { Approver::Lacks(roles.to_vec()) } else { Approver::NobodyHolds })
}

/// Whether a pack that `proposer` proposes waits for this account: a person's, of somebody else, which manages grants and holds
/// one of the roles now. One that is disabled counts as long as it holds them: to disable takes one person, who could choose
/// otherwise who confirms.
pub fn is_waited_for(account: &Principal, proposer: &Principal, pack: &Pack, now: Time) -> bool {
    let held = |role: &dyn Fn(&str) -> bool| {
        account.grants_at(now).any(|grant| grant.scope.is_unrestricted() && role(&grant.role))
    };
    account.kind == PrincipalKind::User
        && account.status != Status::Erased
        && account.person() != proposer.person()
        && held(&|role| pack.manages(role))
        && held(&|role| pack.confirms_packs(role))
}
