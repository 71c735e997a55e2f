//! `assent review assign`

use clap::Args;
use serde_json::json;

use crate::commands::{Context, promote};
use crate::names;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;

/// Options of `assent review assign`.
#[derive(Debug, Args)]
pub(crate) struct Assign {
    /// Id of the promotion
    promotion: uuid::Uuid,
    /// The step
    #[arg(long)]
    step: String,
    /// Who is to decide it: an id or a name; nobody if absent
    #[arg(long, value_name = "PERSON")]
    to: Option<String>,
}

impl Assign {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let to = self.to.as_deref().map(|name| names::principal_id(&client, name)).transpose()?;
        let mut body = json!({"step": self.step});
        pairs::put(&mut body, "to", to.as_ref());
        let path = format!("/api/v1/promotions/{}/assign", self.promotion);
        Ok(promote::written(client.post(&path, &body)?))
    }
}
