//! The way of the third version: to staging, and to production. Who may not decide is refused; who may, decides.

use serde_json::{Value, json};

use super::acts::{self, at};
use super::cast::{AMIRA, CHEN, EVA, INES, JONAS, LENA, NOOR, PAUL, RUTH, SVEN, TOMASZ};
use super::story::{Ask, Story};
use super::versions::{Scene, keep_gate};
use crate::names;
use crate::output::Block;
use crate::problem::Problem;
use crate::table::text;

/// Who answers for the model besides its owner, each in the role that the tier demands.
const ANSWERING: [(&str, &str); 6] = [
    (SVEN, "data_steward"),
    (NOOR, "ethics_reviewer"),
    (INES, "security_reviewer"),
    (PAUL, "business_owner"),
    (CHEN, "compliance_officer"),
    (RUTH, "risk_manager"),
];

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

    story.chapter("To production: who answers for it, and for which risks");
    let comment = "error rates by race are within the bound";
    let asked = acts::request(story, JONAS, &scene.version, "PRODUCTION", comment, "CHANGES_REQUIRED")?;
    let promotion = names::id("/api/v1/promotions", &asked)?;
    story.show(&failed(&asked));
    acts::assess(story, JONAS, RUTH, &scene.model)?;
    acts::answer_for(story, AMIRA, &scene.model, &ANSWERING)?;
    acts::submit(story, JONAS, &promotion, "IN_REVIEW")?;

    story.chapter("To production: the reviews");
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

    story.chapter("To production: by a change, for which the reviews count too");
    acts::gate(story, TOMASZ, &scene.version, "PRODUCTION", "NOT_ELIGIBLE")?;
    let early = Ask::post(TOMASZ, "tries to deploy without a change", at(&promotion, "complete"), json!({}));
    story.ask_refused(&early, &["gate-shut"])?;
    let change = acts::change_of(story, JONAS, &promotion, "version 3 informs decisions on release")?;
    let change = names::id("/api/v1/changes", &change)?;
    acts::sign_change(story, LENA, &change, &promotion)?;
    open_gate(story, scene)?;
    complete(story, &promotion, "PRODUCTION")?;
    acts::make_change(story, TOMASZ, &change)
}

/// What failed in the last round.
fn failed(promotion: &Value) -> Vec<Block> {
    let rounds = promotion.get("rounds").and_then(Value::as_array);
    let last = rounds.and_then(|rounds| rounds.last()?.get("failed")?.as_array());
    let line = |rule: &Value| Block::Bad(format!("  {}: {}", text(rule, "/policy"), text(rule, "/message")));
    last.into_iter().flatten().map(line).collect()
}

fn request(story: &mut Story, who: &str, scene: &Scene, stage: &str) -> Result<String, Problem> {
    let comment = "error rates by race are within the bound";
    let object = acts::request(story, who, &scene.version, stage, comment, "IN_REVIEW")?;
    names::id("/api/v1/promotions", &object)
}

fn approve(story: &mut Story, who: &str, promotion: &str, step: &str, comment: &str) -> Result<(), Problem> {
    acts::decide(story, who, promotion, (step, "APPROVED"), comment).map(drop)
}

fn decision<'a>(who: &'a str, promotion: &str, step: &str, comment: &str) -> Ask<'a> {
    acts::decision(who, promotion, (step, "APPROVED"), comment)
}

fn complete(story: &mut Story, promotion: &str, stage: &str) -> Result<(), Problem> {
    acts::complete(story, TOMASZ, promotion, stage)
}

fn open_gate(story: &mut Story, scene: &Scene) -> Result<(), Problem> {
    let answer = acts::gate(story, TOMASZ, &scene.version, "PRODUCTION", "ELIGIBLE")?;
    keep_gate(story, "v3", &answer, &[]);
    Ok(())
}
