//! What people do in every story: each act is a request to the server, and a line for whoever watches.

use serde_json::{Value, json};

use super::story::{Ask, Story};
use crate::names;
use crate::output::Block;
use crate::problem::Problem;
use crate::table::text;

/// Rows of the made-up data set, and those that the made-up model gets wrong.
const ROWS: usize = 80;
const WRONG: usize = 3;

/// The object of an answer.
fn object(answer: &Value) -> Value {
    answer.get("object").cloned().unwrap_or_default()
}

/// What stands at that place of a promotion's interface.
pub(super) fn at(promotion: &str, what: &str) -> String {
    format!("/api/v1/promotions/{promotion}/{what}")
}

/// Registers a model; gives it.
pub(super) fn register(story: &mut Story, who: &str, body: Value) -> Result<Value, Problem> {
    let name = text(&body, "/name");
    let title = format!("registers the model `{name}`");
    let model = object(&story.ask(&Ask::post(who, title, "/api/v1/models", body))?);
    let rule = model.get("tierRule").and_then(Value::as_str);
    let rule = rule.map(|rule| format!(", by the rule `{rule}`")).unwrap_or_default();
    story.show(&[Block::Line(format!("  its tier is {}{rule}", text(&model, "/tier")))]);
    Ok(model)
}

/// Registers a version with one file; gives its id.
pub(super) fn version(story: &mut Story, who: &str, model: &str, kind: &str) -> Result<String, Problem> {
    let sha256 = story.upload(who, "model.json", format!("weights of {model}").as_bytes())?;
    let body = json!({"kind": kind, "artifacts": [{"name": "model.json", "sha256": sha256, "format": "json"}],
        "reportedMetrics": {"test.coverage": 0.86}});
    let title = format!("registers a version of `{model}`");
    let answer = story.ask(&Ask::post(who, title, format!("/api/v1/models/{model}/versions"), body))?;
    names::id("a version", &object(&answer))
}

/// Attaches a document of each kind.
pub(super) fn attach(story: &mut Story, who: &str, version: &str, kinds: &[&str]) -> Result<(), Problem> {
    for kind in kinds {
        let name = format!("{}.md", kind.to_lowercase());
        let sha256 = story.upload(who, &name, format!("what there is to say: {kind}").as_bytes())?;
        let body = json!({"kind": kind, "name": name, "sha256": sha256});
        let path = format!("/api/v1/versions/{version}/documents");
        story.ask(&Ask::post(who, format!("attaches the {kind}"), path, body))?;
    }
    Ok(())
}

/// Reports what a scanner said of the files.
pub(super) fn scan(story: &mut Story, who: &str, version: &str, status: &str) -> Result<(), Problem> {
    let body = json!({"tool": "scanner", "toolVersion": "1.2", "status": status, "findings": {}});
    let path = format!("/api/v1/versions/{version}/scans");
    story.ask(&Ask::post(who, format!("reports that a scan of the files {status}"), path, body)).map(drop)
}

/// Registers a data set whose labels nobody else sees; gives its id.
pub(super) fn dataset(story: &mut Story, steward: &str) -> Result<String, Problem> {
    let rows =
        (0..ROWS).map(|row| format!("r{row},{},{}\n", label(row), if row % 4 < 2 { "f" } else { "m" }));
    let labels = format!("id,approved,sex\n{}", rows.collect::<String>());
    let sha256 = story.upload(steward, "labels.csv", labels.as_bytes())?;
    let datasheet = story.upload(steward, "datasheet.md", b"who was asked, what, and when")?;
    let body = json!({"name": "held-out", "sha256": sha256, "classification": "RESTRICTED", "datasheet": datasheet,
        "sensitiveAttributes": ["sex"], "labels": {"id": "id", "label": "approved"},
        "designatedFor": ["performance", "bias"]});
    let answer = story.ask(&Ask::post(
        steward,
        "registers the held-out data and its labels",
        "/api/v1/datasets",
        body,
    ))?;
    names::id("a data set", &object(&answer))
}

fn label(row: usize) -> usize {
    usize::from(row.is_multiple_of(2))
}

/// Somebody brings the predictions, and has them measured; gives the evaluation.
pub(super) fn evaluate(story: &mut Story, who: &str, version: &str, dataset: &str) -> Result<Value, Problem> {
    let said = |row: usize| if row == WRONG { 1 - label(row) } else { label(row) };
    let rows = (0..ROWS).map(|row| format!("r{row},{}\n", said(row)));
    let predictions = format!("id,said\n{}", rows.collect::<String>());
    let predictions = story.upload(who, "predictions.csv", predictions.as_bytes())?;
    let body = json!({"dataset": dataset, "predictions": predictions, "prediction": "said",
        "suites": ["performance", "bias"]});
    let path = format!("/api/v1/versions/{version}/evaluations");
    let answer = object(&story.ask(&Ask::post(who, "has the version evaluated", path, body))?);
    let (provenance, rows) = (text(&answer, "/provenance"), text(&answer, "/report/rows"));
    let accuracy = text(&answer, "/report/metrics/accuracy/value");
    story.show(&[Block::Line(format!("  {provenance} on {rows} rows: accuracy {accuracy}"))]);
    Ok(answer)
}

/// Asks for a promotion, which then has to be in that state; gives it.
pub(super) fn request(
    story: &mut Story,
    who: &str,
    version: &str,
    target: &str,
    comment: &str,
    state: &str,
) -> Result<Value, Problem> {
    let body = json!({"version": version, "target": {"stage": target}, "comment": comment});
    let title = format!("asks for the promotion to {target}");
    let promotion = object(&story.ask(&Ask::post(who, &title, "/api/v1/promotions", body))?);
    in_state(story, &title, promotion, state)
}

/// Submits a promotion again, once what was asked for has been mended; gives it.
pub(super) fn submit(story: &mut Story, who: &str, promotion: &str, state: &str) -> Result<Value, Problem> {
    let title = "submits the promotion again";
    let promotion = object(&story.ask(&Ask::post(who, title, at(promotion, "submit"), json!({})))?);
    in_state(story, title, promotion, state)
}

fn in_state(story: &Story, title: &str, promotion: Value, state: &str) -> Result<Value, Problem> {
    let reached = text(&promotion, "/state");
    if reached != state {
        let rounds = promotion.get("rounds").map(Value::to_string).unwrap_or_default();
        return Err(story.broken(title, &format!("the promotion is {reached}, not {state}: {rounds}")));
    }
    let line = format!("  the promotion is {reached}");
    story.show(&[if reached == "CHANGES_REQUIRED" { Block::Bad(line) } else { Block::Good(line) }]);
    Ok(promotion)
}

/// A decision on a step, by what was asked, without the evidence that it is given on.
pub(super) fn decision<'a>(
    who: &'a str,
    promotion: &str,
    (step, verdict): (&str, &str),
    comment: &str,
) -> Ask<'a> {
    let body = json!({"step": step, "decision": verdict, "comment": comment});
    let title = format!("decides the step `{step}`, {verdict}: \"{comment}\"");
    Ask::post(who, title, at(promotion, "reviews"), body)
}

/// Reads a promotion and decides a step of it; gives the promotion.
pub(super) fn decide(
    story: &mut Story,
    who: &str,
    promotion: &str,
    verdict: (&str, &str),
    comment: &str,
) -> Result<Value, Problem> {
    let title = format!("reads the promotion before the step `{}`", verdict.0);
    let seen = story.ask(&Ask::get(who, title, format!("/api/v1/promotions/{promotion}")))?;
    let evidence = seen.pointer("/now/evidence").cloned().unwrap_or_default();
    let decision = decision(who, promotion, verdict, comment).with("evidence", evidence);
    Ok(object(&story.ask(&decision)?))
}

/// Asks the gate, which has to give that verdict; gives the answer.
pub(super) fn gate(
    story: &mut Story,
    who: &str,
    version: &str,
    stage: &str,
    verdict: &str,
) -> Result<Value, Problem> {
    let title = format!("asks the gate of {stage}");
    let answer =
        story.ask(&Ask::get(who, &title, format!("/api/v1/versions/{version}/gate?stage={stage}")))?;
    let said = text(&answer, "/verdict");
    let reasons = answer.get("reasons").and_then(Value::as_array);
    let reasons: Vec<String> = reasons.into_iter().flatten().map(|reason| text(reason, "/message")).collect();
    if said != verdict {
        return Err(
            story.broken(&title, &format!("the gate is {said}, not {verdict}: {}", reasons.join("; ")))
        );
    }
    let line = format!("  the gate: {said}");
    story.show(&[if reasons.is_empty() { Block::Good(line) } else { Block::Bad(line) }]);
    story.show(&reasons.into_iter().map(|reason| Block::Line(format!("  {reason}"))).collect::<Vec<_>>());
    Ok(answer)
}

/// The steps of a gate's answer that have not passed.
pub(super) fn open_steps(gate: &Value) -> Vec<String> {
    let steps = gate.get("steps").and_then(Value::as_array).into_iter().flatten();
    steps.filter(|step| text(step, "/state") != "PASSED").map(|step| text(step, "/step")).collect()
}

/// Assesses the risks of a model as they come, and has that approved.
pub(super) fn assess(story: &mut Story, who: &str, approver: &str, model: &str) -> Result<(), Problem> {
    let body = json!({"model": model});
    let begun = object(&story.ask(&Ask::post(who, "assesses its risks", "/api/v1/assessments", body))?);
    let at = format!("/api/v1/assessments/{}", names::id("an assessment", &begun)?);
    story.ask(&Ask::post(who, "  submits the assessment", format!("{at}/submit"), json!({})))?;
    let yes = json!({"verdict": "APPROVED"});
    story.ask(&Ask::post(approver, "approves the assessment", format!("{at}/signatures"), yes)).map(drop)
}

/// Names who answers for a model in each of these roles.
pub(super) fn answer_for(
    story: &mut Story,
    who: &str,
    model: &str,
    people: &[(&str, &str)],
) -> Result<(), Problem> {
    let path = format!("/api/v1/models/{model}/accountability");
    for (name, role) in people {
        let body = json!({"role": role, "principal": story.id_of(name)?, "reason": "it is their subject"});
        let title = format!("names {name}, who answers for the model as {role}");
        story.ask(&Ask::post(who, title, path.as_str(), body))?;
    }
    Ok(())
}

/// Asks for the change by which a promotion is made, and submits it: what is changed and where the promotion says, and its
/// approvals count in the roles that both ask for. Gives the change.
pub(super) fn change_of(
    story: &mut Story,
    who: &str,
    promotion: &str,
    description: &str,
) -> Result<Value, Problem> {
    let body = json!({"promotion": promotion, "description": description,
        "justification": "the reviews of the promotion are given",
        "impact": {"affectedSystems": [], "affectedUsers": "SPECIFIC_GROUPS", "estimatedDowntime": "none",
            "rollbackTime": "5 minutes"},
        "rollbackPlan": "take the version out of service, and decide as before it", "submit": true});
    let title = "asks for the change that the promotion is made by, and submits it";
    let change = object(&story.ask(&Ask::post(who, title, "/api/v1/changes", body))?);
    let signed: Vec<String> = change
        .get("signatures")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|signature| text(signature, "/role"))
        .collect();
    let missing = change.pointer("/now/missing").and_then(Value::as_array);
    let missing: Vec<&str> = missing.into_iter().flatten().filter_map(Value::as_str).collect();
    story.show(&[
        Block::Line(format!("  {}, its risk is {}", text(&change, "/title/text"), text(&change, "/risk"))),
        Block::Good(format!("  signed already, by the reviews of the promotion: {}", signed.join(", "))),
        Block::Line(format!("  missing: {}", missing.join(", "))),
    ]);
    Ok(change)
}

/// Signs a change as the last of its reviewers, which approves the promotion too.
pub(super) fn sign_change(
    story: &mut Story,
    who: &str,
    change: &str,
    promotion: &str,
) -> Result<(), Problem> {
    let path = format!("/api/v1/changes/{change}/signatures");
    let title = "signs the change";
    let signed = object(&story.ask(&Ask::post(who, title, path, json!({"verdict": "APPROVED"})))?);
    let path = format!("/api/v1/promotions/{promotion}");
    let held = story.ask(&Ask::get(who, "looks at the promotion", path))?;
    let states = [text(&signed, "/state"), text(&held, "/state")];
    if states.iter().any(|state| state != "APPROVED") {
        return Err(story.broken(title, &format!("change and promotion are {}", states.join(" and "))));
    }
    story.show(&[Block::Good("  the change is APPROVED, and with it the promotion".to_owned())]);
    Ok(())
}

/// Makes an approved change.
pub(super) fn make_change(story: &mut Story, who: &str, change: &str) -> Result<(), Problem> {
    let at = |what: &str| format!("/api/v1/changes/{change}/{what}");
    story.ask(&Ask::post(who, "begins the change", at("start"), json!({})))?;
    let ended = json!({"success": true, "notes": "it answers"});
    story.ask(&Ask::post(who, "says that the change is made", at("complete"), ended)).map(drop)
}

/// Completes a promotion; the version then stands in that stage.
pub(super) fn complete(story: &mut Story, who: &str, promotion: &str, stage: &str) -> Result<(), Problem> {
    let title = format!("completes the promotion to {stage}");
    let answer = story.ask(&Ask::post(who, &title, at(promotion, "complete"), json!({})))?;
    let stands = text(&answer, "/object/version/stage");
    if stands != stage {
        return Err(story.broken(&title, &format!("the version stands in {stands}")));
    }
    story.show(&[Block::Good(format!("  the version stands in {stage}"))]);
    Ok(())
}

/// A figure that the story has to come to: shown, kept under its name, and the end of the story where it is another.
pub(super) fn figure(story: &mut Story, name: &str, found: &Value, expected: &Value) -> Result<(), Problem> {
    if found != expected {
        return Err(story.broken(name, &format!("it is {found}, and has to be {expected}")));
    }
    story.show(&[Block::Good(format!("  {name}: {found}"))]);
    let mut figures = story.kept("figures");
    if figures.is_null() {
        figures = json!({});
    }
    crate::pairs::put(&mut figures, name, Some(found));
    story.keep("figures", figures);
    Ok(())
}
