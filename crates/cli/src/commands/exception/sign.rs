//! `assent exception sign`

use clap::Args;

use crate::commands::Context;
use crate::commands::signature::Signature;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent exception sign`.
#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// Id of the exception
    exception: uuid::Uuid,
    #[command(flatten)]
    signature: Signature,
}

impl Sign {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let path = format!("/api/v1/exceptions/{}/signatures", self.exception);
        Ok(super::written(context.client()?.post(&path, &self.signature.body())?))
    }
}
