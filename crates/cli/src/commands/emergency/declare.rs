//! `assent emergency declare`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;

/// Options of `assent emergency declare`.
#[derive(Debug, Args)]
pub(crate) struct Declare {
    /// Id of the promotion
    promotion: uuid::Uuid,
    /// Why it cannot wait
    #[arg(long, value_name = "TEXT")]
    justification: String,
    /// The role in which, where you hold both of the pair
    #[arg(long)]
    role: Option<String>,
    /// Digest of the evidence that you looked at, as `assent promote show` gives it; what stands there now, if absent
    #[arg(long, value_name = "SHA256")]
    evidence: Option<String>,
}

impl Declare {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let path = format!("/api/v1/promotions/{}", self.promotion);
        let mut body = json!({"justification": self.justification});
        pairs::put(&mut body, "role", self.role.as_ref());
        pairs::put(&mut body, "evidence", super::evidence(&client, &path, self.evidence)?.as_ref());
        Ok(super::written(client.post(&format!("{path}/emergency"), &body)?))
    }
}
