//! The pair of an emergency: two persons who together let go through what cannot wait.
//!
//! Promotions and changes have emergencies, and both ask here. Who may sign, and whether a signature still counts, is said by
//! the one sign-off. What differs is wanted:
//!
//! - A promotion has its emergency beside its reviews: the pair says what it has looked at (the evidence), its word ends after
//!   a time, and neither of the two reviews. The gate opens by it for whoever completes the promotion.
//! - A change has one list of signatures: a role of the pair that is also a role of the review signs once, for both. The word
//!   of the pair is about the plan that was submitted, which cannot be altered, and it does not end: it counts as long as the
//!   two could still give it, and the change is begun by somebody who was allowed to.

use super::{Case, SignatureRecord, standing};
use crate::pack::{Duty, Pack};
use crate::{Code, Refusal};

/// The roles of the pair: two of them, so that two persons sign.
///
/// # Errors
/// Refuses where the pack binds anything else to the duty.
pub fn pair(pack: &Pack) -> Result<Vec<String>, Refusal> {
    let roles = pack.duty(Duty::EmergencyPair)?;
    if is_pair(roles) {
        return Ok(roles.to_vec());
    }
    let message = "the pack in force does not bind two roles to the duty `emergencyPair`";
    Err(Refusal::new(Code::DutyUnbound, message))
}

/// Refuses a signature of the pair that is given in the place of somebody: lent, the two could be one.
///
/// # Errors
/// Refuses what is lent.
pub fn in_own_name(is_lent: bool) -> Result<(), Refusal> {
    if !is_lent {
        return Ok(());
    }
    let message = "in an emergency two persons speak for themselves";
    Err(Refusal::new(Code::NotDelegable, message).at("/onBehalfOf"))
}

/// Whether two persons have signed in the two roles, in their own name, and both could still do so now. Of other roles of the
/// case nothing is asked.
pub fn pair_has_signed(case: &Case<'_>, pair: &[String]) -> bool {
    let is_lent = |record: &SignatureRecord| {
        record.signature.on_behalf_of.is_some() && pair.contains(&record.signature.role)
    };
    is_pair(pair)
        && !case.signatures.iter().any(is_lent)
        && standing(&Case { roles: pair, ..*case }).is_complete()
}

fn is_pair(roles: &[String]) -> bool {
    matches!(roles, [one, other] if one != other)
}
