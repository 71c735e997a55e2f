//! `assent pack import`

use std::fs;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::import_config;
use crate::output::{Answer, Block};
use crate::problem::Problem;

/// The largest file.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

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
        let unreadable = |error| Problem::path("read", &self.file, error);
        let size_bytes = fs::metadata(&self.file).map_err(unreadable)?.len();
        if size_bytes > MAX_FILE_BYTES {
            let message =
                format!("`{}` has {size_bytes} bytes, more than {MAX_FILE_BYTES}", self.file.display());
            return Err(Problem::new(message).hint("name the configuration, not another file"));
        }
        let text = fs::read_to_string(&self.file).map_err(unreadable)?;
        let documents = import_config::documents(&text)?;
        let written = |error| Problem::new(format!("the documents cannot be written: {error}"));
        let yaml: Result<Vec<String>, _> = documents.iter().map(serde_saphyr::to_string).collect();
        let yaml = yaml.map_err(written)?.join("---\n");
        Ok(Answer::new(json!({"documents": documents})).with(Block::Laid(yaml)))
    }
}
