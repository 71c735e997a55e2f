//! `assent promote show`

use clap::Args;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent promote show`.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Id of the promotion
    promotion: uuid::Uuid,
}

impl Show {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let promotion = context.client()?.get(&format!("/api/v1/promotions/{}", self.promotion))?;
        let blocks = super::blocks(&promotion);
        Ok(Answer { blocks, ..Answer::new(promotion) })
    }
}
