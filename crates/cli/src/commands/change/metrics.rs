//! `assent change metrics`

use clap::Args;

use crate::client::with_query;
use crate::commands::Context;
use crate::output::{Answer, Block};
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent change metrics`.
#[derive(Debug, Args)]
pub(crate) struct Metrics {
    /// The month, `YYYY-MM` by the calendar of the pack; the present one if absent
    #[arg(long)]
    month: Option<String>,
}

const FACTS: [(&str, &str); 9] = [
    ("month", "/month"),
    ("open now", "/open"),
    ("waiting for a reviewer now", "/pendingApproval"),
    ("deployed", "/deployed"),
    ("rolled back", "/rolledBack"),
    ("ended", "/changeFailureRate/ended"),
    ("failed or taken back since", "/changeFailureRate/failed"),
    ("change failure rate", "/changeFailureRate/rate"),
    ("median lead time in seconds", "/leadTimeSeconds"),
];

impl Metrics {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let path = with_query("/api/v1/changes/metrics", &[("month", self.month)]);
        let metrics = context.client()?.get(&path)?;
        let blocks = vec![Block::Table(Table::facts(&metrics, &FACTS))];
        Ok(Answer { blocks, ..Answer::new(metrics) })
    }
}
