//! `assent card convert`

use std::path::PathBuf;

use clap::Args;

use super::file::{self, Form};
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent card convert`.
#[derive(Debug, Args)]
pub(crate) struct Convert {
    /// The card or datasheet
    file: PathBuf,
    /// Where to write it
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// The form; told by the name of the file if absent
    #[arg(long, value_enum)]
    form: Option<Form>,
}

impl Convert {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<Answer, Problem> {
        let held = file::read(&self.file)?;
        let written = file::write(&held.record, &self.to, self.form)?;
        let mut answer = Answer::new(written).line(format!("written to `{}`", self.to.display()));
        for line in &held.left_out {
            answer = answer.hint(format!("left out: {line}"));
        }
        Ok(answer)
    }
}
