//! `assent exception request`

use clap::Args;
use serde_json::{Value, json};

use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;

/// Options of `assent exception request`.
#[derive(Debug, Args)]
pub(crate) struct Request {
    /// Id of the policy
    policy: String,
    /// For one version: its id, or `model:number`
    #[arg(long, value_name = "VERSION", required_unless_present = "model", conflicts_with = "model")]
    version: Option<String>,
    /// For all versions of a model: its id or name
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// How long it is to be active from its approval on, for example `7d` or `12h`
    #[arg(long = "for", value_name = "PERIOD")]
    duration: String,
    /// Why the policy cannot be followed now
    #[arg(long, value_name = "TEXT")]
    justification: String,
    /// What can come of it
    #[arg(long, value_name = "TEXT")]
    risk: String,
    /// What is done against that meanwhile
    #[arg(long, value_name = "TEXT")]
    mitigation: String,
    /// How the policy will be followed in the end
    #[arg(long, value_name = "TEXT")]
    plan: String,
    /// What is watched besides, and how often, for example `1h=error rate`; several times for several things
    #[arg(long = "watch", value_name = "PERIOD=WHAT", value_parser = pairs::parse)]
    watches: Vec<(String, String)>,
    /// Id of the active or expired exception that it is to follow
    #[arg(long, value_name = "EXCEPTION")]
    extends: Option<uuid::Uuid>,
    /// Ask, and submit later
    #[arg(long)]
    draft: bool,
}

impl Request {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let watches: Vec<Value> =
            self.watches.iter().map(|(every, what)| json!({"what": what, "every": every})).collect();
        let mut body = json!({
            "policy": self.policy,
            "duration": self.duration,
            "justification": self.justification,
            "riskAssessment": self.risk,
            "mitigation": self.mitigation,
            "remediationPlan": self.plan,
            "monitoring": watches,
            "submit": !self.draft,
        });
        let version = self.version.map(|version| names::version_id(&client, &version)).transpose()?;
        let model = self.model.map(|model| names::model_id(&client, &model)).transpose()?;
        pairs::put(&mut body, "version", version.as_ref());
        pairs::put(&mut body, "model", model.as_ref());
        pairs::put(&mut body, "extends", self.extends.as_ref());
        Ok(super::written(client.post("/api/v1/exceptions", &body)?))
    }
}
