//! `assent card export`

use std::path::PathBuf;

use assent_cards::{AnyRecord, ModelCard, Record as _};
use clap::Args;

use super::file::{self, Form};
use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent card export`.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Its id, or `model:number`
    version: String,
    /// Where to write it
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// The form; told by the name of the file if absent
    #[arg(long, value_enum)]
    form: Option<Form>,
}

impl Export {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let version = names::version_id(&client, &self.version)?;
        let bytes = client.get_bytes(&format!("/api/v1/versions/{version}/documents/MODEL_CARD"))?;
        let card = ModelCard::from_json(&bytes).map_err(|error| {
            Problem::new(format!(
                "the newest model card is of no form that can be written otherwise: {error}"
            ))
            .hint("attach one with `assent card attach`")
        })?;
        let written = file::write(&AnyRecord::ModelCard(Box::new(card)), &self.to, self.form)?;
        Ok(Answer::new(written).line(format!("written to `{}`", self.to.display())))
    }
}
