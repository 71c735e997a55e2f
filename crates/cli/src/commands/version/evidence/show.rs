//! `assent version evidence show`

use clap::Args;

use super::shown;
use crate::client::escaped;
use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent version evidence show`.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Its id, or `model:number`
    version: String,
    /// SHA-256 of the report
    sha256: String,
}

impl Show {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let version = names::version_id(&client, &self.version)?;
        let path = format!("/api/v1/versions/{version}/evidence/{}", escaped(&self.sha256));
        let report = client.get(&path)?;
        Ok(shown(Answer::new(report.clone()), &report))
    }
}
