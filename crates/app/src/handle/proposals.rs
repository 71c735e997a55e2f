//! What takes a second person: commands that become proposals, and proposals that are decided.

use std::collections::BTreeSet;
use std::sync::Arc;

use assent_domain::aggregate::AggregateId;
use assent_domain::event::{Change, Event, Stamp};
use assent_domain::identity::{
    self, Credential, Grant, Permission, Principal, Target, Token, authorise, credential,
};
use assent_domain::ids::{CredentialId, Digest, GrantId, PrincipalId, ProposalId};
use assent_domain::pack::{self, Applied, Pack};
use assent_domain::proposal::{self, Proposal, Proposed};
use assent_domain::{Code, Kind, Refusal, Sealed, Time};
use uuid::Uuid;

use super::Hand;
use crate::approvers;
use crate::cases::not_found;
use crate::ledger::Failure;
use crate::unit::Unit;
use crate::view::View;

/// What a command is about in the end, and what changes.
pub(crate) type Outcome = Result<(AggregateId, Vec<Change>), Failure>;

impl Hand<'_> {
    /// The changes of a command, or the proposal that stands in their place where the command takes two persons. `proposed`
    /// is what it would propose; it is absent where one person alone may do it.
    pub(crate) fn or_propose(
        &self,
        object: impl Into<AggregateId>,
        changes: Vec<Change>,
        proposed: Option<Proposed>,
    ) -> Outcome {
        match proposed {
            Some(proposed) if !changes.is_empty() && self.takes_two()? => {
                let id = ProposalId(self.unit.new_id());
                Ok((id.into(), proposal::propose(id, proposed, self.now)))
            }
            _ => Ok((object.into(), changes)),
        }
    }

    /// Whether two persons could manage grants once: then it takes two for good.
    pub(super) fn takes_two(&self) -> Result<bool, Failure> {
        let applied = self.unit.get::<Applied>(Uuid::nil())?;
        Ok(applied.is_some_and(|applied| applied.two_persons_since.is_some()))
    }

    /// From now on it takes two, where a managing grant goes to another person than who gives it.
    pub(super) fn required_by_grant(&self, to: &Principal, grant: &Grant) -> Result<Vec<Change>, Failure> {
        if !grant.is_managing(self.pack) || to.person() == self.actor.person() {
            return Ok(Vec::new());
        }
        self.require_two()
    }

    /// The same, where an account turns out to be of another person than was thought.
    pub(super) fn required_by_unlinking(&self, account: &Principal) -> Result<Vec<Change>, Failure> {
        let apart = |held: &Principal| held.answerable() == account.id;
        self.required_if_two(self.pack, |held| if apart(held) { account.id } else { held.person() })
    }

    /// The same, where a pack lets roles manage grants that others hold already.
    pub(super) fn required_by_pack(&self, changes: &[Change]) -> Result<Vec<Change>, Failure> {
        let stamp = Stamp { at: self.now, actor: self.actor.id };
        let after = changes.iter().find_map(|change| {
            let Event::PackApplied(event) = &change.event else { return None };
            Applied::new(event, &stamp).compile().ok()
        });
        let gains = |after: &Pack| {
            after.roles_with(Permission::ManageGrants).into_iter().any(|role| !self.pack.manages(role))
        };
        match after.filter(gains) {
            Some(after) => self.required_if_two(&after, Principal::person),
            None => Ok(Vec::new()),
        }
    }

    /// Looks through all principals, which is done only as long as one person manages grants.
    fn required_if_two(
        &self,
        pack: &Pack,
        person: impl Fn(&Principal) -> PrincipalId,
    ) -> Result<Vec<Change>, Failure> {
        if self.takes_two()? {
            return Ok(Vec::new());
        }
        let mut persons = BTreeSet::new();
        for kind in ["USER", "SERVICE"] {
            for id in self.unit.ids(Kind::Principal, "kind", kind)? {
                let held = self.known(id.into())?;
                if held.manages(pack) && persons.insert(person(&held)) && persons.len() > 1 {
                    return self.require_two();
                }
            }
        }
        Ok(Vec::new())
    }

    fn require_two(&self) -> Result<Vec<Change>, Failure> {
        let applied = self.unit.get::<Applied>(Uuid::nil())?;
        Ok(applied.map(|applied| pack::require_two_persons(&applied)).unwrap_or_default())
    }

    /// What a command on a principal proposes, where one person alone may not do it.
    pub(super) fn proposed(
        &self,
        id: PrincipalId,
        command: &identity::Command,
    ) -> Result<Option<Proposed>, Failure> {
        Ok(match command {
            identity::Command::Grant(grant) if self.pack.approves(&grant.role) => {
                Some(Proposed::GrantRole { principal: id, grant: grant.clone() })
            }
            identity::Command::RevokeGrant(grant) => self.managing(id, *grant)?,
            identity::Command::Erase { .. } => {
                let manages = self.known(id)?.manages(self.pack);
                if manages && self.takes_two()? {
                    let message = format!("the principal `{id}` holds a role that manages grants");
                    return Err(Refusal::new(Code::StillManages, message).into());
                }
                None
            }
            identity::Command::Grant(_)
            | identity::Command::Register { .. }
            | identity::Command::Disable
            | identity::Command::Enable
            | identity::Command::EndSessions => None,
        })
    }

    fn managing(&self, principal: PrincipalId, grant: GrantId) -> Result<Option<Proposed>, Failure> {
        let held = self.known(principal)?;
        // Of who confirms packs too: whoever took that back alone could choose who confirms.
        let confirms = held.manages(self.pack);
        let takes_two =
            |role: &Grant| role.is_managing(self.pack) || (confirms && self.pack.confirms_packs(&role.role));
        let held = held.grants.iter().find(|held| held.id == grant && takes_two(held));
        Ok(held.map(|held| Proposed::RevokeGrant { principal, grant, role: held.role.clone() }))
    }

    pub(super) fn confirm(&self, id: ProposalId, digest: Digest) -> Result<Vec<Change>, Failure> {
        let (proposal, proposer) = self.to_decide(id)?;
        let gains = proposal.proposed.gains().map(|gains| self.known(gains)).transpose()?;
        let another = || approvers::another(self.unit, &proposer, self.pack, self.now);
        let approver = proposal::approver(&proposal.proposed, self.pack, self.actor, self.now, another)?;
        let gains = gains.as_deref();
        let confirmed =
            proposal::confirm(&proposal, self.actor, &proposer, gains, approver, digest, self.now)?;
        // What was proposed by who may no longer propose it is not done in their name.
        authorise(&proposer, proposal.proposed.permission(), Target::Platform, self.pack, self.now).map_err(
            |refusal| {
                let message = format!("who made the proposal may not do it any more: {}", refusal.message);
                Refusal::new(Code::ProposalStale, message)
            },
        )?;
        let mut changes = vec![confirmed];
        changes.extend(self.carried_out(&proposal, &proposer)?);
        Ok(changes)
    }

    /// What a confirmed proposal brings about, decided on the state of now, in the name of who proposed it.
    fn carried_out(&self, proposal: &Proposal, proposer: &Principal) -> Result<Vec<Change>, Failure> {
        let of_principal = |id: PrincipalId, command: identity::Command| -> Result<Vec<Change>, Failure> {
            let state = self.known(id)?;
            Ok(identity::decide(id, Some(&state), command, Some(proposer.person()), self.pack, self.now)?)
        };
        match proposal.proposed.clone() {
            Proposed::GrantRole { principal, grant } => {
                let grant = Grant { proposal: Some(proposal.id), ..grant };
                let mut changes = of_principal(principal, identity::Command::Grant(grant))?;
                changes.extend(ways_in_of_before(self.unit, &*self.known(principal)?, self.pack, self.now)?);
                Ok(changes)
            }
            Proposed::RevokeGrant { principal, grant, .. } => {
                of_principal(principal, identity::Command::RevokeGrant(grant))
            }
            Proposed::LinkPrincipal { principal, other } => self.linked(principal, other),
            Proposed::UnlinkPrincipal { principal } => self.unlinked(principal),
            Proposed::IssueToken { id, principal, secret_hash, expires_at, restriction } => {
                let owner = self.known(principal)?;
                let (pack, now) = (self.pack, self.now);
                Ok(identity::issue_token(id, &owner, secret_hash, expires_at, restriction, pack, now)?)
            }
            Proposed::Invite { principal, secret_hash } => {
                Ok(credential::invite(&*self.known(principal)?, secret_hash, self.now)?)
            }
            Proposed::ApplyPack { in_force, content, .. } => {
                let state = self.unit.get::<Applied>(Uuid::nil())?;
                if state.as_ref().is_none_or(|state| state.pack.digest != in_force) {
                    let message = "another pack was applied since the proposal was made";
                    return Err(Refusal::new(Code::ProposalStale, message).into());
                }
                let documents = serde_json::from_str(&content)
                    .map_err(|error| Failure::Internal(format!("a proposed pack: {error}")))?;
                Ok(pack::apply(state.as_deref(), documents)?)
            }
        }
    }

    pub(super) fn decline(&self, id: ProposalId, reason: Sealed) -> Result<Vec<Change>, Failure> {
        let (proposal, proposer) = self.to_decide(id)?;
        Ok(proposal::decline(&proposal, self.actor, &proposer, reason, self.now)?)
    }

    pub(super) fn withdraw_proposal(
        &self,
        id: ProposalId,
        comment: Option<Sealed>,
    ) -> Result<Vec<Change>, Failure> {
        let proposal = self.unit.get::<Proposal>(id)?.ok_or_else(|| not_found("proposal", id))?;
        Ok(proposal::withdraw(&proposal, self.actor, comment, self.now)?)
    }

    /// The proposal and who made it, for whom may decide it: who manages grants.
    fn to_decide(&self, id: ProposalId) -> Result<(Arc<Proposal>, Arc<Principal>), Failure> {
        self.may(Permission::ManageGrants, Target::Platform)?;
        let proposal = self.unit.get::<Proposal>(id)?.ok_or_else(|| not_found("proposal", id))?;
        let proposer = self.known(proposal.recorded.by)?;
        Ok((proposal, proposer))
    }
}

/// Tokens, sessions and the password of somebody who comes to approve end: one person alone may have issued the tokens or the
/// invitation, and could act in their name.
pub(super) fn ways_in_of_before(
    unit: &Unit<'_>,
    owner: &Principal,
    pack: &Pack,
    now: Time,
) -> Result<Vec<Change>, Failure> {
    if owner.approves(pack) {
        return Ok(Vec::new());
    }
    let held = unit.get::<Credential>(CredentialId::of(owner.id))?;
    let mut changes = held.map(|held| credential::void(&held)).unwrap_or_default();
    for id in unit.ids(Kind::Token, "principal_id", &owner.id.to_string())? {
        let token = unit.get::<Token>(id.into())?;
        let held = token.filter(|token| token.holds_at(owner, now));
        changes.extend(held.iter().flat_map(|token| identity::revoke_token(token)));
    }
    Ok(changes)
}
