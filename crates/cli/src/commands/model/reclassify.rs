//! `assent model reclassify`

use clap::Args;
use serde_json::json;

use crate::client::escaped;
use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent model reclassify`.
#[derive(Debug, Args)]
pub(crate) struct Reclassify {
    /// Its name or id
    model: String,
    /// The tier that it is to get
    #[arg(long, value_name = "TIER")]
    to: String,
    /// Why
    #[arg(long)]
    justification: String,
    /// What follows from it
    #[arg(long)]
    impact: String,
}

impl Reclassify {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let model = client.get(&format!("/api/v1/models/{}", escaped(&self.model)))?;
        let id = names::id("a model", &model)?;
        let body =
            json!({"model": id, "to": self.to, "justification": self.justification, "impact": self.impact});
        Ok(super::tier_change::written(client.post("/api/v1/tier-changes", &body)?))
    }
}
