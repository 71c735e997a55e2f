//! How changes are rated.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::same;
use crate::RiskLevel;
use crate::change_request::ChangeType;
use crate::pack::Pack;

/// A lower risk asks fewer people. What was refused because there were no rules, or no such environment, becomes possible.
pub(super) fn change_rules(before: &Pack, after: &Pack, reasons: &mut Vec<String>) {
    let (old, new) = match (&before.change_rules, &after.change_rules) {
        (Some(old), Some(new)) => (old, new),
        (None, None) => return,
        (None, Some(_)) => {
            reasons.push("rules of changes added (what nobody could ask for becomes possible)".to_owned());
            return;
        }
        (Some(_), None) => {
            reasons.push("rules of changes removed".to_owned());
            return;
        }
    };
    let name = |kind: &ChangeType| kind.name().to_owned();
    risks("type", "always", &old.fixed, &new.fixed, name, reasons);
    risks("type", "risk", &old.by_type, &new.by_type, name, reasons);
    risks("type", "risk inside the house", &old.internal_only, &new.internal_only, name, reasons);
    risks("users", "risk", &old.by_reach, &new.by_reach, |reach| reach.name().to_owned(), reasons);
    risks("environment", "risk", &old.environments, &new.environments, Clone::clone, reasons);
    risks("systems tagged", "risk", &old.system_tags, &new.system_tags, Clone::clone, reasons);
    if new.downtime < old.downtime {
        reasons.push("changes with a downtime: lower risk".to_owned());
    }
    for blackout in old.blackouts.iter().filter(|blackout| !new.blackouts.contains(blackout)) {
        reasons.push(format!("blackout from {} until {} removed or changed", blackout.from, blackout.until));
    }
}

/// A risk may rise; where it appears or goes away it cannot be compared.
fn risks<K: Ord>(
    what: &str,
    which: &str,
    old: &BTreeMap<K, RiskLevel>,
    new: &BTreeMap<K, RiskLevel>,
    name: impl Fn(&K) -> String,
    reasons: &mut Vec<String>,
) {
    let place = |key: &K| format!("changes: {which} of {what} `{}`", name(key));
    let rises = |key: &K, before: RiskLevel| new.get(key).is_some_and(|after| *after >= before);
    for (key, before) in old.iter().filter(|(key, before)| !rises(key, **before)) {
        differs(place(key), Some(before), new.get(key), reasons);
    }
    for (key, after) in new.iter().filter(|(key, _)| !old.contains_key(key)) {
        differs(place(key), None, Some(after), reasons);
    }
}

fn differs(
    what: impl Display,
    before: Option<&RiskLevel>,
    after: Option<&RiskLevel>,
    reasons: &mut Vec<String>,
) {
    same(what, &before, &after, reasons);
}
