//! `assent promote complete`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent promote complete`.
#[derive(Debug, Args)]
pub(crate) struct Complete {
    /// Id of the promotion
    promotion: uuid::Uuid,
}

impl Complete {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let path = format!("/api/v1/promotions/{}/complete", self.promotion);
        Ok(super::written(context.client()?.post(&path, &json!({}))?))
    }
}
