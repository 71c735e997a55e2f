//! Notices: reminders of reviews that wait, and escalations of those that are overdue.
//!
//! What may have to be said is planned when a round is opened, by the calendar of that day: a reminder when half of the
//! business days of a step are over, and then, for each role on its path of escalation, one notice when the decision is due
//! and one more after each further time of the same length. A notice is given once, and only while its step is open: what was
//! decided, waits for another step, or is over, reminds nobody.

use serde::{Deserialize, Serialize};

use super::case::{Case, Judgement};
use super::decide::{change, expire};
use super::event::{ReviewEscalated, ReviewReminded};
use super::{Promotion, Round, StateName, StepState};
use crate::event::{Change, Event};
use crate::pack::{Calendar, StepKind, Workflow};
use crate::{Time, calendar};

/// A reminder or an escalation, planned or given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The step.
    pub step: String,
    /// Its place on the path of escalation, from 1; 0 for the reminder.
    pub level: u32,
    /// The role that is turned to; absent for the reminder, which goes to those who decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// From when on, or when it was given.
    pub at: Time,
}

impl Notice {
    pub(super) fn reminder(step: &str, at: Time) -> Self {
        Self { step: step.to_owned(), level: 0, role: None, at }
    }

    pub(super) fn escalation(step: &str, level: u32, role: &str, at: Time) -> Self {
        Self { step: step.to_owned(), level, role: Some(role.to_owned()), at }
    }

    fn is_same(&self, other: &Self) -> bool {
        (self.step.as_str(), self.level) == (other.step.as_str(), other.level)
    }
}

/// The notices of a round that is opened at that time.
pub(super) fn planned(workflow: &Workflow, calendar: &Calendar, now: Time) -> Vec<Notice> {
    let mut notices = Vec::new();
    for step in &workflow.steps {
        let StepKind::Review { sla_business_days: Some(days), escalation, .. } = &step.kind else { continue };
        let due = calendar::due(calendar, now, *days);
        let half = calendar::half_way(calendar, now, *days);
        if let Some(half) = half.filter(|half| Some(*half) < due) {
            notices.push(Notice::reminder(&step.id, half));
        }
        let (mut at, mut level) = (*days, 0_u32);
        for role in escalation {
            level = level.saturating_add(1);
            if let Some(time) = calendar::due(calendar, now, at) {
                notices.push(Notice::escalation(&step.id, level, role, time));
            }
            at = at.saturating_add((*days).max(1));
        }
    }
    notices
}

/// The notices of another workflow for a round that goes on: those that both have keep their times.
pub(super) fn kept(round: &Round, mut notices: Vec<Notice>) -> Vec<Notice> {
    for notice in &mut notices {
        if let Some(old) = round.notices.iter().find(|old| old.is_same(notice)) {
            notice.at = old.at;
        }
    }
    notices
}

impl Promotion {
    /// When the next notice may have to be given: as long as people decide, and before it expires.
    pub fn next_notice(&self) -> Option<Time> {
        let name = self.lifecycle.name();
        if !matches!(name, StateName::InReview | StateName::Approved) {
            return None;
        }
        let times = self.rounds.last()?.outstanding().map(|notice| notice.at);
        times.filter(|at| self.expires_at.is_none_or(|end| *at < end)).min()
    }

    /// The first time after `now` for which a notice is planned that was not given.
    pub fn notice_after(&self, now: Time) -> Option<Time> {
        let outstanding = self.rounds.last()?.outstanding();
        outstanding.map(|notice| notice.at).filter(|at| *at > now).min()
    }

    /// The roles that were turned to in this round for a step.
    pub fn escalated_to<'a>(&'a self, step: &'a str) -> impl Iterator<Item = &'a str> {
        let given = self.rounds.last().into_iter().flat_map(|round| &round.given);
        given.filter(move |notice| notice.step == step).filter_map(|notice| notice.role.as_deref())
    }
}

impl Round {
    /// The notices that are still to come. Who has been turned to needs no reminder of what led there.
    fn outstanding(&self) -> impl Iterator<Item = &Notice> {
        self.notices.iter().filter(|notice| {
            !self.given.iter().any(|given| given.step == notice.step && given.level >= notice.level)
        })
    }
}

/// Decides what is to be said of a promotion now: at most one reminder or some escalations for each open step. A promotion
/// that has expired is noted to have, and says nothing more.
pub fn notify(promotion: &Promotion, case: &Case<'_>, judgement: &Judgement) -> Vec<Change> {
    let now = case.inputs.now;
    if promotion.next_notice().is_none_or(|at| now < at) {
        return Vec::new();
    }
    let expired = expire(promotion, now);
    if !expired.is_empty() {
        return expired;
    }
    let Some(round) = promotion.rounds.last() else { return Vec::new() };
    let mut changes = Vec::new();
    for standing in judgement.steps.iter().filter(|standing| standing.state == StepState::Open) {
        let due: Vec<&Notice> =
            round.outstanding().filter(|notice| notice.step == standing.step && notice.at <= now).collect();
        let is_overdue = due.iter().any(|notice| notice.level > 0);
        for notice in due.into_iter().filter(|notice| notice.level > 0 || !is_overdue) {
            let event = match &notice.role {
                Some(role) => Event::ReviewEscalated(ReviewEscalated {
                    round: round.number,
                    step: notice.step.clone(),
                    level: notice.level,
                    role: role.clone(),
                    due_at: standing.due_at,
                }),
                None => Event::ReviewReminded(ReviewReminded {
                    round: round.number,
                    step: notice.step.clone(),
                    roles: standing.missing_roles.clone(),
                    due_at: standing.due_at,
                }),
            };
            changes.push(change(
                promotion.id,
                case.inputs.model,
                case.inputs.version,
                &promotion.target,
                event,
            ));
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::event::Stamp;
    use crate::facts::Target;
    use crate::ids::{Digest, ModelId, PrincipalId, PromotionId, VersionId};
    use crate::workflow::event::{PromotionRequested, PromotionSubmitted};

    const FRIDAY: &str = "2026-11-20T15:00:00Z";

    fn time(text: &str) -> Time {
        text.parse().unwrap()
    }

    fn workflow(days: u32, path: usize) -> Workflow {
        let escalation: Vec<String> = (1..=path).map(|level| format!("role{level}")).collect();
        let steps = json!([
            {"id": "check", "type": "automated"},
            {"id": "look", "type": "review", "roles": ["looker"], "slaBusinessDays": days, "escalation": escalation},
            {"id": "whenever", "type": "review", "roles": ["looker"], "escalation": escalation},
        ]);
        let workflow =
            json!({"id": "way", "title": "Way", "target": "PROD", "from": ["DEV"], "steps": steps});
        serde_json::from_value(workflow).unwrap()
    }

    fn under_review(days: u32, path: usize, expires_at: Option<Time>) -> Promotion {
        let (workflow, now) = (workflow(days, path), time(FRIDAY));
        let stamp = Stamp { at: now, actor: PrincipalId(Uuid::nil()) };
        let event = PromotionRequested {
            model: ModelId(Uuid::nil()),
            version: VersionId(Uuid::nil()),
            target: Target { stage: "PROD".to_owned(), environment: None, strategy: None, replicas: None },
            workflow: workflow.clone(),
            comment: None,
            expires_at,
        };
        let mut promotion = Promotion::new(PromotionId(Uuid::nil()), &event, &stamp);
        let submitted = PromotionSubmitted {
            round: 1,
            evidence: Digest::of(b""),
            failed: Vec::new(),
            due: BTreeMap::new(),
            notices: planned(&workflow, &Calendar::default(), now),
        };
        promotion.evolve(&Event::PromotionSubmitted(submitted), &stamp);
        promotion
    }

    #[test]
    fn times_are_planned_by_business_days() {
        let planned = planned(&workflow(2, 3), &Calendar::default(), time(FRIDAY));
        let planned: Vec<_> = planned.iter().map(|it| (it.level, it.role.as_deref(), it.at)).collect();
        let expected = [
            (0, None, time("2026-11-24T00:00:00Z")),
            (1, Some("role1"), time("2026-11-25T00:00:00Z")),
            (2, Some("role2"), time("2026-11-27T00:00:00Z")),
            (3, Some("role3"), time("2026-12-01T00:00:00Z")),
        ];
        assert_eq!(planned, expected);
    }

    #[test]
    fn whatever_the_time_reminders_come_before_and_escalations_from_when_it_is_due() {
        let calendar = Calendar { utc_offset_hours: -5, ..Calendar::default() };
        for days in 0..40 {
            for path in 0..4 {
                for hours in [0, 7, 25, 40, 61, 90, 130] {
                    let start = time(FRIDAY) + jiff::SignedDuration::from_hours(hours);
                    let planned = planned(&workflow(days, path), &calendar, start);
                    let due = calendar::due(&calendar, start, days).unwrap();
                    let reminders: Vec<_> = planned.iter().filter(|it| it.level == 0).collect();
                    assert_eq!(reminders.len(), usize::from(days > 0), "{days}");
                    assert!(reminders.iter().all(|it| start <= it.at && it.at < due), "{days} {reminders:?}");
                    let path_times: Vec<Time> =
                        planned.iter().filter(|it| it.level > 0).map(|it| it.at).collect();
                    assert_eq!(path_times.len(), path);
                    assert_eq!(path_times.first(), (path > 0).then_some(&due));
                    assert!(path_times.is_sorted_by(|a, b| a < b), "{path_times:?}");
                }
            }
        }
    }

    #[test]
    fn what_was_given_is_not_to_come_and_an_escalation_overtakes_the_reminder() {
        let mut promotion = under_review(2, 2, None);
        let give = |promotion: &mut Promotion, event| {
            promotion.evolve(&event, &Stamp { at: time(FRIDAY), actor: PrincipalId(Uuid::nil()) });
            promotion.next_notice()
        };
        let escalated = |level| {
            let (step, role) = ("look".to_owned(), format!("role{level}"));
            Event::ReviewEscalated(ReviewEscalated { round: 1, step, level, role, due_at: None })
        };
        assert_eq!(promotion.next_notice(), Some(time("2026-11-24T00:00:00Z")));
        assert_eq!(give(&mut promotion, escalated(1)), Some(time("2026-11-27T00:00:00Z")));
        assert_eq!(promotion.escalated_to("look").collect::<Vec<_>>(), ["role1"]);
        assert_eq!(give(&mut promotion, escalated(2)), None);
        assert_eq!(promotion.escalated_to("look").collect::<Vec<_>>(), ["role1", "role2"]);
        assert_eq!(promotion.escalated_to("whenever").count(), 0);
    }

    #[test]
    fn nothing_is_to_come_after_the_end() {
        let first = time("2026-11-24T00:00:00Z");
        let later = first + jiff::SignedDuration::from_secs(1);
        assert_eq!(under_review(2, 2, Some(later)).next_notice(), Some(first));
        assert_eq!(under_review(2, 2, Some(first)).next_notice(), None);
    }
}
