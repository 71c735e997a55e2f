//! `assent promote VERSION --to STAGE`

use clap::Args;
use serde_json::json;

use super::through::Walk;
use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;

/// Options of `assent promote VERSION`.
#[derive(Debug, Args)]
pub(crate) struct Request {
    /// The version: its id, or `model:number`
    version: String,
    /// The stage
    #[arg(long = "to", value_name = "STAGE", required_unless_present = "through")]
    stage: Option<String>,
    /// Go through all stages up to this one, as far as nobody else is needed; run it again to go on
    #[arg(long, value_name = "STAGE", conflicts_with_all = ["stage", "environment", "strategy", "replicas", "draft"])]
    through: Option<String>,
    /// The environment
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// How it is rolled out: `ROLLING`, `BLUE_GREEN`, `CANARY` or `SHADOW`
    #[arg(long, value_name = "STRATEGY")]
    strategy: Option<String>,
    /// In how many copies it is to run
    #[arg(long, value_name = "COUNT")]
    replicas: Option<u32>,
    /// Why
    #[arg(long)]
    comment: Option<String>,
    /// Ask, and submit later
    #[arg(long)]
    draft: bool,
}

impl Request {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        if let Some(to) = &self.through {
            let comment = self.comment.as_ref();
            return Walk { client: &client, version: &self.version, to, comment }.run();
        }
        let version = names::version_id(&client, &self.version)?;
        let mut target = json!({"stage": self.stage});
        pairs::put(&mut target, "environment", self.environment.as_ref());
        pairs::put(&mut target, "strategy", self.strategy.as_ref());
        pairs::put(&mut target, "replicas", self.replicas.as_ref());
        let mut body = json!({"version": version, "target": target, "submit": !self.draft});
        pairs::put(&mut body, "comment", self.comment.as_ref());
        Ok(super::written(client.post("/api/v1/promotions", &body)?))
    }
}
