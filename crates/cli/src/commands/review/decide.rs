//! `assent review decide`

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::commands::in_place_of::InPlaceOf;
use crate::commands::{Context, promote};
use crate::names;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;

/// Options of `assent review decide`.
#[derive(Debug, Args)]
pub(crate) struct Decide {
    /// Id of the promotion
    promotion: uuid::Uuid,
    /// The step of its workflow
    #[arg(long)]
    step: String,
    /// The decision
    #[arg(long, value_enum)]
    decision: Decision,
    /// The role in which, where you hold several that the step asks for
    #[arg(long)]
    role: Option<String>,
    /// Why
    #[arg(long)]
    comment: Option<String>,
    /// A condition of a conditional approval; several times for several conditions
    #[arg(long = "condition", value_name = "TEXT")]
    conditions: Vec<String>,
    /// Who has to meet the conditions: id or name
    #[arg(long, value_name = "PRINCIPAL", requires = "conditions")]
    condition_owner: Option<String>,
    /// Until when, as RFC 3339
    #[arg(long, value_name = "TIME", requires = "conditions")]
    condition_due: Option<String>,
    /// The conditions may be met after the deployment
    #[arg(long, requires = "conditions")]
    after_deployment: bool,
    /// Digest of the evidence that you looked at, as `assent promote show` gives it; what stands there now, if absent
    #[arg(long, value_name = "SHA256")]
    evidence: Option<String>,
    #[command(flatten)]
    in_place_of: InPlaceOf,
}

/// A decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Decision {
    Approved,
    Conditional,
    ChangesRequested,
    Rejected,
}

impl Decision {
    fn wire(self) -> &'static str {
        match self {
            Self::Approved => "APPROVED",
            Self::Conditional => "CONDITIONAL",
            Self::ChangesRequested => "CHANGES_REQUESTED",
            Self::Rejected => "REJECTED",
        }
    }
}

impl Decide {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let mut body = json!({"step": self.step, "decision": self.decision.wire()});
        pairs::put(&mut body, "role", self.role.as_ref());
        pairs::put(&mut body, "comment", self.comment.as_ref());
        self.in_place_of.put(&client, &mut body)?;
        let path = format!("/api/v1/promotions/{}", self.promotion);
        let evidence = match &self.evidence {
            Some(seen) => json!(seen),
            None => client.get(&path)?.pointer("/now/evidence").cloned().unwrap_or_default(),
        };
        pairs::put(&mut body, "evidence", Some(&evidence).filter(|evidence| !evidence.is_null()));
        if !self.conditions.is_empty() {
            let owner = self.condition_owner.as_deref().ok_or_else(|| {
                Problem::new("a condition has no owner")
                    .hint("name who has to meet it with --condition-owner")
            })?;
            let owner = names::principal_id(&client, owner)?;
            let when = if self.after_deployment { "AFTER_DEPLOYMENT" } else { "BEFORE_DEPLOYMENT" };
            let conditions = self.conditions.iter().map(|text| {
                let mut condition = json!({"text": text, "owner": owner, "when": when});
                pairs::put(&mut condition, "dueAt", self.condition_due.as_ref());
                condition
            });
            let conditions: Vec<Value> = conditions.collect();
            pairs::put(&mut body, "conditions", Some(&conditions));
        }
        Ok(promote::written(client.post(&format!("{path}/reviews"), &body)?))
    }
}
