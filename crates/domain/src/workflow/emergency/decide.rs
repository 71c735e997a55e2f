//! Decisions about emergencies.

use std::sync::Arc;

use super::cover::with_signoff;
use super::event::{
    EmergencyDeclared, EmergencyFollowedUp, EmergencyGranted, EmergencyRefused, EmergencyUsed,
};
use super::{Emergency, EmergencyMove, EmergencyStanding, EmergencyState};
use crate::event::{Change, Event, Stamp};
use crate::identity::Principal;
use crate::ids::Digest;
use crate::signoff::{self, NewSignature, Signature, Verdict};

use crate::workflow::decide::change;
use crate::workflow::review::{another_step, separate};
use crate::workflow::{Case, Decision, Judgement, Move, Promotion};
use crate::{Code, Refusal, Sealed, Time, calendar, moves};

/// The most emergencies of one promotion.
const MAX_EMERGENCIES: usize = 20;

/// What somebody says who breaks the glass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEmergency {
    /// Why it cannot wait.
    pub justification: Sealed,
    /// The role in which; chosen among those held, if absent.
    pub role: Option<String>,
    /// Digest of the evidence that was looked at.
    pub evidence: Option<Digest>,
}

/// Decides to break the glass, by the word of the first of two persons. `earlier` are the promotions of the version to that
/// stage that are over.
///
/// # Errors
/// Refuses what is not under review, what fails for other reasons than missing approvals, what a reviewer rejected, and whom
/// the sign-off refuses.
pub fn declare(
    case: &Case<'_>,
    judgement: &Judgement,
    earlier: &[Arc<Promotion>],
    signer: &Principal,
    new: NewEmergency,
) -> Result<Vec<Change>, Refusal> {
    let (promotion, pack, now) = (promotion_of(case)?, case.inputs.pack, case.inputs.now);
    promotion.allows(Move::BreakGlass, now)?;
    no_other(promotion, now)?;
    never_rejected(promotion, earlier)?;
    looked_at(judgement, new.evidence)?;
    if let Some(finding) = judgement.automated_failures().next() {
        let message = format!(
            "{} {}: {}; an emergency stands for missing approvals, and not for what a policy forbids",
            finding.policy, finding.rule, finding.message
        );
        return Err(Refusal::new(Code::GateShut, message));
    }
    let declared = EmergencyDeclared {
        justification: new.justification.clone(),
        roles: signoff::pair(pack)?,
        round: promotion.round(),
        evidence: judgement.evidence,
        expires_at: pack.settings().emergency_expires_after.after(now),
    };
    let emergency = Emergency::new(&declared, &Stamp { at: now, actor: signer.id });
    let yes = NewSignature { role: new.role, verdict: Verdict::Approved, comment: None };
    let first = signature(case, promotion, &emergency, signer, yes)?.0;
    Ok(vec![
        about(case, promotion, Event::EmergencyDeclared(declared)),
        about(case, promotion, Event::EmergencySigned(first)),
    ])
}

/// Decides a signature of the second person.
///
/// # Errors
/// Refuses where nothing waits for a signature, other evidence than the first person looked at, and whom the sign-off refuses.
pub fn sign(
    case: &Case<'_>,
    judgement: &Judgement,
    signer: &Principal,
    new: NewSignature,
    evidence: Option<Digest>,
) -> Result<Vec<Change>, Refusal> {
    let (promotion, now) = (promotion_of(case)?, case.inputs.now);
    promotion.allows(Move::BreakGlass, now)?;
    let emergency = waiting(promotion, now)?;
    if new.verdict == Verdict::Approved {
        looked_at(judgement, evidence)?;
        if emergency.evidence() != judgement.evidence {
            let message = format!(
                "the glass was broken for the evidence `{}`, and that is `{}` now",
                emergency.evidence(),
                judgement.evidence
            );
            return Err(Refusal::new(Code::EvidenceMoved, message));
        }
    }
    let (second, is_complete) = signature(case, promotion, emergency, signer, new)?;
    let verdict = second.verdict;
    let mut changes = vec![about(case, promotion, Event::EmergencySigned(second))];
    match verdict {
        Verdict::Rejected => {
            changes.push(about(case, promotion, Event::EmergencyRefused(EmergencyRefused {})));
        }
        Verdict::Approved if is_complete => {
            changes.push(about(case, promotion, Event::EmergencyGranted(EmergencyGranted {})));
        }
        Verdict::Approved => {}
    }
    Ok(changes)
}

/// What a promotion that is completed now uses of its emergency.
pub(in crate::workflow) fn use_of(
    case: &Case<'_>,
    standing: Option<&EmergencyStanding>,
) -> Option<EmergencyUsed> {
    let standing = standing.filter(|standing| standing.is_needed())?;
    let (settings, now) = (case.inputs.pack.settings(), case.inputs.now);
    let due = calendar::due(&settings.calendar, now, settings.emergency_follow_up);
    Some(EmergencyUsed {
        steps: standing.steps.clone(),
        declared_at: standing.declared_at,
        follow_up_due_at: due.unwrap_or(now),
    })
}

/// What follows from a review that was given after the version went through.
pub(in crate::workflow) fn follow_up(
    promotion: &Promotion,
    decision: Decision,
    is_complete: bool,
    now: Time,
) -> Option<Event> {
    let emergency = promotion.emergencies.last()?;
    if !emergency.state_at(now).is_followed_up() {
        return None;
    }
    let accepted = decision.is_approval();
    (!accepted || is_complete).then_some(Event::EmergencyFollowedUp(EmergencyFollowedUp { accepted }))
}

fn promotion_of<'a>(case: &Case<'a>) -> Result<&'a Promotion, Refusal> {
    case.promotion.ok_or_else(|| Refusal::new(Code::NotFound, "there is no promotion"))
}

/// Of one promotion at most one emergency waits or counts, and after a no there is none.
fn no_other(promotion: &Promotion, now: Time) -> Result<(), Refusal> {
    if promotion.emergencies.len() >= MAX_EMERGENCIES {
        return Err(Refusal::new(
            Code::TooMany,
            format!("a promotion has at most {MAX_EMERGENCIES} emergencies"),
        ));
    }
    let in_round = |emergency: &Emergency| emergency.declared.round == promotion.round();
    for emergency in &promotion.emergencies {
        let state = emergency.state_at(now);
        let waits =
            matches!(state, EmergencyState::Declared | EmergencyState::Granted) && in_round(emergency);
        let what = if state == EmergencyState::Refused {
            "one of the two persons said no, and that holds for this promotion"
        } else if waits {
            "the glass is broken; the second person can sign, or the promotion can be completed"
        } else {
            continue;
        };
        let message = format!("the emergency of this promotion is {}: {what}", state.name());
        return Err(Refusal::new(Code::WrongState, message));
    }
    Ok(())
}

fn waiting(promotion: &Promotion, now: Time) -> Result<&Emergency, Refusal> {
    let Some(emergency) = promotion.emergencies.last() else {
        return Err(Refusal::new(
            Code::WrongState,
            "nobody broke the glass of this promotion; DECLARED emergencies are signed",
        ));
    };
    let state = emergency.state_at(now);
    if state == EmergencyState::Declared && emergency.declared.round == promotion.round() {
        return Ok(emergency);
    }
    moves::allow(("an emergency", state.name()), state.moves(), EmergencyMove::Sign, EmergencyMove::done)?;
    let message = "the emergency was declared for an earlier round; it can be declared anew";
    Err(Refusal::new(Code::WrongState, message))
}

/// What a reviewer rejected does not go through without reviewers, neither by this promotion nor by another one.
fn never_rejected(promotion: &Promotion, earlier: &[Arc<Promotion>]) -> Result<(), Refusal> {
    let rejected = |other: &&Arc<Promotion>| {
        (other.version, &other.target.stage) == (promotion.version, &promotion.target.stage)
            && other.reviews.iter().any(|record| record.review.decision == Decision::Rejected)
    };
    match earlier.iter().find(rejected) {
        Some(other) => {
            let message = format!(
                "the promotion `{}` of this version to `{}` was rejected, and no emergency goes past that",
                other.id, promotion.target.stage
            );
            Err(Refusal::new(Code::EmergencyAfterRejection, message))
        }
        None => Ok(()),
    }
}

fn looked_at(judgement: &Judgement, evidence: Option<Digest>) -> Result<(), Refusal> {
    match evidence {
        None => {
            let message = "a signature binds to evidence, and this one does not say which was looked at";
            Err(Refusal::new(Code::EvidenceMissing, message).at("/evidence"))
        }
        Some(seen) if seen != judgement.evidence => {
            let message = format!("the evidence is `{}` now, not what you looked at", judgement.evidence);
            Err(Refusal::new(Code::EvidenceMoved, message).at("/evidence"))
        }
        Some(_) => Ok(()),
    }
}

/// A signature, and whether with it both have signed.
fn signature(
    case: &Case<'_>,
    promotion: &Promotion,
    emergency: &Emergency,
    signer: &Principal,
    new: NewSignature,
) -> Result<(Signature, bool), Refusal> {
    signoff::in_own_name(signer.acting.is_some())?;
    separate(promotion, case, signer)?;
    another_step(case, signer, None)?;
    let (signature, standing) =
        with_signoff(case, promotion, emergency, |case| signoff::sign(case, signer, new))?;
    Ok((signature, standing.is_complete()))
}

fn about(case: &Case<'_>, promotion: &Promotion, event: Event) -> Change {
    change(promotion.id, case.inputs.model, case.inputs.version, &promotion.target, event)
}
