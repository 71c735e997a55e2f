//! `assent desk`

use clap::Args;
use serde_json::Value;

use crate::client::with_query;
use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent desk`.
#[derive(Debug, Args)]
pub(crate) struct Desk {
    /// What was decided in the last so many days
    #[arg(long, default_value_t = 90)]
    days: u16,
}

/// What is shown, and where it stands.
const FACTS: [(&str, &str); 8] = [
    ("since", "/since"),
    ("approved", "/approved"),
    ("rejected", "/rejected"),
    ("success rate", "/successRate"),
    ("late decisions", "/lateDecisions"),
    ("overdue steps", "/overdueSteps"),
    ("pending", "/pending"),
    ("truncated", "/truncated"),
];

impl Desk {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let path = with_query("/api/v1/desk/metrics", &[("days", Some(self.days.to_string()))]);
        let figures = context.client()?.get(&path)?;
        let mut table = Table::new(["time", ">count", ">median", ">p90"]);
        row(&mut table, "to approve", figures.get("timeToApprove"));
        rows(&mut table, "to approve, tier", figures.get("timeToApproveByTier"));
        rows(&mut table, "to decide, role", figures.get("timeToDecideByRole"));
        row(&mut table, "waiting", figures.get("queueAge"));
        let facts = Table::facts(&figures, &FACTS);
        Ok(Answer::new(figures).table(facts).line("").table(table))
    }
}

fn rows(table: &mut Table, name: &str, by: Option<&Value>) {
    for (key, spread) in by.and_then(Value::as_object).into_iter().flatten() {
        row(table, &format!("{name} {key}"), Some(spread));
    }
}

fn row(table: &mut Table, name: &str, spread: Option<&Value>) {
    let count = spread.and_then(|spread| spread.get("count")).and_then(Value::as_u64).unwrap_or_default();
    let time = |field: &str| {
        let seconds = spread.and_then(|spread| spread.get(field)).and_then(Value::as_u64);
        seconds.map_or_else(|| "-".to_owned(), length)
    };
    table.row([name.to_owned(), count.to_string(), time("medianSeconds"), time("p90Seconds")]);
}

/// A length of time in its two largest units.
fn length(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, minutes) => format!("{minutes}m {}s", seconds % 60),
        (0, hours, minutes) => format!("{hours}h {minutes}m"),
        (days, hours, _) => format!("{days}d {hours}h"),
    }
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn lengths_are_told_in_two_units() {
        for (seconds, text) in
            [(0, "0s"), (59, "59s"), (60, "1m 0s"), (3_725, "1h 2m"), (86_399, "23h 59m"), (90_061, "1d 1h")]
        {
            assert_eq!(length(seconds), text);
        }
    }
}
