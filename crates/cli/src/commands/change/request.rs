//! `assent change request`

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::plan::PlanOptions;
use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;

/// Options of `assent change request`.
#[derive(Debug, Args)]
pub(crate) struct Request {
    /// The version that is there afterwards: its id, or `model:number`
    version: String,
    /// What kind of change; a rollback is asked for with `assent change roll-back`
    #[arg(long = "type", value_name = "TYPE", value_enum)]
    kind: Type,
    /// Where it is made: an environment of the pack
    #[arg(long, value_name = "NAME")]
    environment: String,
    /// In a few words
    #[arg(long)]
    title: String,
    /// In more words
    #[arg(long, value_name = "TEXT")]
    description: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    justification: String,
    /// The version that is there before: its id, or `model:number`
    #[arg(long = "from", value_name = "VERSION")]
    current: Option<String>,
    /// For which part of the house
    #[arg(long, value_name = "NAME")]
    department: Option<String>,
    /// When it would best be made: two times as RFC 3339 with a blank between them
    #[arg(long, num_args = 2, value_names = ["FROM", "UNTIL"])]
    window: Vec<String>,
    /// When it may not be made: two times as RFC 3339 with a blank between them; several times for several periods
    #[arg(long = "blackout", num_args = 2, value_names = ["FROM", "UNTIL"])]
    blackouts: Vec<String>,
    /// Id of the promotion that it is made for, whose approvals count here too
    #[arg(long, value_name = "ID")]
    promotion: Option<uuid::Uuid>,
    #[command(flatten)]
    plan: PlanOptions,
    /// Submit it at once
    #[arg(long)]
    submit: bool,
}

/// What kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Type {
    ModelUpdate,
    ConfigChange,
    PromptUpdate,
    Infrastructure,
    Emergency,
}

impl Type {
    fn wire(self) -> &'static str {
        match self {
            Self::ModelUpdate => "MODEL_UPDATE",
            Self::ConfigChange => "CONFIG_CHANGE",
            Self::PromptUpdate => "PROMPT_UPDATE",
            Self::Infrastructure => "INFRASTRUCTURE",
            Self::Emergency => "EMERGENCY",
        }
    }
}

impl Request {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let target = names::version_id(&client, &self.version)?;
        let current = self.current.map(|version| names::version_id(&client, &version)).transpose()?;
        let mut body = json!({
            "type": self.kind.wire(),
            "title": self.title,
            "description": self.description,
            "justification": self.justification,
            "environment": self.environment,
            "targetVersion": target,
            "blackouts": windows(&self.blackouts),
            "submit": self.submit,
        });
        pairs::put(&mut body, "currentVersion", current.as_ref());
        pairs::put(&mut body, "department", self.department.as_ref());
        pairs::put(&mut body, "preferredWindow", windows(&self.window).first());
        pairs::put(&mut body, "promotion", self.promotion.as_ref());
        self.plan.put(&mut body);
        Ok(super::written(client.post("/api/v1/changes", &body)?))
    }
}

/// Times two by two.
fn windows(times: &[String]) -> Vec<Value> {
    times.as_chunks::<2>().0.iter().map(|[from, until]| json!({"from": from, "until": until})).collect()
}
