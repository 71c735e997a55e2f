//! `assent review met`

use clap::Args;
use serde_json::json;

use crate::client::escaped;
use crate::commands::{Context, promote};
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;

/// Options of `assent review met`.
#[derive(Debug, Args)]
pub(crate) struct Met {
    /// Id of the promotion
    promotion: uuid::Uuid,
    /// Id of the condition
    condition: String,
    /// How
    #[arg(long)]
    comment: Option<String>,
}

impl Met {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let mut body = json!({});
        pairs::put(&mut body, "comment", self.comment.as_ref());
        let path =
            format!("/api/v1/promotions/{}/conditions/{}/met", self.promotion, escaped(&self.condition));
        Ok(promote::written(context.client()?.post(&path, &body)?))
    }
}
