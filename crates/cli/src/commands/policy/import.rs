//! `assent policy import`

use std::path::PathBuf;

use assent_domain::pack::{Category, Document, imported_policy};
use clap::Args;
use serde_json::json;

use crate::imported;
use crate::output::{Answer, Block};
use crate::problem::Problem;

const WHAT_BECOMES_OF_IT: &str = "\
The file holds `policyId`, `name`, `description`, `severity`, `scope` with `riskTiers` and `environments`, `rules` with `condition`
and `message`, and `exceptions`. Anything else is refused. Tiers are taken over, environments become stages in capital letters,
conditions stay word for word and have to compile; the policy is BLOCKING. Save what is printed in the folder of your pack,
and put it in force with `assent apply`.";

/// Options of `assent policy import`.
#[derive(Debug, Args)]
#[command(after_help = WHAT_BECOMES_OF_IT)]
pub(crate) struct Import {
    /// The policy, as JSON
    file: PathBuf,
    /// What it is about: SECURITY, COMPLIANCE, QUALITY or OPERATIONAL [default: SECURITY where the id says so, else COMPLIANCE]
    #[arg(long, value_name = "CATEGORY", value_parser = category)]
    category: Option<Category>,
}

fn category(text: &str) -> Result<Category, String> {
    serde_json::from_value(json!(text.to_uppercase())).map_err(|error| error.to_string())
}

impl Import {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<Answer, Problem> {
        let text = imported::text(&self.file, "a file holds one policy")?;
        let policy = imported_policy(&text, self.category).map_err(|refusal| {
            let place = refusal.pointer.map(|place| format!(" at `{place}`")).unwrap_or_default();
            Problem::new(format!("`{}`{place}: {}", self.file.display(), refusal.message)).hint(
                "mend the file where the message says; `assent policy import --help` lists what it holds",
            )
        })?;
        let document = Document::Policy(policy);
        let written = |error: String| Problem::new(format!("the document cannot be written: {error}"));
        let yaml = serde_saphyr::to_string(&document).map_err(|error| written(error.to_string()))?;
        let json = serde_json::to_value(&document).map_err(|error| written(error.to_string()))?;
        Ok(Answer::new(json).with(Block::Laid(yaml)))
    }
}
