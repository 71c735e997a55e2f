//! Decisions about what is approved: when it is made, that it begins, how it ends.

use super::decide::about;
use super::event::{ChangeCompleted, ChangeRolledBack, ChangeScheduled, ChangeStarted};
use super::{ChangeRequest, Hearing, Move, StateName, Window};
use crate::event::{Change, Event};
use crate::pack::Pack;
use crate::registry::Model;
use crate::{Code, Refusal, Sealed, Time, calendar};

/// Decides to give a change a time.
///
/// # Errors
/// Refuses what is not approved, or not any more; the past; and blackouts, of the request or of the pack.
pub fn schedule(hearing: &Hearing<'_>, at: Time) -> Result<Vec<Change>, Refusal> {
    let Hearing { change, model, pack, now, .. } = hearing;
    change.allows(Move::Schedule)?;
    is_signed(hearing)?;
    if at <= *now {
        let message = format!("{at} is past: a change is scheduled in the future");
        return Err(Refusal::new(Code::InvalidValue, message).at("/at"));
    }
    outside_blackouts(change, pack, at).map_err(|refusal| refusal.at("/at"))?;
    let event = ChangeScheduled { at, month: calendar::month(&pack.settings().calendar, at) };
    Ok(vec![about(change, model, Event::ChangeScheduled(event))])
}

/// Decides to begin a change. An emergency begins when the emergency pair has signed.
///
/// # Errors
/// Refuses what has not the signatures that it needs today, and blackouts.
pub fn start(hearing: &Hearing<'_>) -> Result<Vec<Change>, Refusal> {
    let Hearing { change, model, pack, now, .. } = hearing;
    change.allows(Move::Start)?;
    let by_emergency_pair = match is_signed(hearing) {
        Ok(()) => false,
        Err(_) if hearing.has_emergency_pair() => true,
        Err(refusal) => return Err(refusal),
    };
    outside_blackouts(change, pack, *now)?;
    let event = ChangeStarted { month: calendar::month(&pack.settings().calendar, *now), by_emergency_pair };
    Ok(vec![about(change, model, Event::ChangeStarted(event))])
}

/// Decides how a change ended. Where it took another one back, `original` is that one.
///
/// # Errors
/// Refuses what was not begun.
pub fn complete(
    change: &ChangeRequest,
    original: Option<&ChangeRequest>,
    model: &Model,
    pack: &Pack,
    (success, notes): (bool, Option<Sealed>),
    now: Time,
) -> Result<Vec<Change>, Refusal> {
    change.allows(Move::Complete)?;
    let month = calendar::month(&pack.settings().calendar, now);
    let event = ChangeCompleted { success, notes, month };
    let mut changes = vec![about(change, model, Event::ChangeCompleted(event))];
    if let Some(original) = original.filter(|_| success) {
        let event = Event::ChangeRolledBack(ChangeRolledBack { by: change.id });
        changes.push(about(original, model, event));
    }
    Ok(changes)
}

/// Whether the reviewers have signed, and all of them could still do so today.
fn is_signed(hearing: &Hearing<'_>) -> Result<(), Refusal> {
    let missing = hearing.missing();
    let is_approved = hearing.change.approved.is_some() && hearing.change.rejected.is_none();
    if is_approved && missing.is_empty() {
        return Ok(());
    }
    let mut message = format!("it waits for the signatures of {}", missing.join(", "));
    if hearing.change.state == StateName::Approved || hearing.change.state == StateName::Scheduled {
        message.push_str(", whose signatures do not count any more");
    } else if let Some(submitted) = &hearing.change.submitted
        && !submitted.emergency_pair.is_empty()
    {
        let pair = submitted.emergency_pair.join(" and ");
        message = format!("{message}; with those of {pair} it may start before");
    }
    Err(Refusal::new(Code::SignaturesMissing, message))
}

/// What cannot wait is made whenever it has to be.
fn outside_blackouts(change: &ChangeRequest, pack: &Pack, at: Time) -> Result<(), Refusal> {
    let Some(own) = change.blackouts() else { return Ok(()) };
    pack.change_rules()?;
    match blackout_at(own, pack, &change.content.environment, at) {
        Some(found) => Err(Refusal::new(Code::Blackout, found)),
        None => Ok(()),
    }
}

/// The blackout that holds at that time, in words: one of the request, or one of the pack.
pub(crate) fn blackout_at(own: &[Window], pack: &Pack, environment: &str, at: Time) -> Option<String> {
    if let Some(Window { from, until }) = own.iter().find(|window| window.holds(at)) {
        return Some(format!("{at} lies in a blackout of the request, from {from} until {until}"));
    }
    let (Window { from, until }, reason) = pack.change_rules().ok()?.blackout_at(pack, environment, at)?;
    Some(format!("{at} lies in a blackout of the pack ({reason}), from {from} until {until}"))
}
