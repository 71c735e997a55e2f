//! `assent risk sign`

use clap::Args;

use crate::commands::Context;
use crate::commands::in_place_of::InPlaceOf;
use crate::commands::signature::Signature;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent risk sign`.
#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// Id of the assessment
    assessment: uuid::Uuid,
    #[command(flatten)]
    signature: Signature,
    #[command(flatten)]
    in_place_of: InPlaceOf,
}

impl Sign {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let path = format!("/api/v1/assessments/{}/signatures", self.assessment);
        let client = context.client()?;
        let mut body = self.signature.body();
        self.in_place_of.put(&client, &mut body)?;
        Ok(super::written(client.post(&path, &body)?))
    }
}
