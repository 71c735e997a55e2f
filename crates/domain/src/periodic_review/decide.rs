//! Decisions about periodic reviews.

use super::event::{
    Action, Outcome, PeriodicReviewActed, PeriodicReviewCompleted, PeriodicReviewFound, PeriodicReviewOpened,
    PeriodicReviewRejected, PeriodicReviewSubmitted, PeriodicReviewWithdrawn,
};
use super::{Move, PeriodicReview};
use crate::event::{Change, Event};
use crate::identity::Principal;
use crate::ids::{PeriodicReviewId, PrincipalId};
use crate::pack::{Duty, Pack};
use crate::registry::Model;
use crate::signoff::{self, Case, NewSignature, Verdict};
use crate::{Code, Refusal, Sealed, Time, moves};

/// The most actions of one section.
const MAX_ACTIONS: usize = 20;

/// What somebody found in a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFinding {
    /// Which section.
    pub section: String,
    /// What it comes to.
    pub outcome: Outcome,
    /// In words.
    pub finding: Sealed,
    /// What has to be done, by whom and until when; ids are made of the section and a number.
    pub actions: Vec<(Sealed, PrincipalId, Time)>,
}

/// Decides to open a review. `open` is the one that is not over, if there is one.
pub fn open(
    id: PeriodicReviewId,
    model: &Model,
    open: Option<&PeriodicReview>,
    pack: &Pack,
) -> Result<Vec<Change>, Refusal> {
    if let Some(open) = open {
        let message = format!("the review `{}` of this model is {}", open.id, open.state().name());
        return Err(Refusal::new(Code::PeriodicReviewOpen, message));
    }
    pack.duty(Duty::PeriodicReviewer)?;
    let event =
        PeriodicReviewOpened { model: model.id, tier: model.tier.clone(), sections: pack.review_sections() };
    Ok(vec![change(id, model, Event::PeriodicReviewOpened(event))])
}

/// Decides to write down what was found. What was found in the section before is replaced.
pub fn find(
    review: &PeriodicReview,
    model: &Model,
    new: NewFinding,
    now: Time,
) -> Result<Vec<Change>, Refusal> {
    can(review, Move::Find)?;
    if !review.sections.contains(&new.section) {
        let message =
            format!("the review has no section `{}`; it has {}", new.section, review.sections.join(", "));
        return Err(Refusal::new(Code::InvalidValue, message).at("/section"));
    }
    if new.actions.len() > MAX_ACTIONS {
        let message = format!("{} actions are more than {MAX_ACTIONS}", new.actions.len());
        return Err(Refusal::new(Code::TooMany, message).at("/actions"));
    }
    if (new.outcome == Outcome::ActionNeeded) == new.actions.is_empty() {
        let message = "give actions with the outcome ACTION_NEEDED, and only there";
        return Err(Refusal::new(Code::InvalidValue, message).at("/actions"));
    }
    if let Some(i) = new.actions.iter().position(|(_, _, due_at)| *due_at <= now) {
        let message = "the time lies in the past";
        return Err(Refusal::new(Code::InvalidValue, message).at(format!("/actions/{i}/dueAt")));
    }
    let section = &new.section;
    let actions = new.actions.into_iter().enumerate().map(|(i, (text, owner, due_at))| {
        let id = format!("{section}-{}", i + 1);
        Action { id, text, owner, due_at }
    });
    let (section, actions) = (section.clone(), actions.collect());
    let event = PeriodicReviewFound { section, outcome: new.outcome, finding: new.finding, actions };
    Ok(vec![change(review.id, model, Event::PeriodicReviewFound(event))])
}

/// Decides to submit a review in which every section has a finding.
pub fn submit(review: &PeriodicReview, model: &Model, pack: &Pack) -> Result<Vec<Change>, Refusal> {
    can(review, Move::Submit)?;
    let without: Vec<&str> = review
        .sections
        .iter()
        .filter(|section| !review.findings.contains_key(*section))
        .map(String::as_str)
        .collect();
    if !without.is_empty() {
        let message = format!("nothing is written down yet in {}", without.join(", "));
        return Err(Refusal::new(Code::FindingsMissing, message));
    }
    let roles = pack.duty(Duty::PeriodicReviewer)?.to_vec();
    let event = Event::PeriodicReviewSubmitted(PeriodicReviewSubmitted { roles });
    Ok(vec![change(review.id, model, event)])
}

/// Decides a signature. The last one completes the review, and one no rejects it.
pub fn sign(
    review: &PeriodicReview,
    case: &Case<'_>,
    signer: &Principal,
    new: NewSignature,
) -> Result<Vec<Change>, Refusal> {
    can(review, Move::Sign)?;
    let (signature, standing) = signoff::sign(case, signer, new)?;
    let verdict = signature.verdict;
    let mut changes = vec![change(review.id, case.model, Event::PeriodicReviewSigned(signature))];
    if verdict == Verdict::Rejected {
        let event = Event::PeriodicReviewRejected(PeriodicReviewRejected {});
        changes.push(change(review.id, case.model, event));
    } else if standing.is_complete() {
        let event = Event::PeriodicReviewCompleted(PeriodicReviewCompleted {});
        changes.push(change(review.id, case.model, event));
    }
    Ok(changes)
}

/// Decides to take a review back: who opened or submitted it does, or the owner of the model.
pub fn withdraw(
    review: &PeriodicReview,
    model: &Model,
    comment: Option<Sealed>,
    actor: PrincipalId,
) -> Result<Vec<Change>, Refusal> {
    if ![review.opened.by, review.requester(), model.owner].contains(&actor) {
        let message = "only who opened or submitted the review, or owns the model, can do this";
        return Err(Refusal::new(Code::NotTheRequester, message));
    }
    can(review, Move::Withdraw)?;
    let event = Event::PeriodicReviewWithdrawn(PeriodicReviewWithdrawn { comment });
    Ok(vec![change(review.id, model, event)])
}

/// Decides that an action is done: who has to do it says so, or the owner of the model.
pub fn act(
    review: &PeriodicReview,
    model: &Model,
    action: &str,
    comment: Option<Sealed>,
    actor: PrincipalId,
) -> Result<Vec<Change>, Refusal> {
    can(review, Move::Act)?;
    let Some((_, wanted)) = review.actions().find(|(_, held)| held.id == action) else {
        let ids: Vec<&str> = review.actions().map(|(_, held)| held.id.as_str()).collect();
        let ids =
            if ids.is_empty() { "it has none".to_owned() } else { format!("it has {}", ids.join(", ")) };
        let message = format!("the review has no action `{action}`; {ids}");
        return Err(Refusal::new(Code::InvalidValue, message).at("/action"));
    };
    if actor != wanted.owner && actor != model.owner {
        let message = "only who has to do it, or owns the model, can say that it is done";
        return Err(Refusal::new(Code::NotTheRequester, message));
    }
    if review.done.contains_key(action) {
        let message = format!("the action `{action}` is done already");
        return Err(Refusal::new(Code::WrongState, message).at("/action"));
    }
    let event = PeriodicReviewActed { action: action.to_owned(), comment };
    Ok(vec![change(review.id, model, Event::PeriodicReviewActed(event))])
}

fn change(id: PeriodicReviewId, model: &Model, event: Event) -> Change {
    Change::new(id, event).named(&model.name).of_model(model.id)
}

fn can(review: &PeriodicReview, wanted: Move) -> Result<(), Refusal> {
    let state = review.state();
    moves::allow(("a periodic review", state.name()), state.moves(), wanted, Move::done)
}
