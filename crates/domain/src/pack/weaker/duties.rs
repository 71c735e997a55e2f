//! Who signs what.

use std::collections::BTreeSet;

use super::{keeps, same};
use crate::pack::{Duties, Duty, Pack};

/// Fewer roles that sign are weaker; more are not, where each of them signs. What was refused because no duty was bound
/// becomes possible.
pub(super) fn duties(before: &Pack, after: &Pack, reasons: &mut Vec<String>) {
    let (old, new) = match (&before.duties, &after.duties) {
        (Some(old), Some(new)) => (old, new),
        (None, None) => return,
        (None, Some(_)) => {
            reasons.push("duties bound (what nobody could approve becomes possible)".to_owned());
            return;
        }
        (Some(_), None) => {
            reasons.push("duties removed".to_owned());
            return;
        }
    };
    for duty in Duties::all(before.tiers.keys()) {
        let what = format!("duty `{}`", duty.place());
        if matches!(duty, Duty::EmergencyPair | Duty::ConfigurationApprover) {
            // The pair are two roles in any order: other ones let others through. Of those that confirm one is enough: another
            // one lets others confirm, and without one nobody may be left.
            let set = |duties: &Duties| -> BTreeSet<String> { duties.of(duty).iter().cloned().collect() };
            same(what, &set(old), &set(new), reasons);
        } else {
            keeps(format!("{what}: role"), old.of(duty), new.of(duty), reasons);
        }
    }
}
