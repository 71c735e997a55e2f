//! `assent promote`: asks for a promotion, and follows it.

mod complete;
mod list;
mod request;
mod show;
mod submit;
mod through;
mod withdraw;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::Context;
use crate::output::{Answer, Block};
use crate::problem::Problem;
use crate::table::{Table, text};

/// `assent promote VERSION --to STAGE` or `--through STAGE`, or one of the commands on promotions.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Promote {
    #[command(subcommand)]
    command: Option<Step>,
    #[command(flatten)]
    request: Option<request::Request>,
}

/// Commands on promotions.
#[derive(Debug, Subcommand)]
enum Step {
    /// Submit a promotion, the first time or again after mending
    Submit(submit::Submit),
    /// Take a promotion back
    Withdraw(withdraw::Withdraw),
    /// Move the version, if the gate is open
    Complete(complete::Complete),
    /// Show a promotion: where its steps stand, and what is missing
    Show(show::Show),
    /// List promotions
    List(list::List),
}

impl Promote {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match (self.command, self.request) {
            (Some(Step::Submit(command)), _) => command.run(context),
            (Some(Step::Withdraw(command)), _) => command.run(context),
            (Some(Step::Complete(command)), _) => command.run(context),
            (Some(Step::Show(command)), _) => command.run(context),
            (Some(Step::List(command)), _) => command.run(context),
            (None, Some(request)) => request.run(context),
            (None, None) => Err(Problem::new("nothing to promote")
                .hint("give a version and --to or --through STAGE; see `assent promote --help`")),
        }
    }
}

/// What is shown of a promotion.
const FACTS: [(&str, &str); 8] = [
    ("id", "/id"),
    ("model", "/model/name"),
    ("version", "/version/number"),
    ("to", "/target/stage"),
    ("state", "/state"),
    ("requested by", "/requested/by/name"),
    ("workflow", "/workflow/title"),
    ("open until", "/expiresAt"),
];

/// What a list shows of a promotion.
pub(super) const COLUMNS: [(&str, &str); 6] = [
    ("model", "/model/name"),
    (">version", "/version/number"),
    ("to", "/target/stage"),
    ("state", "/state"),
    ("requested by", "/requested/by/name"),
    ("id", "/id"),
];

/// The answer to a write on a promotion.
pub(super) fn written(answer: Value) -> Answer {
    let object = answer.get("object").cloned().unwrap_or_default();
    let blocks = blocks(&object);
    Answer { blocks, ..Answer::new(answer) }
}

/// A promotion with its steps and what is missing.
pub(super) fn blocks(promotion: &Value) -> Vec<Block> {
    let mut blocks = vec![Block::Table(Table::facts(promotion, &FACTS))];
    let rounds = promotion.get("rounds").and_then(Value::as_array);
    if let Some(failed) = rounds.and_then(|rounds| rounds.last()?.get("failed")?.as_array())
        && !failed.is_empty()
    {
        blocks.push(Block::Title("Rules that failed in the last round".to_owned()));
        let columns = [("policy", "/policy"), ("rule", "/rule"), ("demand", "/message")];
        blocks.push(Block::Table(Table::of(failed, &columns)));
    }
    if let Some(steps) = promotion.pointer("/now/steps").and_then(Value::as_array) {
        blocks.push(Block::Title("Steps".to_owned()));
        let columns = [
            ("step", "/step"),
            ("state", "/state"),
            ("missing roles", "/missingRoles"),
            ("waits for", "/waitsFor"),
            ("due", "/dueAt"),
        ];
        blocks.push(Block::Table(Table::of(steps, &columns)));
    }
    for reason in promotion.pointer("/now/missing").and_then(Value::as_array).into_iter().flatten() {
        blocks.push(Block::Line(format!("{}: {}", text(reason, "/code"), text(reason, "/message"))));
        blocks.push(Block::Hint(text(reason, "/remedy")));
    }
    blocks
}
