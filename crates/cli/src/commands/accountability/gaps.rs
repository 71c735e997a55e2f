//! `assent accountability gaps`

use clap::Args;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent accountability gaps`.
#[derive(Debug, Args)]
pub(crate) struct Gaps {
    /// At most so many models
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

impl Gaps {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let found = context.client()?.list("/api/v1/accountability/gaps", &[], self.limit)?;
        Ok(super::of_models(&found, "somebody answers in every role"))
    }
}
