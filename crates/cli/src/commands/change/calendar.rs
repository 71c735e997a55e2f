//! `assent change calendar`

use clap::Args;
use serde_json::Value;

use crate::client::with_query;
use crate::commands::Context;
use crate::output::{Answer, Block};
use crate::problem::Problem;
use crate::table::{Table, text};

/// Options of `assent change calendar`.
#[derive(Debug, Args)]
pub(crate) struct Calendar {
    /// The month, `YYYY-MM` by the calendar of the pack; the present one if absent
    #[arg(long)]
    month: Option<String>,
}

impl Calendar {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let path = with_query("/api/v1/changes/calendar", &[("month", self.month)]);
        let month = context.client()?.get(&path)?;
        let items = |name: &str| month.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let (changes, blackouts) = (items("changes"), items("blackouts"));
        let mut blocks = vec![Block::Title(format!("Changes in {}", text(&month, "/month")))];
        if changes.is_empty() {
            blocks.push(Block::Line("none".to_owned()));
        } else {
            blocks.push(Block::Table(Table::of(&changes, &super::BRIEF)));
        }
        if !blackouts.is_empty() {
            blocks.push(Block::Title("No changes".to_owned()));
            let columns = [
                ("from", "/from"),
                ("until", "/until"),
                ("environments", "/environments"),
                ("why", "/reason"),
            ];
            blocks.push(Block::Table(Table::of(&blackouts, &columns)));
        }
        if month.get("complete").and_then(Value::as_bool) == Some(false) {
            blocks.push(Block::Line("there are more changes in this month than are shown".to_owned()));
        }
        Ok(Answer { blocks, ..Answer::new(month) })
    }
}
