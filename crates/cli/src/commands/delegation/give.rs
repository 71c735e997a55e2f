//! `assent delegation give`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::commands::admin::scope::Scope;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent delegation give`.
#[derive(Debug, Args)]
pub(crate) struct Give {
    /// Who decides then: id or name of another person who decides reviews
    #[arg(long, value_name = "PRINCIPAL")]
    to: String,
    /// A role of yours that decides reviews; several times for several roles
    #[arg(long = "role", value_name = "ROLE", required = true)]
    roles: Vec<String>,
    #[command(flatten)]
    scope: Scope,
    /// From when on, as RFC 3339
    #[arg(long, value_name = "TIME")]
    from: String,
    /// Until when (not included), as RFC 3339
    #[arg(long, value_name = "TIME")]
    until: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

impl Give {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let body = json!({
            "delegate": names::principal_id(&client, &self.to)?, "roles": self.roles,
            "scope": self.scope.body(), "from": self.from, "until": self.until, "reason": self.reason,
        });
        Ok(super::written(client.post("/api/v1/delegations", &body)?))
    }
}
