//! `assent change sign`

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;

/// Options of `assent change sign`.
#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// Id of the change
    change: uuid::Uuid,
    /// Yes or no; one no is enough
    #[arg(long, value_enum)]
    verdict: Verdict,
    /// The role in which, where you hold several that the change waits for; `owner` for the attestation of the owner
    #[arg(long)]
    role: Option<String>,
    /// Why; a no needs it
    #[arg(long)]
    comment: Option<String>,
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Verdict {
    Approved,
    Rejected,
}

impl Sign {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let verdict = match self.verdict {
            Verdict::Approved => "APPROVED",
            Verdict::Rejected => "REJECTED",
        };
        let mut body = json!({"verdict": verdict});
        pairs::put(&mut body, "role", self.role.as_ref());
        pairs::put(&mut body, "comment", self.comment.as_ref());
        super::post(context, self.change, "signatures", &body)
    }
}
