//! Stages, tiers, suites, thresholds and settings.

use super::{keeps, no_longer, reaches, same};
use crate::pack::{ComplianceLevel, Operator, Pack, SecondPerson, Stage, Suite, Threshold, Tier};

/// Where versions stand, and in which order: all but the titles.
pub(super) fn stages(before: &Pack, after: &Pack, reasons: &mut Vec<String>) {
    let shape = |stage: &Stage| Stage { title: String::new(), ..stage.clone() };
    for stage in &before.stages {
        match after.stage(&stage.id) {
            None => reasons.push(format!("stage `{}` removed", stage.id)),
            Some(new) => same(format_args!("stage `{}`", stage.id), &shape(stage), &shape(new), reasons),
        }
    }
    for stage in after.stages.iter().filter(|stage| before.stage(&stage.id).is_none()) {
        reasons.push(format!("stage `{}` added (cannot be compared, counts as weaker)", stage.id));
    }
}

/// A new tier is one that models could be put into, away from the rules of another.
pub(super) fn tiers(before: &Pack, after: &Pack, reasons: &mut Vec<String>) {
    for tier in before.tiers.values() {
        let Some(new) = after.tier(&tier.id) else {
            reasons.push(format!("tier `{}` removed", tier.id));
            continue;
        };
        let order = |tier: &Tier| (tier.rank, tier.risk_level);
        same(format_args!("rank or risk level of tier `{}`", tier.id), &order(tier), &order(new), reasons);
        let what = format!("tier `{}`: time between reviews", tier.id);
        no_longer(what, tier.review_every, new.review_every, reasons);
        if tier.compliance_level.or(new.compliance_level).is_some() {
            let bar = |pack: &Pack| pack.compliance_level(&tier.id).bar_hundredths();
            lower_bar(format_args!("tier `{}`: ", tier.id), bar(before), bar(after), reasons);
        }
        if new.open_up_to.is_some() {
            let what = format!("stage up to which tier `{}` is open without a policy", tier.id);
            same(what, &tier.open_up_to, &new.open_up_to, reasons);
        }
    }
    for tier in after.tiers.keys().filter(|id| before.tier(id).is_none()) {
        reasons.push(format!("tier `{tier}` added (models could be put into it)"));
    }
}

/// The first rule that holds decides, so that any change can put a model into a lower tier.
pub(super) fn tier_rules(before: &Pack, after: &Pack, reasons: &mut Vec<String>) {
    let rules = |pack: &Pack| pack.tier_rules.iter().map(|(rule, _)| rule.clone()).collect::<Vec<_>>();
    let (old, new) = (rules(before), rules(after));
    for rule in &old {
        match new.iter().find(|other| other.id == rule.id) {
            None => reasons.push(format!("tier rule `{}` removed", rule.id)),
            Some(other) => same(format_args!("tier rule `{}`", rule.id), rule, other, reasons),
        }
    }
    for rule in new.iter().filter(|rule| old.iter().all(|other| other.id != rule.id)) {
        reasons.push(format!("tier rule `{}` added (could come before another)", rule.id));
    }
}

pub(super) fn suites(before: &Pack, after: &Pack, reasons: &mut Vec<String>) {
    for Suite { id, max_age, .. } in before.suites.values() {
        match after.suite(id) {
            None => reasons.push(format!("suite `{id}` removed")),
            Some(new) => {
                let what = format!("age of evaluations of suite `{id}`");
                no_longer(what, *max_age, new.max_age, reasons);
            }
        }
    }
}

pub(super) fn settings(before: &Pack, after: &Pack, reasons: &mut Vec<String>) {
    let (old, new) = (&before.settings, &after.settings);
    same("primary metric", &old.primary_metric, &new.primary_metric, reasons);
    same("calendar", &old.calendar, &new.calendar, reasons);
    if old.applying.second_person == SecondPerson::Always && old.applying != new.applying {
        reasons.push("a second person confirms every pack → only one that is weaker".to_owned());
    }
    let bar = |level: ComplianceLevel| level.bar_hundredths();
    lower_bar(format_args!(""), bar(old.compliance_level), bar(new.compliance_level), reasons);
    keeps(
        "section of periodic reviews".to_owned(),
        &before.review_sections(),
        &after.review_sections(),
        reasons,
    );
    for (what, before, after) in [
        ("life of an emergency", old.emergency_expires_after, new.emergency_expires_after),
        ("longest delegation", old.delegations_at_most, new.delegations_at_most),
    ] {
        no_longer(what, Some(before), Some(after), reasons);
    }
    let days = (old.emergency_follow_up, new.emergency_follow_up);
    if days.1 > days.0 {
        reasons.push(format!("business days until an emergency is reviewed: {} → {}", days.0, days.1));
    }
    no_longer("life of promotions", old.promotions_expire_after, new.promotions_expire_after, reasons);
}

fn lower_bar(of: std::fmt::Arguments<'_>, before: u32, after: u32, reasons: &mut Vec<String>) {
    if after < before {
        reasons.push(format!("{of}score that counts as compliant: 0.{before:02} → 0.{after:02}"));
    }
}

/// The sets in force, whatever they are called. A suite without thresholds is not judged, which its first one changes.
pub(super) fn thresholds(before: &Pack, after: &Pack, reasons: &mut Vec<String>) {
    let size = |pack: &Pack| pack.thresholds().map(|set| set.min_group_size);
    same("smallest group that is compared", &size(before), &size(after), reasons);
    let of = |pack: &Pack| pack.thresholds().map(|set| set.thresholds.clone()).unwrap_or_default();
    let (old, new) = (of(before), of(after));
    for threshold in &old {
        if !new.iter().any(|other| is_as_strict(threshold, other)) {
            let Threshold { suite, metric, operator, bound, .. } = threshold;
            let now = new.iter().find(|other| (&other.suite, &other.metric) == (suite, metric));
            let now = now.map_or("removed".to_owned(), |now| {
                format!("loosened to {} {}, or to fewer tiers or rows", now.operator.symbol(), now.bound)
            });
            reasons.push(format!("threshold {suite} {metric} {} {bound} {now}", operator.symbol()));
        }
    }
    for threshold in &new {
        let judged = |other: &Threshold| {
            other.suite == threshold.suite && reaches(threshold.tiers.as_ref(), other.tiers.as_ref())
        };
        if !old.iter().any(judged) {
            let Threshold { suite, metric, .. } = threshold;
            reasons.push(format!("threshold {suite} {metric} judges a suite that was not judged before"));
        }
    }
}

/// Whether whatever passes the second threshold passes the first.
fn is_as_strict(before: &Threshold, after: &Threshold) -> bool {
    let bound = match (before.operator, after.operator) {
        (Operator::AtLeast, Operator::AtLeast | Operator::Above) | (Operator::Above, Operator::Above) => {
            after.bound >= before.bound
        }
        (Operator::AtMost, Operator::AtMost | Operator::Below) | (Operator::Below, Operator::Below) => {
            after.bound <= before.bound
        }
        _ => false,
    };
    (&before.suite, &before.metric) == (&after.suite, &after.metric)
        && bound
        && after.min_sample.unwrap_or(0) >= before.min_sample.unwrap_or(0)
        && reaches(before.tiers.as_ref(), after.tiers.as_ref())
}
