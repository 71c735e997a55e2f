//! `assent risk show`

use clap::Args;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent risk show`.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Id of the assessment
    assessment: uuid::Uuid,
}

impl Show {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let assessment = context.client()?.get(&format!("/api/v1/assessments/{}", self.assessment))?;
        Ok(Answer { blocks: super::blocks(&assessment), ..Answer::new(assessment) })
    }
}
