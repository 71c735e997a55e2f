//! `assent change sign`

use clap::Args;

use crate::commands::Context;
use crate::commands::in_place_of::InPlaceOf;
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
    #[command(flatten)]
    in_place_of: InPlaceOf,
}

impl Sign {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let mut body = self.signature.body();
        self.in_place_of.put(&context.client()?, &mut body)?;
        super::post(context, self.change, "signatures", &body)
    }
}
