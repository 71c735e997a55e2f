//! `assent pack import`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::import_config;
use crate::imported;
use crate::output::{Answer, Block};
use crate::problem::Problem;

const WHAT_BECOMES_OF_IT: &str = "\
The file holds `governance` with `compliance_level`, `required_approvers`, `approval_roles` and `auto_approval_conditions`, and
`compliance` with `regulations`, `documentation` and `audit`. Anything else is refused. What comes of it is a pack that extends the
built-in pack `ml-governance`: save what is printed as a file in a folder of its own, and put it in force with `assent apply`.";

/// Options of `assent pack import`.
#[derive(Debug, Args)]
#[command(after_help = WHAT_BECOMES_OF_IT)]
pub(crate) struct Import {
    /// The file `governance_config.yaml`
    file: PathBuf,
}

impl Import {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<Answer, Problem> {
        let text = imported::text(&self.file, "name the configuration, not another file")?;
        let documents = import_config::documents(&text)?;
        let written = |error| Problem::new(format!("the documents cannot be written: {error}"));
        let yaml: Result<Vec<String>, _> = documents.iter().map(serde_saphyr::to_string).collect();
        let yaml = yaml.map_err(written)?.join("---\n");
        Ok(Answer::new(json!({"documents": documents})).with(Block::Laid(yaml)))
    }
}
