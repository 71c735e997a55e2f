//! `assent card check`

use std::path::PathBuf;

use clap::Args;

use super::file;
use crate::output::Answer;
use crate::problem::{Exit, Problem};

/// Options of `assent card check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  the file can be read; with --min: enough of it is filled in
  1  with --min: less than that is filled in
  2  the command is wrong, or the file cannot be read")]
pub(crate) struct Check {
    /// The card or datasheet
    file: PathBuf,
    /// Exit with 1 where a smaller share is filled in, from 0 to 1
    #[arg(long, value_name = "SHARE")]
    min: Option<f64>,
}

impl Check {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<Answer, Problem> {
        let not_asked = |problem: Problem| problem.exit(Exit::NotAsked);
        if self.min.is_some_and(|min| !(0.0..=1.0).contains(&min)) {
            return Err(not_asked(Problem::new("`--min` is a share from 0 to 1")));
        }
        let held = file::read(&self.file).map_err(not_asked)?;
        let (counted, json) = file::counted(&held.record).map_err(not_asked)?;
        let mut answer = super::shown(Answer::new(json.clone()), &json);
        for line in &held.left_out {
            answer = answer.hint(format!("left out: {line}"));
        }
        let too_little =
            self.min.is_some_and(|min| f64::from(counted.answered()) < min * f64::from(counted.asked()));
        Ok(if too_little { answer.exit(Exit::No) } else { answer })
    }
}
