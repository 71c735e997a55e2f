//! Whether one pack is weaker than another, and why.
//!
//! The question is asked conservatively: what cannot be shown to be as strict as before counts as weaker. Conditions are not
//! compared but for their text. Additions count where they could let something through that was shut before: a new way to a
//! stage, a new tier, a first blocking policy where a gate had nothing to judge. Wording never counts.
//!
//! Invariant: whoever walks in steps of which none is weaker has not come to a weaker pack. So each comparison here is an
//! order: what is not weaker than the second, which is not weaker than the first, is not weaker than the first.

mod change_rules;
mod duties;
mod policies;
mod retention;
mod risk;
mod settings;
mod workflows;

use std::fmt::Display;

use assent_sabotage::{Fault, planted};

use super::{Pack, Period};
use crate::identity::Permission;

/// Why `after` is weaker than `before`, one sentence each; none where it is at least as strict.
pub fn weaker(before: &Pack, after: &Pack) -> Vec<String> {
    if planted(Fault::Weaker) {
        return Vec::new();
    }
    let mut reasons = Vec::new();
    roles(before, after, &mut reasons);
    settings::stages(before, after, &mut reasons);
    settings::tiers(before, after, &mut reasons);
    settings::tier_rules(before, after, &mut reasons);
    settings::suites(before, after, &mut reasons);
    settings::settings(before, after, &mut reasons);
    settings::thresholds(before, after, &mut reasons);
    duties::duties(before, after, &mut reasons);
    risk::risk(before, after, &mut reasons);
    change_rules::change_rules(before, after, &mut reasons);
    policies::policies(before, after, &mut reasons);
    retention::retention(before, after, &mut reasons);
    workflows::workflows(before, after, &mut reasons);
    reasons
}

/// A role that is not there allows nothing; grants of it may be there all the same, and give what it comes to allow.
fn roles(before: &Pack, after: &Pack, reasons: &mut Vec<String>) {
    for role in after.roles.values() {
        let known = before.role(&role.id);
        let gained = role.permissions.iter().filter(|permission| match known {
            Some(known) => !known.permissions.contains(permission),
            None => permission.approves(),
        });
        for permission in gained {
            reasons.push(format!("role `{}` gains the permission {}", role.id, permission.name()));
        }
    }
    for role in before.roles.values().filter(|role| before.manages(&role.id) && !after.manages(&role.id)) {
        let name = Permission::ManageGrants.name();
        reasons.push(format!("role `{}` loses the permission {name}, which a second person needs", role.id));
    }
}

/// Says that something changed that cannot be compared.
fn same<T: PartialEq>(what: impl Display, before: &T, after: &T, reasons: &mut Vec<String>) {
    if before != after {
        reasons.push(format!("{what} changed (cannot be compared, counts as weaker)"));
    }
}

/// Says that a period got longer, or went away: things that end hold without end then.
fn no_longer(what: impl Display, before: Option<Period>, after: Option<Period>, reasons: &mut Vec<String>) {
    let Some(limit) = before else { return };
    match after {
        Some(new) if new.duration() <= limit.duration() => {}
        Some(new) => reasons.push(format!("{what}: {limit} → {new}")),
        None => reasons.push(format!("{what}: {limit} → without end")),
    }
}

/// Whether a list that restricts reaches at least as far as before; an absent one restricts nothing.
fn reaches<T: PartialEq>(before: Option<&Vec<T>>, after: Option<&Vec<T>>) -> bool {
    match (before, after) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(before), Some(after)) => before.iter().all(|item| after.contains(item)),
    }
}

/// Says which items are not there any more.
fn keeps(what: impl Display, before: &[String], after: &[String], reasons: &mut Vec<String>) {
    for gone in before.iter().filter(|item| !after.contains(item)) {
        reasons.push(format!("{what} `{gone}` removed"));
    }
}
