//! From the answers of the server to [`Answered`].

use serde_json::Value;

use super::{Answered, Asked, Line, Outcome, cut, plain};
use crate::commands::gate::{failed_thresholds, threshold};
use crate::table::text;

/// The longest value of a fact that is told, in characters.
const MAX_FACT_CHARS: usize = 200;

/// What to do where no policy applies.
const NO_POLICY: &str =
    "name the stage that the version is to go to, or apply a pack with a policy for its tier and stage";

/// What the policies say. A strict check says so in its answer, and why it does not pass.
pub(crate) fn check(asked: Asked, answer: &Value, passed: bool) -> Answered {
    let strict = answer.get("strict").is_some();
    let mut lines: Vec<Line> = list(answer, "/findings").map(|finding| rule(finding, strict)).collect();
    for reason in list(answer, "/strict/reasons") {
        match text(reason, "/code").as_str() {
            "NOT_COMPLIANT" => {
                lines.push(against("check", reason, "mend what fails, until the score is high enough"));
            }
            "NOT_ASSESSED" => lines.push(against("check", reason, NO_POLICY)),
            // What a rule says stands there already.
            _ => {}
        }
    }
    let assessed = text(answer, "/compliance/status") != "NOT_ASSESSED";
    if !assessed && lines.is_empty() {
        let mut line = Line::of("check", "not-assessed", Outcome::NotApplicable, "no policy applies");
        line.remedy = Some(NO_POLICY.to_owned());
        lines.push(line);
    }
    let verdict = match (passed, assessed) {
        (true, true) => "PASSED",
        (true, false) => "NOT ASSESSED",
        (false, _) => "FAILED",
    };
    let used = waivers(&lines);
    answered(asked, answer, passed, verdict, lines, used)
}

/// What the gate says, with the facts behind it where it is shut.
pub(crate) fn gate(asked: Asked, answer: &Value, facts: &Value, passed: bool) -> Answered {
    let mut reasons: Vec<&Value> = list(answer, "/reasons").collect();
    let mut lines = Vec::new();
    for finding in list(answer, "/findings") {
        lines.push(judged_by_gate(finding, answer, &mut reasons));
    }
    lines.extend(list(answer, "/steps").filter_map(|it| step(it, answer, &mut reasons)));
    lines.extend(reasons.into_iter().map(|reason| against("gate", reason, "")));
    let verdict = if passed { "ELIGIBLE" } else { "NOT ELIGIBLE" };
    let used = used_by_gate(answer);
    let asked = Asked {
        stage: given(answer, "/stage").or(asked.stage),
        at: given(answer, "/at").and_then(|at| at.parse().ok()).unwrap_or(asked.at),
        ..asked
    };
    let mut answered = answered(asked, answer, passed, verdict, lines, used);
    answered.figures = failed_thresholds(facts).into_iter().map(|it| plain(&threshold(it))).collect();
    answered
}

fn answered(
    asked: Asked,
    answer: &Value,
    passed: bool,
    verdict: &'static str,
    lines: Vec<Line>,
    used: Vec<String>,
) -> Answered {
    Answered {
        asked,
        passed,
        verdict,
        compliance: plain(&text(answer, "/compliance/status")),
        score: given(answer, "/compliance/score"),
        evidence: plain(&text(answer, "/evidence")),
        lines,
        used,
        figures: Vec::new(),
    }
    .sealed()
}

/// A finding. Where a check is strict, whatever is not as it should be stands against it.
fn rule(finding: &Value, strict: bool) -> Line {
    let outcome = match text(finding, "/status").as_str() {
        "PASSED" => Outcome::Passed,
        "FAILED" => Outcome::Failed,
        "EXCEPTED" => Outcome::Excepted,
        "NOT_APPLICABLE" => Outcome::NotApplicable,
        // What is not known cannot be judged.
        _ => Outcome::Error,
    };
    let advisory = text(finding, "/enforcement") == "ADVISORY";
    Line {
        group: plain(&text(finding, "/policy")),
        name: plain(&text(finding, "/rule")),
        title: given(finding, "/policyName").unwrap_or_else(|| plain(&text(finding, "/policy"))),
        group_version: given(finding, "/policyVersion"),
        outcome,
        counts: match outcome {
            Outcome::Failed | Outcome::Error => strict || !advisory,
            Outcome::Excepted => strict,
            Outcome::Passed | Outcome::Excused | Outcome::NotApplicable => false,
        },
        advisory,
        severity: given(finding, "/severity"),
        category: given(finding, "/category"),
        demand: plain(&text(finding, "/message")),
        detail: given(finding, "/detail"),
        remedy: given(finding, "/remediation"),
        controls: list(finding, "/controls").map(|control| plain(&text(control, ""))).collect(),
        facts: list(finding, "/facts").map(fact).collect(),
        exception: given(finding, "/exception"),
    }
}

fn fact(fact: &Value) -> String {
    let value = fact.get("value").map_or_else(|| "missing".to_owned(), Value::to_string);
    format!("{} = {}", plain(&text(fact, "/path")), cut(&plain(&value), MAX_FACT_CHARS))
}

/// A finding as the gate takes it: one that fails is a reason, or an emergency stands for it.
fn judged_by_gate(finding: &Value, answer: &Value, reasons: &mut Vec<&Value>) -> Line {
    let mut line = rule(finding, false);
    if !line.counts {
        return line;
    }
    let policy = text(finding, "/policy");
    let about = format!("{policy} {}: ", text(finding, "/rule"));
    let is_about = |reason: &Value| {
        text(reason, "/code").starts_with("policy-") && text(reason, "/message").starts_with(&about)
    };
    if let Some(reason) = taken(reasons, is_about) {
        line.remedy = given(reason, "/remedy").or(line.remedy);
    } else if stands_for(answer, "/emergency/policies", &policy) {
        (line.outcome, line.counts) = (Outcome::Excused, false);
    }
    line
}

/// A step of the workflow. One that only waits for a policy is told by its rules.
fn step(step: &Value, answer: &Value, reasons: &mut Vec<&Value>) -> Option<Line> {
    let id = text(step, "/step");
    let about = format!("the step `{id}` ");
    let mut line = Line::of("steps", &id, Outcome::Passed, &format!("the step `{id}` is done"));
    "Steps of the workflow".clone_into(&mut line.title);
    if let Some(reason) = taken(reasons, |reason| text(reason, "/message").starts_with(&about)) {
        line.outcome = Outcome::Failed;
        line.counts = true;
        line.demand = plain(&text(reason, "/message"));
        line.remedy = given(reason, "/remedy");
        return Some(line);
    }
    match text(step, "/state").as_str() {
        "PASSED" => {
            let roles: Vec<String> = list(step, "/approvals").map(|it| plain(&text(it, "/role"))).collect();
            line.detail = (!roles.is_empty()).then(|| format!("approved as {}", roles.join(", ")));
        }
        "NOT_APPLICABLE" => line.outcome = Outcome::NotApplicable,
        _ if stands_for(answer, "/emergency/steps", &id) => {
            line.outcome = Outcome::Excused;
            line.demand = plain(&format!("the step `{id}` has to be done"));
        }
        _ => return None,
    }
    Some(line)
}

/// A reason that is no rule's and no step's, named by its code and by what it is about: of several with one code each has its
/// own name, whichever of them are met first.
fn against(group: &str, reason: &Value, remedy: &str) -> Line {
    let code = text(reason, "/code").to_lowercase().replace('_', "-");
    let name = given(reason, "/subject").map(|subject| format!("{code}/{subject}")).unwrap_or(code);
    let mut line = Line::of(group, &name, Outcome::Failed, &text(reason, "/message"));
    line.counts = true;
    line.remedy = given(reason, "/remedy").or_else(|| Some(remedy.to_owned())).filter(|it| !it.is_empty());
    line
}

/// The exceptions of rules, each once.
fn waivers(lines: &[Line]) -> Vec<String> {
    let mut used: Vec<String> = Vec::new();
    for line in lines {
        let sentence =
            line.exception.as_ref().map(|id| format!("the exception {id} from the policy {}", line.group));
        used.extend(sentence.filter(|sentence| !used.contains(sentence)));
    }
    used
}

fn used_by_gate(answer: &Value) -> Vec<String> {
    let of = |it: &Value, at: &str| plain(&text(it, at));
    let exceptions = list(answer, "/exceptionsUsed").map(|used| {
        let (exception, policy) = (of(used, "/exception"), of(used, "/policy"));
        format!("the exception {exception} from the policy {policy}, until {}", of(used, "/endsAt"))
    });
    let emergency = answer.get("emergency").map(|emergency| {
        let due = given(emergency, "/followUpDueAt").map(|due| format!(", reviews due {due}"));
        format!("an emergency, {}{}", of(emergency, "/state"), due.unwrap_or_default())
    });
    exceptions.chain(emergency).collect()
}

fn stands_for(answer: &Value, list_at: &str, id: &str) -> bool {
    list(answer, list_at).any(|it| it.as_str() == Some(id))
}

/// The first that fits, which is then gone from the list.
fn taken<'a>(reasons: &mut Vec<&'a Value>, fits: impl Fn(&Value) -> bool) -> Option<&'a Value> {
    let at = reasons.iter().position(|reason| fits(reason))?;
    Some(reasons.remove(at))
}

fn list<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

fn given(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).filter(|value| !value.is_null()).map(|value| plain(&text(value, "")))
}
