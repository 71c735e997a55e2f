//! `assent risk of`

use clap::Args;
use serde_json::Value;

use crate::client::escaped;
use crate::commands::Context;
use crate::output::{Answer, Block};
use crate::problem::Problem;
use crate::table::{Table, text};

/// Options of `assent risk of`.
#[derive(Debug, Args)]
pub(crate) struct Of {
    /// The model: its name or id
    model: String,
}

impl Of {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let risk = context.client()?.get(&format!("/api/v1/models/{}/risk", escaped(&self.model)))?;
        let model = risk.get("model").cloned().unwrap_or_default();
        let mut blocks = vec![Block::Table(Table::facts(&model, &crate::commands::model::FACTS))];
        blocks.push(Block::Title("Assessment".to_owned()));
        match risk.get("assessment") {
            Some(assessment) => blocks.extend(super::blocks(assessment)),
            None => blocks.push(Block::Line("none is approved".to_owned())),
        }
        if let Some(change) = risk.get("tierChange").filter(|change| change.is_object()) {
            blocks.push(Block::Line(open(change)));
        }
        Ok(Answer { blocks, ..Answer::new(risk) })
    }
}

fn open(change: &Value) -> String {
    let (to, id, missing) = (text(change, "/to"), text(change, "/id"), text(change, "/signoff/missing"));
    format!("A request for the tier {to} is open ({id}); missing: {missing}")
}
