//! `assent card show`

use clap::Args;
use serde_json::Value;

use crate::commands::Context;
use crate::names;
use crate::output::{Answer, Block};
use crate::problem::Problem;
use crate::table::{Table, text};

/// Options of `assent card show`.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Its id, or `model:number`
    version: String,
}

impl Show {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let version = names::version_id(&client, &self.version)?;
        let shown = client.get(&format!("/api/v1/versions/{version}"))?;
        let documents = shown.get("documents").and_then(Value::as_array).cloned().unwrap_or_default();
        let is_card = |document: &&Value| document.get("kind").is_some_and(|kind| kind == "MODEL_CARD");
        let document = documents.iter().rev().find(is_card).cloned().ok_or_else(none)?;
        let facts = [
            ("name", "/name"),
            ("sha256", "/sha256"),
            ("attached", "/recorded/at"),
            ("by", "/recorded/by/name"),
        ];
        let answer = Answer::new(document.clone()).table(Table::facts(&document, &facts));
        let Some(record) = document.get("card") else {
            return Ok(
                answer.hint("it is of no form that is read: `assent card attach` attaches one that is")
            );
        };
        let card = client.get(&format!("/api/v1/versions/{version}/documents/MODEL_CARD"))?;
        Ok(figures(super::shown(answer, record), &card))
    }
}

/// What to do where there is no card.
pub(super) fn none() -> Problem {
    Problem::new("the version has no model card").hint("draft one with `assent card draft`")
}

fn figures(answer: Answer, card: &Value) -> Answer {
    let mut table = Table::new(["metric", "group", ">value", ">rows", "threshold", "source"]);
    for figure in card.pointer("/metrics/figures").and_then(Value::as_array).into_iter().flatten() {
        let at = |pointer| text(figure, pointer);
        table.row([at("/metric"), at("/group"), at("/value"), at("/n"), at("/threshold"), at("/source")]);
    }
    if table.is_empty() { answer } else { answer.with(Block::Title("Figures".to_owned())).table(table) }
}
