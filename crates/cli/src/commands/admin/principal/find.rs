//! `assent admin principal find`

use clap::Args;
use serde_json::json;

use crate::client::with_query;
use crate::commands::Context;
use crate::output::Answer;
use crate::problem::{Exit, Problem};
use crate::table::Table;

/// Options of `assent admin principal find`.
#[derive(Debug, Args)]
pub(crate) struct Find {
    /// The e-mail address
    #[arg(long)]
    email: String,
}

impl Find {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let path = with_query("/api/v1/principals", &[("email", Some(self.email.clone()))]);
        let page = context.client()?.get(&path)?;
        let found = page.pointer("/items/0").cloned().ok_or_else(|| {
            Problem::new(format!("nobody has the e-mail address `{}`", self.email))
                .hint("list people with `assent admin principal list`")
                .exit(Exit::No)
        })?;
        let facts = [
            ("id", "/id"),
            ("name", "/name"),
            ("e-mail", "/email"),
            ("kind", "/kind"),
            ("status", "/status"),
        ];
        Ok(Answer::new(json!({"items": [found]})).table(Table::facts(&found, &facts)))
    }
}
