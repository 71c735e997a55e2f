//! `assent system export`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::{MAX_SYSTEMS, inventory};
use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent system export`.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Where to write it; a file that is there is replaced
    file: PathBuf,
    /// Retired systems too
    #[arg(long)]
    retired: bool,
}

impl Export {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let query = [("retired", self.retired.then(|| "true".to_owned()))];
        let mut systems = context.client()?.list("/api/v1/systems", &query, MAX_SYSTEMS)?;
        systems.sort_by_key(|system| system.get("name").map(ToString::to_string));
        let text = inventory::write(&systems)?;
        std::fs::write(&self.file, text).map_err(|error| Problem::path("write", &self.file, error))?;
        let file = self.file.display().to_string();
        let line = format!("{} systems written to {file}", systems.len());
        Ok(Answer::new(json!({"file": file, "systems": systems.len()})).line(line))
    }
}
