//! `assent report`: reports whose every figure names its source.

mod audit;
mod compliance;
mod governance;
mod governance_audit;
mod risk;

use clap::Subcommand;
use serde_json::json;

use super::Context;
use crate::client::{Client, with_query};
use crate::output::{Answer, Format, visible};
use crate::problem::Problem;

/// Commands on reports. They are written as Markdown, or with `--output json` as JSON.
#[derive(Debug, Subcommand)]
pub(crate) enum Report {
    /// Report on the governance of a version, with its score
    Governance(governance::Governance),
    /// Report which controls of laws and standards are met
    Compliance(compliance::Compliance),
    /// Report the risks of a model, or of all
    Risk(risk::Risk),
    /// Report what happened to an object in a time, and whether the log holds
    Audit(audit::Audit),
    /// Audit governance as a whole: its health, what is wrong, and what to do
    GovernanceAudit(governance_audit::GovernanceAudit),
}

impl Report {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match self {
            Self::Governance(command) => command.run(context),
            Self::Compliance(command) => command.run(context),
            Self::Risk(command) => command.run(context),
            Self::Audit(command) => command.run(context),
            Self::GovernanceAudit(command) => command.run(context),
        }
    }
}

/// Asks for a report in the format in which it is written.
fn report(
    context: &Context,
    client: &Client,
    path: &str,
    query: &[(&str, Option<String>)],
) -> Result<Answer, Problem> {
    if context.printer.format() == Format::Json {
        return Ok(Answer::new(client.get(&with_query(path, query))?));
    }
    let mut query = query.to_vec();
    query.push(("format", Some("markdown".to_owned())));
    let bytes = client.get_bytes(&with_query(path, &query))?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<String> = text.lines().map(visible).collect();
    let document = lines.join("\n") + "\n";
    let answer = Answer::new(json!({"markdown": document})).document(document);
    Ok(lines.into_iter().fold(answer, Answer::line))
}
