//! The way of the third version: to staging, and to production. Who may not decide is refused; who may, decides.

use serde_json::{Value, json};

use super::cast::{AMIRA, CHEN, EVA, INES, JONAS, LENA, NOOR, PAUL, RUTH, TOMASZ};
use super::story::{Ask, Story};
use super::versions::{Scene, keep_gate};
use crate::names;
use crate::output::Block;
use crate::problem::Problem;
use crate::table::text;

/// The reviews of the production workflow that run side by side: who, the step, and what they say.
const REVIEWS: [(&str, &str, &str); 4] = [
    (CHEN, "compliance", "documents are complete; use is limited to informing a decision"),
    (INES, "security", "the scan is clean, and the files hold plain numbers"),
    (
        NOOR,
        "ethics",
        "the error rates by race are within the bound; by age they are not bound, and the model card says so",
    ),
    (PAUL, "business", "the loss of accuracy is accepted for equal error rates"),
];

/// Tells it.
pub(super) fn tell(story: &mut Story, scene: &Scene) -> Result<(), Problem> {
    story.chapter("To staging");
    let promotion = request(story, AMIRA, scene, "STAGING")?;
    let refused = ["reviewer-is-requester"];
    story.ask_refused(&decision(AMIRA, &promotion, "technical", "good work"), &refused)?;
    approve(story, LENA, &promotion, "technical", "training and evaluation can be repeated")?;
    complete(story, &promotion, "STAGING")?;

    story.chapter("To production");
    let promotion = request(story, JONAS, scene, "PRODUCTION")?;
    story.ask_refused(&decision(AMIRA, &promotion, "ethics", "I know it best"), &["reviewer-is-creator"])?;
    story.ask_refused(&decision(NOOR, &promotion, "security", "looks safe"), &["reviewer-lacks-role"])?;
    let early =
        Ask::post(TOMASZ, "tries to deploy before the reviews", at(&promotion, "complete"), json!({}));
    story.ask_refused(&early, &["gate-shut", "wrong-state"])?;
    let forbidden = json!({"name": "other", "purpose": "an auditor changes nothing"});
    let forbidden = Ask::post(EVA, "tries to register a model", "/api/v1/models", forbidden);
    story.ask_refused(&forbidden, &["permission-missing"])?;

    approve(story, AMIRA, &promotion, "attestation", "the documentation is complete and true")?;
    for (who, step, comment) in REVIEWS {
        approve(story, who, &promotion, step, comment)?;
    }
    approve(story, RUTH, &promotion, "production", "the reviews fit together")?;
    open_gate(story, scene)?;
    complete(story, &promotion, "PRODUCTION")
}

fn at(promotion: &str, what: &str) -> String {
    format!("/api/v1/promotions/{promotion}/{what}")
}

fn request(story: &mut Story, who: &str, scene: &Scene, stage: &str) -> Result<String, Problem> {
    let body = json!({"version": scene.version, "target": {"stage": stage}, "comment": "error rates by race are within the bound"});
    let title = format!("asks for the promotion of version 3 to {stage}");
    let answer = story.ask(&Ask::post(who, &title, "/api/v1/promotions", body))?;
    let object = answer.get("object").cloned().unwrap_or_default();
    let reached = text(&object, "/state");
    if reached != "IN_REVIEW" {
        let failed = object.pointer("/rounds/0/failed").cloned().unwrap_or_default();
        return Err(story.broken(&title, &format!("the promotion is {reached}, not IN_REVIEW: {failed}")));
    }
    story.show(&[Block::Good("  every policy passes; the promotion is IN_REVIEW".to_owned())]);
    names::id("/api/v1/promotions", &object)
}

fn decision<'a>(who: &'a str, promotion: &str, step: &str, comment: &str) -> Ask<'a> {
    let body = json!({"step": step, "decision": "APPROVED", "comment": comment});
    Ask::post(who, format!("approves the step `{step}`: \"{comment}\""), at(promotion, "reviews"), body)
}

fn approve(story: &mut Story, who: &str, promotion: &str, step: &str, comment: &str) -> Result<(), Problem> {
    let title = format!("reads the promotion before the step `{step}`");
    let seen = story.ask(&Ask::get(who, title, format!("/api/v1/promotions/{promotion}")))?;
    let evidence = seen.pointer("/now/evidence").cloned().unwrap_or_default();
    story.ask(&decision(who, promotion, step, comment).with("evidence", evidence)).map(drop)
}

fn open_gate(story: &mut Story, scene: &Scene) -> Result<(), Problem> {
    let title = "asks the gate once more";
    let path = format!("/api/v1/versions/{}/gate?stage=PRODUCTION", scene.version);
    let answer = story.ask(&Ask::get(TOMASZ, title, path))?;
    let verdict = text(&answer, "/verdict");
    if verdict != "ELIGIBLE" {
        let reasons = answer.get("reasons").map(Value::to_string).unwrap_or_default();
        return Err(story.broken(title, &format!("the gate is {verdict}: {reasons}")));
    }
    story.show(&[Block::Good("  the gate: ELIGIBLE".to_owned())]);
    keep_gate(story, "v3", &answer, &[]);
    Ok(())
}

fn complete(story: &mut Story, promotion: &str, stage: &str) -> Result<(), Problem> {
    let title = format!("completes the promotion to {stage}");
    let answer = story.ask(&Ask::post(TOMASZ, &title, at(promotion, "complete"), json!({})))?;
    let stands = text(&answer, "/object/version/stage");
    if stands != stage {
        return Err(story.broken(&title, &format!("the version stands in {stands}")));
    }
    story.show(&[Block::Good(format!("  version 3 stands in {stage}"))]);
    Ok(())
}
