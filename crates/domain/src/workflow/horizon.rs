//! How long a judgement holds by itself: the next moment at which the clock alone would change something of it.

use jiff::SignedDuration;

use super::Promotion;
use super::case::Case;
use crate::Time;
use crate::pack::StepKind;
use crate::registry::Version;

/// The first moment after the case's time at which a period begins or ends, or an age gains a day. The time of the case
/// itself where a rule reads `now`: such a judgement holds for that moment only.
pub(super) fn valid_until(case: &Case<'_>) -> Time {
    let now = case.inputs.now;
    let pinned_elsewhere = case.promotion.is_some_and(|promotion| {
        let todays = case.inputs.pack.workflow_to(&promotion.target.stage, &case.inputs.model.tier);
        todays.is_none_or(|todays| todays.workflow != promotion.workflow)
    });
    if case.inputs.pack.reads_now() || pinned_elsewhere {
        return now;
    }
    let mut next = Time::MAX;
    let mut consider = |time: Option<Time>| {
        if let Some(time) = time.filter(|time| *time > now) {
            next = next.min(time);
        }
    };
    for compiled in case.inputs.pack.policies() {
        consider(compiled.policy.effective_from);
        consider(compiled.policy.expires_at);
    }
    for approval in case.inputs.exceptions.iter().filter_map(|exception| exception.approval) {
        consider(Some(approval.at));
        consider(Some(approval.ends_at));
    }
    for version in [Some(case.inputs.version), case.inputs.champion].into_iter().flatten() {
        ages(case, version, &mut consider);
    }
    if let Some(assessment) = case.inputs.assessment {
        let approval = assessment.approval();
        consider(approval.and_then(|approval| approval.next_review_at));
        consider(approval.and_then(|approval| next_day(approval.recorded.at, now)));
        assessment.acceptances.iter().for_each(|held| consider(Some(held.accepted.expires_at)));
    }
    if let Some(oversight) = case.inputs.oversight {
        consider(oversight.changes_next(case.inputs.model, case.inputs.pack, now));
    }
    if let Some(promotion) = case.promotion {
        of_promotion(promotion, &mut consider);
    }
    for grant in case.inputs.people.values().flat_map(|reviewer| &reviewer.grants) {
        consider(grant.from);
        consider(grant.until);
    }
    next
}

fn of_promotion(promotion: &Promotion, consider: &mut impl FnMut(Option<Time>)) {
    consider(promotion.expires_at);
    for emergency in &promotion.emergencies {
        consider(Some(emergency.declared.expires_at));
        consider(emergency.used.as_ref().map(|used| used.follow_up_due_at));
    }
    for record in &promotion.reviews {
        consider(record.review.expires_at);
        record.review.conditions.iter().for_each(|condition| consider(condition.due_at));
    }
    let Some(round) = promotion.rounds.last() else { return };
    round.due.values().for_each(|due| consider(Some(*due)));
    for step in &promotion.workflow.steps {
        if let StepKind::Attestation { expires_after: Some(period) } = &step.kind {
            consider(Some(period.after(round.submitted.at)));
        }
    }
}

fn ages(case: &Case<'_>, version: &Version, consider: &mut impl FnMut(Option<Time>)) {
    for (name, record) in &version.suites {
        let max_age = case.inputs.pack.suite(name).and_then(|suite| suite.max_age);
        consider(max_age.map(|max_age| max_age.after(record.recorded.at)));
        consider(next_day(record.recorded.at, case.inputs.now));
    }
    for scan in [&version.scan, &version.measured_scan].into_iter().flatten() {
        consider(next_day(scan.recorded.at, case.inputs.now));
    }
    for report in &version.evidence {
        consider(next_day(report.recorded.at, case.inputs.now));
    }
}

/// When the age in whole days grows next.
fn next_day(then: Time, now: Time) -> Option<Time> {
    let days = (now.duration_since(then).as_hours() / 24).max(0) + 1;
    then.checked_add(SignedDuration::from_hours(days * 24)).ok()
}
