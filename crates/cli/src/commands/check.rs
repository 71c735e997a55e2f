//! `assent check`: what every policy says of a version.

use clap::Args;
use serde_json::{Value, json};

use super::Context;
use super::ci_reports::CiReports;
use super::target::Target;
use crate::ci::{self, Asked};
use crate::client::with_query;
use crate::output::{Answer, Block};
use crate::problem::{Exit, Problem};
use crate::table::{Table, text};

const EXITS: &str = "\
Exits 0 where no blocking rule fails, 1 where one does, 2 where it could not ask or a report cannot be written. With `--strict` it
exits 1 also where an advisory rule fails or cannot be judged, where a policy passes only by an exception, where compliance is not
COMPLIANT, and where no policy applies; the answer names each. Reports for continuous integration are written whole or not at all:
after a 2 there is none, and an older one is taken away where that can be done. Only where the options themselves are wrong (an
unknown one, one without its value) nothing is looked at.";

/// Options of `assent check`.
#[derive(Debug, Args)]
#[command(after_help = EXITS)]
pub(crate) struct Check {
    /// The version: its id, or `model:number`
    version: String,
    #[command(flatten)]
    target: Target,
    /// Take advice for rules: nothing fails, nothing is excused, and something was judged
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    reports: CiReports,
}

impl Check {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let reports = self.reports.open(context.printer)?;
        let client = context.client()?;
        let (version, asked) = reports.asked(&client, "check", &self.version, &self.target)?;
        let asked = asked.map(|asked| Asked { strict: self.strict, ..asked });
        let path = with_query(&format!("/api/v1/versions/{version}/check"), &self.target.query());
        let answer = client.get(&path)?;
        let answer = if self.strict { strict(answer) } else { shown(answer) };
        reports.write(asked, answer, ci::check)
    }
}

/// An answer, and whether a blocking rule fails.
pub(crate) fn shown(answer: Value) -> Answer {
    let findings = answer.get("findings").and_then(Value::as_array).cloned().unwrap_or_default();
    let table = self::findings(&findings);
    let shut =
        findings.iter().any(|finding| is_failure(finding) && text(finding, "/enforcement") == "BLOCKING");
    let excepted = match text(&answer, "/compliance/checksExcepted").as_str() {
        "0" => String::new(),
        count => format!("; policies that pass only by an exception: {count}"),
    };
    let line = format!(
        "compliance {} (score {}){excepted}",
        text(&answer, "/compliance/status"),
        text(&answer, "/compliance/score")
    );
    let answer = Answer::new(answer).table(table);
    if shut { answer.with(Block::Bad(line)).exit(Exit::No) } else { answer.with(Block::Good(line)) }
}

/// The same answer, where whatever is not as it should be counts.
pub(crate) fn strict(answer: Value) -> Answer {
    let reasons = reasons(&answer);
    let mut shown = shown(answer);
    if let Some(json) = shown.json.as_object_mut() {
        json.insert("strict".to_owned(), json!({"passed": reasons.is_empty(), "reasons": reasons}));
    }
    let Some(last) = shown.blocks.pop() else { return shown };
    if reasons.is_empty() {
        return shown
            .with(last)
            .with(Block::Good("strict: nothing fails, and nothing is excused".to_owned()));
    }
    let (Block::Good(line) | Block::Bad(line)) = last else { return shown.with(last).exit(Exit::No) };
    shown = shown.with(Block::Bad(line)).exit(Exit::No);
    for reason in &reasons {
        let line = format!("strict: {}: {}", text(reason, "/code"), text(reason, "/message"));
        shown = shown.with(Block::Bad(line));
    }
    shown
}

/// Why a check does not pass where it is strict, each with a code.
fn reasons(answer: &Value) -> Vec<Value> {
    let reason = |code: &str, message: String| json!({"code": code, "message": message});
    let mut reasons = Vec::new();
    for finding in answer.get("findings").and_then(Value::as_array).into_iter().flatten() {
        let rule = format!("{}/{}", text(finding, "/policy"), text(finding, "/rule"));
        let blocking = text(finding, "/enforcement") == "BLOCKING";
        match text(finding, "/status").as_str() {
            "ERROR" => reasons.push(reason("RULE_NOT_JUDGED", format!("the rule {rule} cannot be judged"))),
            "FAILED" if blocking => {
                reasons.push(reason("BLOCKING_RULE_FAILED", format!("the blocking rule {rule} fails")));
            }
            "FAILED" => {
                reasons.push(reason("ADVISORY_RULE_FAILED", format!("the advisory rule {rule} fails")));
            }
            "EXCEPTED" => {
                let message = format!("the rule {rule} passes only by an exception");
                reasons.push(reason("PASSED_BY_EXCEPTION", message));
            }
            _ => {}
        }
    }
    match text(answer, "/compliance/status").as_str() {
        "COMPLIANT" => {}
        "NOT_ASSESSED" => reasons.push(reason("NOT_ASSESSED", "no policy applies".to_owned())),
        status => {
            let score = text(answer, "/compliance/score");
            reasons.push(reason("NOT_COMPLIANT", format!("compliance is {status} with a score of {score}")));
        }
    }
    reasons
}

/// Findings as a table.
pub(super) fn findings(findings: &[Value]) -> Table {
    let columns = [
        ("status", "/status"),
        ("policy", "/policy"),
        ("rule", "/rule"),
        ("enforcement", "/enforcement"),
        ("demand", "/message"),
        ("detail", "/detail"),
    ];
    Table::of(findings, &columns)
}

fn is_failure(finding: &Value) -> bool {
    ["FAILED", "ERROR"].contains(&text(finding, "/status").as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The codes that a strict check gives, and how it and one that is not strict end.
    fn judged(findings: &[(&str, &str)], status: &str) -> (Vec<String>, Exit, Exit) {
        let finding = |(enforcement, status): &(&str, &str)| json!({"policy": "p", "rule": "r", "enforcement": enforcement, "status": status});
        let findings: Vec<Value> = findings.iter().map(finding).collect();
        let answer = json!({"compliance": {"status": status, "score": 0.5, "checksExcepted": 0}, "findings": findings});
        let strict = strict(answer.clone());
        let reasons = strict.json["strict"]["reasons"].as_array().unwrap();
        assert_eq!(strict.json["strict"]["passed"], json!(reasons.is_empty()));
        let told: Vec<&Block> = strict.blocks.iter().filter(|block| matches!(block, Block::Bad(_))).collect();
        assert_eq!(told.len(), if reasons.is_empty() { 0 } else { reasons.len() + 1 }, "{told:?}");
        let codes = reasons.iter().map(|reason| text(reason, "/code")).collect();
        (codes, strict.exit, shown(answer).exit)
    }

    #[test]
    fn a_strict_check_names_each_reason() {
        for (findings, status, codes, usual) in [
            (&[("BLOCKING", "PASSED"), ("ADVISORY", "NOT_APPLICABLE")][..], "COMPLIANT", &[][..], Exit::Done),
            (&[("ADVISORY", "FAILED")], "COMPLIANT", &["ADVISORY_RULE_FAILED"], Exit::Done),
            (&[("ADVISORY", "ERROR")], "COMPLIANT", &["RULE_NOT_JUDGED"], Exit::Done),
            (&[("BLOCKING", "EXCEPTED")], "COMPLIANT", &["PASSED_BY_EXCEPTION"], Exit::Done),
            (&[], "NOT_ASSESSED", &["NOT_ASSESSED"], Exit::Done),
            (&[("ADVISORY", "PASSED")], "NON_COMPLIANT", &["NOT_COMPLIANT"], Exit::Done),
            (
                &[("BLOCKING", "FAILED")],
                "NON_COMPLIANT",
                &["BLOCKING_RULE_FAILED", "NOT_COMPLIANT"],
                Exit::No,
            ),
        ] {
            let strict = if codes.is_empty() { Exit::Done } else { Exit::No };
            let expected: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
            assert_eq!(judged(findings, status), (expected, strict, usual), "{findings:?} {status}");
        }
    }
}
