//! Commands on principals, their links and their tokens.

use std::sync::Arc;

use assent_domain::event::Change;
use assent_domain::identity::{
    self, Credential, Permission, Principal, PrincipalKind, Restriction, Target, Token,
};
use assent_domain::ids::{CredentialId, Digest, PrincipalId, TokenId};
use assent_domain::proposal::Proposed;
use assent_domain::{Code, Kind, Refusal, Time};

use super::Hand;
use super::proposals::Outcome;
use crate::cases::not_found;
use crate::ledger::Failure;
use crate::view::View;

impl Hand<'_> {
    pub(super) fn principal(&self, id: PrincipalId, command: &identity::Command) -> Outcome {
        let permission = match command {
            identity::Command::Register { .. } | identity::Command::Disable | identity::Command::Enable => {
                Permission::ManagePrincipals
            }
            identity::Command::Erase { .. } => Permission::EraseSubjects,
            identity::Command::Grant(_) | identity::Command::RevokeGrant(_) => Permission::ManageGrants,
            identity::Command::EndSessions => Permission::ManagePrincipals,
        };
        // Everybody may end their own sessions.
        if !(matches!(command, identity::Command::EndSessions) && id == self.actor.id) {
            self.may(permission, Target::Platform)?;
        }
        let mut linked = None;
        if let identity::Command::Register { responsible: Some(responsible), .. } = command {
            let person = self.unit.get::<Principal>(*responsible)?;
            let person = person.filter(|person| person.kind == PrincipalKind::User);
            let person = person.ok_or_else(|| not_found("person", responsible).at("/responsible"))?;
            linked = person.person.map(|person| identity::linked(id, person));
        }
        let state = self.unit.get::<Principal>(id)?;
        let granter = Some(self.actor.person());
        let mut changes =
            identity::decide(id, state.as_deref(), command.clone(), granter, self.pack, self.now)?;
        changes.extend(linked);
        if let (identity::Command::Grant(grant), Some(principal)) = (command, &state) {
            changes.extend(self.required_by_grant(principal, grant)?);
        }
        let proposed = if state.is_some() { self.proposed(id, command)? } else { None };
        self.or_propose(id, changes, proposed)
    }

    /// Two accounts that both manage grants become one person who does: that is for two to say.
    pub(super) fn link(&self, principal: PrincipalId, other: PrincipalId) -> Outcome {
        self.may(Permission::ManagePrincipals, Target::Platform)?;
        let changes = self.linked(principal, other)?;
        let mut both = true;
        for id in [principal, other] {
            let of_person = self.of_person(self.known(id)?.person())?;
            both &= of_person.iter().any(|held| held.manages(self.pack));
        }
        self.or_propose(principal, changes, both.then_some(Proposed::LinkPrincipal { principal, other }))
    }

    pub(super) fn unlink(&self, principal: PrincipalId) -> Outcome {
        self.may(Permission::ManagePrincipals, Target::Platform)?;
        let account = self.known(principal)?;
        let mut changes = self.unlinked(principal)?;
        changes.extend(self.required_by_unlinking(&account)?);
        self.or_propose(principal, changes, Some(Proposed::UnlinkPrincipal { principal }))
    }

    pub(super) fn linked(&self, id: PrincipalId, person: PrincipalId) -> Result<Vec<Change>, Failure> {
        let account = self.known(id)?;
        let other = self.unit.get::<Principal>(person)?;
        let other = other.ok_or_else(|| not_found("principal", person).at("/person"))?;
        let joined = self.of_person(other.person())?.len();
        Ok(identity::link(&account, &other, &self.of_person(account.person())?, joined)?)
    }

    pub(super) fn unlinked(&self, id: PrincipalId) -> Result<Vec<Change>, Failure> {
        let account = self.known(id)?;
        Ok(identity::unlink(&account, &self.of_person(account.person())?)?)
    }

    pub(crate) fn known(&self, id: PrincipalId) -> Result<Arc<Principal>, Failure> {
        Ok(self.unit.get::<Principal>(id)?.ok_or_else(|| not_found("principal", id))?)
    }

    /// Every account and service account of a person.
    fn of_person(&self, person: PrincipalId) -> Result<Vec<Arc<Principal>>, Failure> {
        let ids = self.unit.ids(Kind::Principal, "person_id", &person.to_string())?;
        ids.into_iter().map(|id| self.known(id.into())).collect()
    }

    /// Everybody may issue their own tokens in a session: a token that issued others would never end. Who manages principals
    /// issues those of service accounts, and of people who cannot log in.
    pub(super) fn issue_token(
        &self,
        id: TokenId,
        principal: PrincipalId,
        secret_hash: Digest,
        expires_at: Time,
        restriction: Restriction,
    ) -> Outcome {
        let own = principal == self.actor.id;
        let themself = own && self.in_session;
        if !themself {
            self.may(Permission::ManagePrincipals, Target::Platform)?;
        }
        let owner = self.known(principal)?;
        let credential = self.unit.get::<Credential>(CredentialId::of(principal))?;
        let logs_in = credential.is_some_and(|credential| credential.password.is_some())
            || !owner.identities.is_empty();
        if logs_in && !themself {
            let (code, message) = if own {
                (Code::SessionNeeded, "who can log in issues tokens in a session".to_owned())
            } else {
                let message = format!("`{principal}` can log in, and issues their tokens themself");
                (Code::TokenOfAnother, message)
            };
            return Err(Refusal::new(code, message).into());
        }
        let proposed =
            Proposed::IssueToken { id, principal, secret_hash, expires_at, restriction: restriction.clone() };
        let changes =
            identity::issue_token(id, &owner, secret_hash, expires_at, restriction, self.pack, self.now)?;
        self.or_propose(id, changes, self.acts_as(&owner).then_some(proposed))
    }

    /// Whether who gets a token or an invitation of that principal could act in the name of somebody else who approves.
    pub(crate) fn acts_as(&self, owner: &Principal) -> bool {
        owner.answerable() != self.actor.answerable() && owner.approves(self.pack)
    }

    /// Everybody may revoke their own tokens.
    pub(super) fn revoke_token(&self, id: TokenId) -> Result<Vec<Change>, Failure> {
        let token = self.unit.get::<Token>(id)?;
        if token.as_ref().is_none_or(|token| token.principal != self.actor.id) {
            self.may(Permission::ManagePrincipals, Target::Platform)?;
        }
        let token = token.ok_or_else(|| not_found("token", id))?;
        Ok(identity::revoke_token(&token))
    }
}
