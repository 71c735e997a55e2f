//! Commands on delegations, and acting by one.

use assent_domain::delegation::{self, Delegation, DelegationState, NewDelegation};
use assent_domain::event::Change;
use assent_domain::identity::{Permission, Principal, Target, left_by_token};
use assent_domain::ids::{DelegationId, PrincipalId};
use assent_domain::{Kind, Sealed, Time};

use super::Hand;
use crate::cases::not_found;
use crate::ledger::Failure;
use crate::view::View;

impl Hand<'_> {
    /// Who reviews lets somebody review in their place; nobody else can give that.
    pub(super) fn give_delegation(
        &self,
        id: DelegationId,
        delegate: PrincipalId,
        new: NewDelegation,
    ) -> Result<Vec<Change>, Failure> {
        self.may(Permission::Review, Target::SomeModel)?;
        let to = self.unit.get::<Principal>(delegate)?;
        let to = to.ok_or_else(|| delegation::not_a_delegate(delegate))?;
        let open = self.open_delegations()?;
        Ok(delegation::give(id, self.actor, &to, new, open, self.pack, self.now)?)
    }

    pub(super) fn revoke_delegation(
        &self,
        id: DelegationId,
        comment: Option<Sealed>,
    ) -> Result<Vec<Change>, Failure> {
        left_by_token(self.actor, Permission::Review)?;
        let held = self.unit.get::<Delegation>(id)?.ok_or_else(|| not_found("delegation", id))?;
        Ok(delegation::revoke(&held, self.actor, comment, self.now)?)
    }

    /// How many delegations of the actor are not over. The newest are looked at: older ones than the longest are over.
    fn open_delegations(&self) -> Result<usize, Failure> {
        let given = self.unit.ids(Kind::Delegation, "open_delegator_id", &self.actor.id.to_string())?;
        let mut open = 0;
        for id in given.into_iter().rev().take(LOOKED_AT) {
            let held = self.unit.get::<Delegation>(id.into())?;
            open += usize::from(held.is_some_and(|held| is_open(&held, self.now)));
        }
        Ok(open)
    }
}

/// How many delegations of one person, or between two, are looked at, the newest first.
const LOOKED_AT: usize = 500;

fn is_open(delegation: &Delegation, now: Time) -> bool {
    matches!(delegation.state_at(now), DelegationState::Planned | DelegationState::Active)
}
