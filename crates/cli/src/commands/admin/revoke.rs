//! `assent admin revoke`

use clap::Args;

use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent admin revoke`.
#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// The principal: id or name
    principal: String,
    /// Id of the grant
    grant: uuid::Uuid,
}

impl Revoke {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let id = names::principal_id(&client, &self.principal)?;
        Ok(super::written(client.delete(&format!("/api/v1/principals/{id}/grants/{}", self.grant))?))
    }
}
