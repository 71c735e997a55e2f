//! `assent gate`: whether a version may go to a stage. What stands in CI.

use clap::Args;
use serde_json::Value;

use super::ci_reports::CiReports;
use super::target::Target;
use super::{Context, emergency, exception};
use crate::ci;
use crate::client::with_query;
use crate::output::{Answer, Block};
use crate::problem::{Exit, Problem};
use crate::table::{Table, text};

const EXITS: &str = "\
Exits 0 where the gate is open, 1 where it is shut, 2 where it could not ask or a report cannot be written. Reports for continuous
integration are written whole or not at all: after a 2 there is none, and an older one is taken away where that can be done. Only
where the options themselves are wrong (an unknown one, one without its value) nothing is looked at.";

/// Options of `assent gate`.
#[derive(Debug, Args)]
#[command(after_help = EXITS)]
pub(crate) struct Gate {
    /// The version: its id, or `model:number`
    version: String,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    reports: CiReports,
}

impl Gate {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let reports = self.reports.open(context.printer)?;
        let client = context.client()?;
        let (version, asked) = reports.asked(&client, "gate", &self.version, &self.target)?;
        let at = |what| with_query(&format!("/api/v1/versions/{version}/{what}"), &self.target.query());
        let gate = client.get(&at("gate"))?;
        let facts =
            if text(&gate, "/verdict") == "ELIGIBLE" { Value::Null } else { client.get(&at("facts"))? };
        let answer = shown(gate, &facts);
        reports.write(asked, answer, |asked, answer, passed| ci::gate(asked, answer, &facts, passed))
    }
}

/// The answer of the gate.
fn shown(gate: Value, facts: &Value) -> Answer {
    let stage = text(&gate, "/stage");
    match text(&gate, "/verdict").as_str() {
        "ELIGIBLE" => {
            let mut blocks = vec![Block::Good(format!("ELIGIBLE for {stage}"))];
            blocks.extend(exception::used(&gate));
            blocks.extend(emergency::used(&gate));
            Answer { blocks, ..Answer::new(gate) }
        }
        "NOT_ELIGIBLE" => Answer { blocks: blocks(&gate, facts), exit: Exit::No, ..Answer::new(gate) },
        _ => {
            let line = Block::Bad("the answer is not understood".to_owned());
            Answer { blocks: vec![line], exit: Exit::NotAsked, ..Answer::new(gate) }
        }
    }
}

/// Why a gate is shut, with the figures behind thresholds that do not hold.
pub(super) fn blocks(gate: &Value, facts: &Value) -> Vec<Block> {
    let mut blocks = vec![Block::Bad(format!("NOT ELIGIBLE for {}", text(gate, "/stage")))];
    for reason in gate.get("reasons").and_then(Value::as_array).into_iter().flatten() {
        blocks.push(Block::Line(format!("{}: {}", text(reason, "/code"), text(reason, "/message"))));
        blocks.push(Block::Hint(text(reason, "/remedy")));
    }
    blocks.extend(exception::used(gate));
    blocks.extend(emergency::used(gate));
    for threshold in failed_thresholds(facts) {
        blocks.push(Block::Line(String::new()));
        blocks.push(Block::Line(self::threshold(threshold)));
        blocks.extend(groups(threshold).map(Block::Table));
    }
    blocks
}

/// What a threshold demands, and the figure.
pub(crate) fn threshold(threshold: &Value) -> String {
    format!(
        "{} is {}, and has to be {} {}",
        text(threshold, "/metric"),
        figure(threshold, "/value"),
        text(threshold, "/operator"),
        text(threshold, "/bound"),
    )
}

/// The thresholds that do not hold, of all suites.
pub(crate) fn failed_thresholds(facts: &Value) -> Vec<&Value> {
    let suites = facts.pointer("/evaluation/suites").and_then(Value::as_object);
    let failed = suites.into_iter().flatten().filter_map(|(_, suite)| suite.get("failed")?.as_array());
    failed.flatten().collect()
}

/// The groups behind a threshold.
pub(super) fn groups(threshold: &Value) -> Option<Table> {
    let groups = threshold.get("groups").and_then(Value::as_array).filter(|groups| !groups.is_empty())?;
    let mut table = Table::new(["attribute", "group", ">n", "compared", ">TPR", ">FPR", ">FNR", ">selected"]);
    for group in groups {
        table.row([
            text(group, "/attribute"),
            text(group, "/group"),
            text(group, "/n"),
            if group.get("compared") == Some(&Value::Bool(true)) { "yes" } else { "no, too few" }.to_owned(),
            percent(group, "/truePositiveRate"),
            percent(group, "/falsePositiveRate"),
            percent(group, "/falseNegativeRate"),
            percent(group, "/selectionRate"),
        ]);
    }
    Some(table)
}

/// A share as per cent with two digits.
pub(super) fn percent(value: &Value, pointer: &str) -> String {
    value
        .pointer(pointer)
        .and_then(Value::as_f64)
        .map_or("-".to_owned(), |rate| format!("{:.2} %", rate * 100.0))
}

/// A figure with four decimals.
pub(super) fn figure(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_f64).map_or("-".to_owned(), |figure| format!("{figure:.4}"))
}
