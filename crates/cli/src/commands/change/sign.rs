//! `assent change sign`

use clap::Args;

use crate::commands::Context;
use crate::commands::signature::Signature;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent change sign`.
#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// Id of the change
    change: uuid::Uuid,
    #[command(flatten)]
    signature: Signature,
}

impl Sign {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        super::post(context, self.change, "signatures", &self.signature.body())
    }
}
