//! Figures of changes, counted change by change.
//!
//! The change failure rate follows the definition of DORA (dora.dev): the share of what was deployed that had to be mended or
//! taken back. Its lead time runs from commit to production; commits are not seen here, and ours runs from the submission.

use super::{ChangeRequest, ChangeType, StateName};
use crate::Time;

/// Figures of the changes that were counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Submitted and not over.
    pub open: u64,
    /// Waiting for a reviewer, late reviews of emergencies included.
    pub pending_approval: u64,
    /// Changes other than rollbacks that ended with success in the month.
    pub deployed: u64,
    /// Rollbacks that ended with success in the month.
    pub rolled_back: u64,
    /// Changes other than rollbacks that ended in the month, however.
    pub ended: u64,
    /// Of these, those that failed or were taken back since.
    pub failed: u64,
    /// The median of the whole seconds between submission and success of what was deployed; of two in the middle, their mean,
    /// rounded down.
    pub lead_time_seconds: Option<u64>,
}

/// A count in progress.
#[derive(Debug, Clone)]
pub struct Tally {
    month: (Time, Time),
    metrics: Metrics,
    lead_times: Vec<u64>,
}

impl Tally {
    /// Begins to count; the month lies between these times (the second not included).
    pub fn of_month(month: (Time, Time)) -> Self {
        Self { month, metrics: Metrics::default(), lead_times: Vec::new() }
    }

    /// Counts a change.
    pub fn add(&mut self, change: &ChangeRequest) {
        let metrics = &mut self.metrics;
        let is_waiting = matches!(change.state, StateName::Submitted | StateName::UnderReview);
        metrics.open += u64::from(change.state.is_open());
        metrics.pending_approval += u64::from(is_waiting || change.is_reviewed_late());
        let Some(completed) = &change.completed else { return };
        let at = completed.recorded.at;
        if at < self.month.0 || self.month.1 <= at {
            return;
        }
        if change.content.kind == ChangeType::Rollback {
            metrics.rolled_back += u64::from(completed.success);
            return;
        }
        metrics.ended += 1;
        metrics.failed += u64::from(matches!(change.state, StateName::Failed | StateName::RolledBack));
        if completed.success {
            metrics.deployed += 1;
            let submitted = change.submitted.as_ref().map(|submitted| submitted.recorded.at);
            let lead = submitted.map(|submitted| at.duration_since(submitted).as_secs());
            self.lead_times.extend(lead.and_then(|seconds| u64::try_from(seconds).ok()));
        }
    }

    /// What was counted.
    pub fn finish(mut self) -> Metrics {
        self.lead_times.sort_unstable();
        self.metrics.lead_time_seconds = median(&self.lead_times);
        self.metrics
    }
}

fn median(sorted: &[u64]) -> Option<u64> {
    let (low, high) = (sorted.get(sorted.len().checked_sub(1)? / 2)?, sorted.get(sorted.len() / 2)?);
    Some(low.midpoint(*high))
}
