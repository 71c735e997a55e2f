//! Whether changes can be rated, and a wider reach never lowers a risk.

use super::Check;
use crate::change_request::{ChangeType, Reach};
use crate::pack::{ChangeRules, Pack};

/// The longest time between changes that are shown as clashes.
const MAX_CLASH_HOURS: u32 = 24 * 31;

impl Check {
    /// Every type is rated once, and what is narrower never says more.
    pub(super) fn change_rules(&mut self, pack: &Pack) {
        let Some(rules) = &pack.change_rules else { return };
        self.at("ChangeRules", &rules.id);
        for kind in ChangeType::ALL {
            let (name, fixed, by_type) = (kind.name(), rules.fixed.get(kind), rules.by_type.get(kind));
            match (fixed, by_type) {
                (None, None) => self.say("byType", format!("the type {name} has no risk")),
                (Some(_), Some(_)) => {
                    self.say("byType", format!("the type {name} has a risk in `fixed` and in `byType`"));
                }
                (Some(_), None) | (None, Some(_)) => {}
            }
            if rules.internal_only.get(kind).is_some_and(|internal| by_type.is_none_or(|all| internal > all))
            {
                let message =
                    format!("the type {name} says more, or nothing, where everybody notices the change");
                self.say("internalOnly", message);
            }
        }
        self.reaches(rules);
        if rules.environments.is_empty() {
            self.say("environments", "name the environments that changes are made in");
        }
        self.distinct(
            "environments",
            rules.environments.keys().map(String::as_str).collect::<Vec<_>>().into_iter(),
        );
        self.distinct(
            "systemTags",
            rules.system_tags.keys().map(String::as_str).collect::<Vec<_>>().into_iter(),
        );
        self.blackouts(rules);
        if rules.clash_hours.is_some_and(|hours| !(1..=MAX_CLASH_HOURS).contains(&hours)) {
            self.say("clashHours", format!("the hours lie between 1 and {MAX_CLASH_HOURS}"));
        }
    }

    fn reaches(&mut self, rules: &ChangeRules) {
        let mut highest = None;
        for reach in Reach::ALL {
            let Some(risk) = rules.by_reach.get(reach) else { continue };
            if highest.is_some_and(|highest| *risk < highest) {
                self.say("byReach", format!("{} says less than a narrower reach", reach.name()));
            }
            highest = highest.max(Some(*risk));
        }
    }

    fn blackouts(&mut self, rules: &ChangeRules) {
        if rules.blackouts.len() > super::MAX_PARTS {
            self.say("blackouts", format!("more than {} blackouts", super::MAX_PARTS));
        }
        for (i, blackout) in rules.blackouts.iter().enumerate() {
            if blackout.until < blackout.from {
                self.say(format!("blackouts/{i}/until"), "the last day lies before the first");
            }
            let environments = blackout.environments.iter().flatten();
            self.known(&format!("blackouts/{i}/environments"), "environment", environments, |name| {
                rules.environments.contains_key(name)
            });
        }
    }
}
