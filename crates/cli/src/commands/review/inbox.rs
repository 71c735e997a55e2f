//! `assent review inbox`

use clap::Args;
use serde_json::{Value, json};

use crate::commands::inbox::with_names;
use crate::commands::{Context, promote};
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent review inbox`.
#[derive(Debug, Args)]
pub(crate) struct Inbox {
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

impl Inbox {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let promotions = context.client()?.list("/api/v1/inbox", &[], self.limit)?;
        let nested = promotions.iter().any(|item| item.get("promotion").is_some());
        let columns = promote::COLUMNS.map(|(heading, at)| (heading, format!("/promotion{at}")));
        let mut nested_columns: Vec<(&str, &str)> =
            columns.iter().map(|(heading, at)| (*heading, at.as_str())).collect();
        nested_columns.extend([("assigned to you", "/assigned"), ("escalated to you", "/escalated")]);
        let promotions: Vec<Value> = promotions.into_iter().map(with_names).collect();
        if promotions.iter().any(|item| item.get("inPlaceOf").is_some()) {
            nested_columns.push(("in the place of", "/inPlaceOf"));
        }
        let table = Table::of(&promotions, if nested { &nested_columns } else { &promote::COLUMNS });
        let answer = Answer::new(json!({"items": promotions}));
        Ok(if table.is_empty() { answer.line("nothing waits for you") } else { answer.table(table) })
    }
}
