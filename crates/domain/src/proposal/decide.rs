//! Decisions about proposals. What a confirmed one brings about is decided where it belongs.

use assent_sabotage::{Fault, planted};
use jiff::SignedDuration;

use super::event::{ProposalConfirmed, ProposalDeclined, ProposalMade, ProposalWithdrawn};
use super::{Approver, Move, Proposal, Proposed};
use crate::event::{Change, Event};
use crate::identity::{Principal, PrincipalKind};
use crate::ids::{Digest, ProposalId};
use crate::{Code, Refusal, Sealed, Time, moves};

/// How long a proposal can be confirmed.
const LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Decides to propose something that one person alone may not do.
pub fn propose(id: ProposalId, proposed: Proposed, now: Time) -> Vec<Change> {
    let digest = proposed.digest();
    let expires_at = now.checked_add(LIFE).unwrap_or(Time::MAX);
    vec![Change::new(id, Event::ProposalMade(ProposalMade { proposed, digest, expires_at }))]
}

/// Decides to confirm a proposal. `gains` is who gains by it, if somebody does; `approver` is what the duty of the pack in force
/// says of who confirms.
pub fn confirm(
    proposal: &Proposal,
    confirmer: &Principal,
    proposer: &Principal,
    gains: Option<&Principal>,
    approver: Approver,
    digest: Digest,
    now: Time,
) -> Result<Change, Refusal> {
    allows(proposal, Move::Confirm, now)?;
    is_second_person(confirmer, proposer)?;
    if gains.is_some_and(|gains| gains.person() == confirmer.person()) && !planted(Fault::SecondPerson) {
        let message = "the proposal is to your own advantage";
        return Err(Refusal::new(Code::SecondPersonNeeded, message));
    }
    let role = approver.role()?;
    if digest != proposal.digest {
        let message =
            format!("the proposal has the digest `{}`, not the one that you looked at", proposal.digest);
        return Err(Refusal::new(Code::DigestDiffers, message).at("/digest"));
    }
    Ok(Change::new(proposal.id, Event::ProposalConfirmed(ProposalConfirmed { digest, role })))
}

/// Decides to decline a proposal.
pub fn decline(
    proposal: &Proposal,
    decliner: &Principal,
    proposer: &Principal,
    reason: Sealed,
    now: Time,
) -> Result<Vec<Change>, Refusal> {
    allows(proposal, Move::Decline, now)?;
    is_second_person(decliner, proposer)?;
    Ok(vec![Change::new(proposal.id, Event::ProposalDeclined(ProposalDeclined { reason }))])
}

/// Decides to take a proposal back.
pub fn withdraw(
    proposal: &Proposal,
    actor: &Principal,
    comment: Option<Sealed>,
    now: Time,
) -> Result<Vec<Change>, Refusal> {
    if proposal.recorded.by != actor.id {
        let message = "only who made the proposal takes it back; others decline it";
        return Err(Refusal::new(Code::NotTheProposer, message));
    }
    allows(proposal, Move::Withdraw, now)?;
    Ok(vec![Change::new(proposal.id, Event::ProposalWithdrawn(ProposalWithdrawn { comment }))])
}

fn allows(proposal: &Proposal, wanted: Move, now: Time) -> Result<(), Refusal> {
    let state = proposal.state_at(now);
    moves::allow(("a proposal", state.name()), state.moves(), wanted, Move::done)
}

fn is_second_person(second: &Principal, proposer: &Principal) -> Result<(), Refusal> {
    if second.kind != PrincipalKind::User {
        let message = "a service account cannot decide proposals";
        return Err(Refusal::new(Code::SecondPersonNeeded, message));
    }
    if second.person() == proposer.person() && !planted(Fault::SecondPerson) {
        let message = "you made the proposal, with this account or another one of yours";
        return Err(Refusal::new(Code::SecondPersonNeeded, message));
    }
    Ok(())
}
