//! `assent periodic-review sign`

use clap::Args;

use crate::commands::Context;
use crate::commands::signature::Signature;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent periodic-review sign`.
#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// Id of the review
    review: uuid::Uuid,
    #[command(flatten)]
    signature: Signature,
}

impl Sign {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        super::post(context, self.review, "signatures", &self.signature.body())
    }
}
