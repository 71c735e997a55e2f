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
    /// The version that is there afterwards: its id, or `model:number`; with --promotion the one that is promoted
    #[arg(required_unless_present = "promotion")]
    version: Option<String>,
    /// What kind of change; a rollback is asked for with `assent change roll-back`; with --promotion an update of the model
    #[arg(long = "type", value_name = "TYPE", value_enum, required_unless_present = "promotion")]
    kind: Option<Type>,
    /// Where it is made: an environment of the pack; with --promotion the one that is named as its stage
    #[arg(long, value_name = "NAME", required_unless_present = "promotion")]
    environment: Option<String>,
    /// In a few words; with --promotion, which version goes where
    #[arg(long, required_unless_present = "promotion")]
    title: Option<String>,
    /// In more words
    #[arg(long, value_name = "TEXT")]
    description: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    justification: String,
    /// The version that is there before: its id, or `model:number`; with --promotion the one that stands in its stage now
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
    /// Id of the promotion that it is made for: its approvals count here too, and it says what is changed and where
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
        let version = |name: Option<String>| name.map(|name| names::version_id(&client, &name)).transpose();
        let (target, current) = (version(self.version)?, version(self.current)?);
        let mut body = json!({
            "description": self.description,
            "justification": self.justification,
            "blackouts": windows(&self.blackouts),
            "submit": self.submit,
        });
        pairs::put(&mut body, "type", self.kind.map(Type::wire).as_ref());
        pairs::put(&mut body, "title", self.title.as_ref());
        pairs::put(&mut body, "environment", self.environment.as_ref());
        pairs::put(&mut body, "targetVersion", target.as_ref());
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
