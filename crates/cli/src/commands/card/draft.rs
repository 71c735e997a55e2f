//! `assent card draft`

use std::path::PathBuf;

use assent_cards::{AnyRecord, ModelCard, Record as _, merge};
use clap::Args;
use serde_json::{Value, json};

use super::file::{self, Form};
use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent card draft`.
#[derive(Debug, Args)]
pub(crate) struct Draft {
    /// Its id, or `model:number`
    version: String,
    /// A card that people wrote: its text stands, and its figures are brought up to date
    #[arg(long, value_name = "FILE")]
    with: Option<PathBuf>,
    /// Where to write the card
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// The form; told by the name of the file if absent
    #[arg(long, value_enum, requires = "to")]
    form: Option<Form>,
}

impl Draft {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let version = names::version_id(&client, &self.version)?;
        let drafted = client.get(&format!("/api/v1/versions/{version}/card/draft"))?;
        let filled = drafted.get("card").cloned().unwrap_or_default();
        let filled = ModelCard::from_value(filled).map_err(Problem::new)?;
        let card = match &self.with {
            Some(path) => match file::read(path)?.record {
                AnyRecord::ModelCard(written) => merge(&filled, &written).map_err(Problem::new)?,
                AnyRecord::Datasheet(_) => {
                    return Err(Problem::new(format!(
                        "`{}` is a datasheet, not a model card",
                        path.display()
                    )));
                }
            },
            None => filled,
        };
        let record = AnyRecord::ModelCard(Box::new(card));
        let (_, completeness) = file::counted(&record)?;
        let written = self.to.as_deref().map(|path| file::write(&record, path, self.form)).transpose()?;
        let card = record.to_value().map_err(Problem::new)?;
        let json = json!({"card": card, "completeness": completeness, "written": written});
        let mut answer = super::shown(Answer::new(json), &completeness);
        if let Some(count) = drafted.get("figuresLeftOut").and_then(Value::as_u64).filter(|count| *count > 0)
        {
            answer = answer.hint(format!("{count} figures are more than a card holds, and were left out"));
        }
        Ok(match &self.to {
            Some(path) => answer.line(format!("written to `{}`", path.display())),
            None => answer.hint("write it with `--to card.md`, and fill in what is missing"),
        })
    }
}
