//! `assent admin token revoke`

use clap::Args;

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent admin token revoke`.
#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// Id of the token
    token: uuid::Uuid,
}

impl Revoke {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let answer = context.client()?.delete(&format!("/api/v1/tokens/{}", self.token))?;
        Ok(Answer::new(answer).line(format!("the token `{}` holds no longer", self.token)))
    }
}
