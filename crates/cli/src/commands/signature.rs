//! A signature under a request, as options of a command.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::pairs;

/// What somebody says to a request.
#[derive(Debug, Args)]
pub(crate) struct Signature {
    /// Yes or no; a no needs a comment
    #[arg(long, value_enum)]
    verdict: Verdict,
    /// The role in which, where you hold several that are missing; `owner` for the attestation of the owner
    #[arg(long)]
    role: Option<String>,
    /// Why
    #[arg(long)]
    comment: Option<String>,
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Verdict {
    Approved,
    Rejected,
}

impl Signature {
    /// As the body of a request.
    pub(crate) fn body(&self) -> Value {
        let verdict = match self.verdict {
            Verdict::Approved => "APPROVED",
            Verdict::Rejected => "REJECTED",
        };
        let mut body = json!({"verdict": verdict});
        pairs::put(&mut body, "role", self.role.as_ref());
        pairs::put(&mut body, "comment", self.comment.as_ref());
        body
    }
}
