//! What a policy says of exceptions from it.

use super::{Exception, NewException, Situation};
use crate::event::{Change, Event};
use crate::exception::event::ExceptionExpired;
use crate::exception::state::StateName;
use crate::pack::{Duty, ExceptionRules, Pack, Period, Policy};
use crate::policy;
use crate::registry::Model;
use crate::{Code, Refusal, Time};

/// The policy with what it says of exceptions, if there can be one for the subject, and for so long.
pub(super) fn allowed<'a>(
    id: &str,
    duration: Period,
    situation: &Situation<'a>,
) -> Result<(&'a Policy, &'a ExceptionRules), Refusal> {
    let Situation { model, version, pack, now } = *situation;
    let compiled = pack.policies().iter().find(|compiled| compiled.policy.id == id).ok_or_else(|| {
        Refusal::new(Code::UnknownPolicy, format!("the pack has no policy `{id}`")).at("/policy")
    })?;
    let policy = &compiled.policy;
    let Some(rules) = policy.exceptions.as_ref().filter(|rules| rules.allow_exceptions) else {
        let message = format!("the policy `{id}` allows no exceptions");
        return Err(Refusal::new(Code::ExceptionNotAllowed, message).at("/policy"));
    };
    if !policy::concerns(policy, model, version, now) {
        let of = if version.is_some() { "this version" } else { "a version" };
        let message =
            format!("the policy `{id}` does not apply to {of} of a model of the tier `{}` now", model.tier);
        return Err(Refusal::new(Code::PolicyDoesNotApply, message).at("/policy"));
    }
    if let Some(most) = rules.max_duration.filter(|most| duration > *most) {
        let message = format!("the policy `{id}` allows exceptions of at most {most}, not of {duration}");
        return Err(Refusal::new(Code::DurationTooLong, message).at("/duration"));
    }
    Ok((policy, rules))
}

/// Refuses a request beside one that is open or active, and one that does not follow what it names. `open` is the open
/// request for the same policy and subject, `known` are exceptions for that subject.
pub(super) fn in_its_place(
    new: &NewException,
    open: Option<&Exception>,
    known: &[&Exception],
    now: Time,
) -> Result<(), Refusal> {
    let beside = |other: &Exception, field| {
        let state = other.state_at(now).name();
        let message =
            format!("the exception `{}` from `{}` for this subject is {state}", other.id, new.policy);
        Err(Refusal::new(Code::ExceptionOpen, message).at(field))
    };
    if let Some(open) = open {
        return beside(open, "/policy");
    }
    let mut same = known.iter().filter(|known| known.policy() == new.policy);
    let Some(extended) = new.extends else {
        return same.find(|known| known.holds_at(now)).map_or(Ok(()), |active| beside(active, "/extends"));
    };
    let state = same.find(|known| known.id == extended).map(|known| known.state_at(now));
    if matches!(state, Some(StateName::Active | StateName::Expired)) {
        return Ok(());
    }
    let message =
        format!("`{extended}` is no active or expired exception from `{}` for this subject", new.policy);
    Err(Refusal::new(Code::NotExtendable, message).at("/extends"))
}

/// Notes which of these exceptions have ended, so that nobody looks at them for this subject again.
pub(super) fn expired(known: &[&Exception], model: &Model, now: Time) -> Vec<Change> {
    let over = known.iter().filter(|exception| {
        exception.state() == StateName::Approved && exception.state_at(now) == StateName::Expired
    });
    let noted = over.map(|exception| Change::new(exception.id, Event::ExceptionExpired(ExceptionExpired {})));
    noted.map(|change| change.of_model(model.id)).collect()
}

impl Exception {
    /// The roles that have to sign, and may revoke: those of the tier that the model had when the exception was submitted, or
    /// those of its tier today where that ranks higher.
    ///
    /// # Errors
    /// Refuses where the pack in force binds no role to the duty.
    pub fn roles<'a>(&'a self, model: &Model, pack: &'a Pack) -> Result<&'a [String], Refusal> {
        let rank = |tier: &str| pack.tier(tier).map(|tier| tier.rank);
        match &self.submission {
            Some(submission) if rank(&model.tier) <= rank(&submission.tier) => Ok(&submission.roles),
            _ => pack.duty(Duty::ExceptionApprovers(&model.tier)),
        }
    }
}
