//! `assent admin proposals`, and how a proposal is shown.

use clap::Args;
use serde_json::{Value, json};

use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::{Table, text};

/// Options of `assent admin proposals`.
#[derive(Debug, Args)]
pub(crate) struct Proposals {
    /// Show one proposal, by its id
    id: Option<uuid::Uuid>,
    /// Only those that you could confirm now
    #[arg(long, conflicts_with = "id")]
    confirmable: bool,
    /// Those that are over too
    #[arg(long, conflicts_with = "id")]
    all: bool,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

impl Proposals {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        if let Some(id) = self.id {
            return Ok(shown(&client.get(&format!("/api/v1/proposals/{id}"))?));
        }
        let state = (!self.all).then(|| "OPEN".to_owned());
        let confirmable = self.confirmable.then(|| "true".to_owned());
        let asked = [("state", state), ("confirmable", confirmable)];
        let proposals = client.list("/api/v1/proposals", &asked, self.limit)?;
        let mut table = Table::new(["state", "what", "by", "until", "id"]);
        for proposal in &proposals {
            let at = |pointer| text(proposal, pointer);
            table.row([at("/state"), what(proposal), at("/proposed/by/name"), at("/expiresAt"), at("/id")]);
        }
        Ok(Answer::new(json!({"items": proposals})).table(table))
    }
}

/// What is proposed, in a line.
fn what(proposal: &Value) -> String {
    let at = |pointer| text(proposal, pointer);
    match at("/action").as_str() {
        "GRANT_ROLE" => format!("grant {} the role {}", at("/principal/name"), at("/grant/role")),
        "REVOKE_GRANT" => format!("take the role {} from {}", at("/role"), at("/principal/name")),
        "LINK_PRINCIPAL" => format!("link {} and {}", at("/principal/name"), at("/other/name")),
        "UNLINK_PRINCIPAL" => format!("unlink {}", at("/principal/name")),
        "ISSUE_TOKEN" => format!("issue a token for {}", at("/principal/name")),
        "APPLY_PACK" => format!("apply the pack {}", at("/pack/name")),
        other => other.to_owned(),
    }
}

/// One proposal, with what a second person types.
pub(super) fn shown(proposal: &Value) -> Answer {
    let facts = [
        ("id", "/id"),
        ("state", "/state"),
        ("proposed by", "/proposed/by/name"),
        ("can be confirmed until", "/expiresAt"),
        ("decided by", "/decided/by/name"),
        ("confirmed as", "/confirmedAs"),
        ("reason", "/reason/text"),
    ];
    let mut answer = Answer::new(proposal.clone()).line(what(proposal)).table(Table::facts(proposal, &facts));
    let list = |pointer| proposal.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
    for reason in list("/pack/weaker") {
        answer = answer.line(format!("weaker: {}", reason.as_str().unwrap_or_default()));
    }
    let changes = list("/pack/changes");
    if !changes.is_empty() {
        let columns = [("change", "/change"), ("kind", "/kind"), ("id", "/id"), ("fields", "/fields")];
        answer = answer.table(Table::of(&changes, &columns));
    }
    if text(proposal, "/state") == "OPEN" {
        answer = answer.hint(second(
            &text(proposal, "/id"),
            &text(proposal, "/digest"),
            proposal.pointer("/pack/approvers"),
        ));
    }
    answer
}

/// What a second person types to confirm a proposal. `approvers` are the roles of which they hold one where it is a pack.
pub(crate) fn second(id: &str, digest: &str, approvers: Option<&Value>) -> String {
    let roles: Vec<&str> =
        approvers.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let who = match roles.as_slice() {
        [] => String::new(),
        roles => format!(" and holds the role {}", roles.join(" or ")),
    };
    format!(
        "a second person who manages grants{who} confirms it with `assent admin confirm {id} --digest {digest}`"
    )
}

/// The answer to a write that may have become a proposal: that, if it did.
pub(super) fn waits(answer: &Value) -> Option<Answer> {
    if text(answer, "/receipt/kind") != "PROPOSAL" {
        return None;
    }
    let shown = shown(answer.get("object").unwrap_or(answer));
    let mut waits = Answer::new(answer.clone()).line("nothing is changed yet: this takes two persons");
    waits.blocks.extend(shown.blocks);
    Some(waits)
}
