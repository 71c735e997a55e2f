//! `assent comment mentions`

use clap::Args;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent comment mentions`.
#[derive(Debug, Args)]
pub(crate) struct Mentions {
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

impl Mentions {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        Ok(super::listed(&context.client()?.list("/api/v1/mentions", &[], self.limit)?))
    }
}
