//! Figures of the desk, counted promotion by promotion: how long approvals take, and what waits.
//!
//! A promotion is decided when it is approved (the last approval of a person, or the submission where nobody had to be asked) or
//! rejected. Its time runs from its first submission; that of one decision from the submission of its round. Withdrawn and
//! expired promotions were not decided.

use std::collections::BTreeMap;

use super::{Lifecycle, OWNER, Promotion, Round, StateName};
use crate::Time;

/// Lengths of time, in whole seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spread {
    /// How many there are.
    pub count: u64,
    /// The one in the middle; of two in the middle, their mean, rounded down.
    pub median_seconds: Option<u64>,
    /// The smallest that nine in ten do not exceed.
    pub p90_seconds: Option<u64>,
}

/// Figures of the promotions that were counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// From the first submission to the approval, of what was approved in the window.
    pub to_approve: Spread,
    /// The same by tier of the model.
    pub by_tier: BTreeMap<String, Spread>,
    /// From the submission of the round to the decision, by the role in which it was given in the window.
    pub by_role: BTreeMap<String, Spread>,
    /// Approved in the window.
    pub approved: u64,
    /// Rejected in the window.
    pub rejected: u64,
    /// Decisions of the window that came after they were due.
    pub late: u64,
    /// Steps of promotions under review that are overdue and that nobody has decided in their round.
    pub overdue: u64,
    /// Under review now.
    pub pending: u64,
    /// Since the submission of their round, of those.
    pub queue: Spread,
    /// The longest of these.
    pub oldest_seconds: Option<u64>,
}

/// A count in progress.
#[derive(Debug, Clone)]
pub struct Tally {
    since: Time,
    now: Time,
    figures: Figures,
    to_approve: Vec<u64>,
    by_tier: BTreeMap<String, Vec<u64>>,
    by_role: BTreeMap<String, Vec<u64>>,
    queue: Vec<u64>,
}

impl Tally {
    /// Begins to count what was decided from `since` on, and what waits at `now`.
    pub fn of_window(since: Time, now: Time) -> Self {
        Self {
            since,
            now,
            figures: Figures::default(),
            to_approve: Vec::new(),
            by_tier: BTreeMap::new(),
            by_role: BTreeMap::new(),
            queue: Vec::new(),
        }
    }

    /// Counts a promotion of a model of that tier.
    pub fn add(&mut self, promotion: &Promotion, tier: &str) {
        self.decisions(promotion);
        match promotion.lifecycle {
            Lifecycle::Rejected { by } => self.figures.rejected += u64::from(self.is_within(by.at)),
            Lifecycle::Approved { .. } | Lifecycle::Completed { .. } => self.approved(promotion, tier),
            Lifecycle::Draft
            | Lifecycle::ChangesRequired
            | Lifecycle::InReview
            | Lifecycle::Withdrawn { .. }
            | Lifecycle::Expired => {}
        }
        if promotion.state_at(self.now) == StateName::InReview
            && let Some(round) = promotion.rounds.last()
        {
            self.figures.pending += 1;
            self.queue.push(seconds(round.submitted.at, self.now));
            self.figures.overdue += self.overdue(promotion, round);
        }
    }

    /// What was counted.
    pub fn finish(mut self) -> Figures {
        let spreads = |by: BTreeMap<String, Vec<u64>>| {
            by.into_iter().map(|(key, times)| (key, spread(times))).collect()
        };
        self.figures.oldest_seconds = self.queue.iter().max().copied();
        self.figures.to_approve = spread(self.to_approve);
        self.figures.queue = spread(self.queue);
        self.figures.by_tier = spreads(self.by_tier);
        self.figures.by_role = spreads(self.by_role);
        self.figures
    }

    fn is_within(&self, at: Time) -> bool {
        self.since <= at && at <= self.now
    }

    fn decisions(&mut self, promotion: &Promotion) {
        for record in &promotion.reviews {
            if !self.is_within(record.recorded.at) {
                continue;
            }
            let round = promotion.rounds.iter().find(|round| round.number == record.review.round);
            let Some(round) = round else { continue };
            let role = record.review.role.as_deref().unwrap_or(OWNER);
            let taken = seconds(round.submitted.at, record.recorded.at);
            self.by_role.entry(role.to_owned()).or_default().push(taken);
            let due = round.due.get(&record.review.step);
            self.figures.late += u64::from(due.is_some_and(|due| *due < record.recorded.at));
        }
    }

    fn approved(&mut self, promotion: &Promotion, tier: &str) {
        let (Some(first), Some(last)) = (promotion.rounds.first(), promotion.rounds.last()) else { return };
        let approvals = promotion.reviews.iter().filter(|record| record.review.decision.is_approval());
        let approvals = approvals.filter(|record| record.review.round == last.number);
        let at = approvals.map(|record| record.recorded.at).max().unwrap_or(last.submitted.at);
        if !self.is_within(at) {
            return;
        }
        let taken = seconds(first.submitted.at, at);
        self.figures.approved += 1;
        self.to_approve.push(taken);
        self.by_tier.entry(tier.to_owned()).or_default().push(taken);
    }

    fn overdue(&self, promotion: &Promotion, round: &Round) -> u64 {
        let decided = |step: &str| {
            promotion
                .reviews
                .iter()
                .any(|record| record.review.round == round.number && record.review.step == step)
        };
        let over = round.due.iter().filter(|(step, due)| **due <= self.now && !decided(step));
        over.count() as u64
    }
}

fn seconds(from: Time, until: Time) -> u64 {
    u64::try_from(until.duration_since(from).as_secs()).unwrap_or(0)
}

fn spread(mut times: Vec<u64>) -> Spread {
    times.sort_unstable();
    let count = times.len();
    let middle = || {
        let (low, high) = (times.get(count.checked_sub(1)? / 2)?, times.get(count / 2)?);
        Some(low.midpoint(*high))
    };
    let nine_in_ten = || times.get((count * 9).div_ceil(10).checked_sub(1)?).copied();
    Spread { count: count as u64, median_seconds: middle(), p90_seconds: nine_in_ten() }
}
