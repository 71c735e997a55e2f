//! `assent risk`: risk assessments.

mod accept;
mod answer;
mod list;
mod of;
mod report;
mod show;
mod sign;
mod start;
mod submit;
mod withdraw;

use clap::Subcommand;
use serde_json::Value;

use super::Context;
use crate::output::{Answer, Block};
use crate::problem::Problem;
use crate::table::{Table, text};

/// Commands on risk assessments.
#[derive(Debug, Subcommand)]
pub(crate) enum Risk {
    /// Begin an assessment of a model, or of one of its versions
    Start(start::Start),
    /// Rate a risk: one of a template, or one of your own
    Answer(answer::Rating),
    /// Submit the ratings: they are scored, and stand from then on
    Submit(submit::Submit),
    /// Sign the result of an assessment, or reject it
    Sign(sign::Sign),
    /// Accept a risk for a time
    Accept(accept::Accept),
    /// Take an assessment back
    Withdraw(withdraw::Withdraw),
    /// Show an assessment: its risks, its score and who signs it
    Show(show::Show),
    /// List assessments
    List(list::List),
    /// Write the report of an assessment as Markdown, with the matrix
    Report(report::Report),
    /// Show what is known of the risk of a model
    Of(of::Of),
}

impl Risk {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match self {
            Self::Start(command) => command.run(context),
            Self::Answer(command) => command.run(context),
            Self::Submit(command) => command.run(context),
            Self::Sign(command) => command.run(context),
            Self::Accept(command) => command.run(context),
            Self::Withdraw(command) => command.run(context),
            Self::Show(command) => command.run(context),
            Self::List(command) => command.run(context),
            Self::Report(command) => command.run(context),
            Self::Of(command) => command.run(context),
        }
    }
}

/// What is shown of an assessment.
const FACTS: [(&str, &str); 13] = [
    ("id", "/id"),
    ("model", "/model/name"),
    ("version", "/version"),
    ("state", "/state"),
    ("assessor", "/started/by/name"),
    ("overall", "/result/overall"),
    ("class", "/result/class"),
    ("high", "/result/high"),
    ("medium", "/result/medium"),
    ("low", "/result/low"),
    ("not accepted", "/unaccepted"),
    ("signatures missing", "/signoff/missing"),
    ("next review", "/nextReviewAt"),
];

/// What a list shows of an assessment.
const COLUMNS: [(&str, &str); 6] = [
    ("model", "/model/name"),
    ("state", "/state"),
    (">overall", "/result/overall"),
    ("class", "/result/class"),
    ("assessor", "/started/by/name"),
    ("id", "/id"),
];

/// The answer to a write on an assessment.
fn written(answer: Value) -> Answer {
    let object = answer.get("object").cloned().unwrap_or_default();
    Answer { blocks: blocks(&object), ..Answer::new(answer) }
}

/// An assessment with its risks.
fn blocks(assessment: &Value) -> Vec<Block> {
    let mut blocks = vec![Block::Table(Table::facts(assessment, &FACTS))];
    let list = |at: &str| assessment.pointer(at).and_then(Value::as_array);
    if let Some(scored) = list("/result/risks") {
        blocks.push(Block::Title("Risks".to_owned()));
        let columns = [
            ("id", "/id"),
            ("category", "/category"),
            (">likelihood", "/likelihood"),
            (">impact", "/impact"),
            (">inherent", "/inherent"),
            (">controls", "/effectiveness"),
            (">residual", "/residual"),
            ("band", "/band"),
        ];
        blocks.push(Block::Table(Table::of(scored, &columns)));
    } else if let Some(risks) = list("/risks") {
        blocks.push(Block::Title("Risks".to_owned()));
        let columns = [
            ("id", "/id"),
            ("risk", "/title/text"),
            (">likelihood", "/answer/likelihood"),
            (">impact", "/answer/impact"),
            (">controls", "/answer/effectiveness"),
        ];
        blocks.push(Block::Table(Table::of(risks, &columns)));
    }
    for it in list("/result/recommendations").into_iter().flatten() {
        blocks.push(Block::Line(format!("{}: {}", text(it, "/priority"), text(it, "/text"))));
    }
    blocks
}
