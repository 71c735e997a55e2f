//! An answer as `JUnit` XML: a test case for each rule, step and demand.
//!
//! What stands against the answer is a failure, or an error where it could not be judged; so a reader of the report sees red
//! exactly where the exit code is 1. Advice that is not followed is skipped, with what it says: a failure would be a no that
//! nobody gave, and a pass would hide it.

use assent_eval::junit::{Fault, Outcome as Case, TestCase, TestSuite, document};

use super::{Answered, Line, Outcome, Standing};

/// Writes an answer.
pub(crate) fn write(answered: &Answered) -> String {
    let asked = &answered.asked;
    let used = answered.used.iter().map(|line| format!("used: {line}"));
    let figures = answered.figures.iter().map(|line| format!("does not hold: {line}"));
    let suite = TestSuite {
        name: format!("{} {}", asked.command, asked.way()),
        timestamp: Some(asked.at.strftime("%Y-%m-%dT%H:%M:%S").to_string()),
        seconds: Some(asked.seconds),
        properties: properties(answered),
        cases: answered.lines.iter().map(|line| case(answered, line)).collect(),
        remarks: used.chain(figures).collect::<Vec<_>>().join("\n"),
    };
    // The same to whoever reads XML, and no command to a build server that reads its log.
    document(&format!("assent {}", asked.command), &[suite]).replace("##", "#&#35;")
}

fn properties(answered: &Answered) -> Vec<(&'static str, String)> {
    let asked = &answered.asked;
    let [pack, revision, digest] = asked.pack.clone();
    let stage = asked.stage.clone().map(|stage| ("stage", stage));
    let strict = asked.strict.then(|| ("strict", "true".to_owned()));
    let score = answered.score.clone().map(|score| ("score", score));
    [
        ("verdict", answered.verdict.to_owned()),
        ("model", asked.model.clone()),
        ("version", asked.number.clone()),
        ("versionId", asked.version.clone()),
        ("tier", asked.tier.clone()),
        ("compliance", answered.compliance.clone()),
        ("evidence", answered.evidence.clone()),
        ("pack", pack),
        ("packRevision", revision),
        ("packDigest", digest),
        ("assent", env!("CARGO_PKG_VERSION").to_owned()),
    ]
    .into_iter()
    .chain(stage)
    .chain(asked.details())
    .chain(strict)
    .chain(score)
    .collect()
}

fn case(answered: &Answered, line: &Line) -> TestCase {
    let asked = &answered.asked;
    let parts: Vec<String> = asked.parts().map(|part| format!(".{part}")).collect();
    let parts = parts.concat();
    let outcome = match line.standing() {
        Standing::Against if line.outcome == Outcome::Error => Case::Error(fault(line)),
        Standing::Against => Case::Failed(fault(line)),
        Standing::Advice => Case::Skipped(format!("advice that is not followed: {}", line.told())),
        Standing::NotApplicable => Case::Skipped(format!("does not apply: {}", line.demand)),
        Standing::Excused | Standing::Holds => Case::Passed,
    };
    TestCase {
        class: format!("assent.{}.{}{parts}.{}", asked.command, asked.name(), line.group),
        name: line.name.clone(),
        outcome,
        output: line.told(),
    }
}

fn fault(line: &Line) -> Fault {
    let remedy = line.remedy.iter().map(|remedy| format!("what to do: {remedy}"));
    let of = [&line.severity, &line.category].into_iter().flatten().cloned().collect::<Vec<_>>();
    let policy = line.group_version.as_ref().map(|version| {
        format!("policy: {} ({}), version {version}, {}", line.title, line.group, of.join(", "))
    });
    let controls = (!line.controls.is_empty()).then(|| format!("controls: {}", line.controls.join(", ")));
    let facts = line.facts.iter().map(|fact| format!("fact: {fact}"));
    Fault {
        kind: line.outcome.name(),
        message: line.told(),
        more: remedy.chain(policy).chain(controls).chain(facts).collect(),
    }
}
