//! The pack `model-governance-guide`: keywords give the tier, a sign-off of each role opens production, and a no is final.

use serde_json::{Value, json};

use super::super::acts::{self, at, figure, open_steps};
use super::super::people::Member;
use super::super::story::{Ask, Story};
use super::begin;
use crate::names;
use crate::problem::Problem;

const OLGA: &str = "Olga";
const CARL: &str = "Carl";
const STAN: &str = "Stan";
const EDDA: &str = "Edda";
const SVEN: &str = "Sven";
const BO: &str = "Bo";
const ROLF: &str = "Rolf";
const DANA: &str = "Dana";

const CAST: [Member; 8] = [
    (OLGA, "model owner", &["model_owner"]),
    (
        CARL,
        "her deputy, who reviews the security of other people's models",
        &["model_owner", "security_reviewer"],
    ),
    (STAN, "data steward", &["data_steward"]),
    (EDDA, "ethics reviewer", &["ethics_reviewer"]),
    (SVEN, "security reviewer", &["security_reviewer"]),
    (BO, "business owner", &["business_owner"]),
    (ROLF, "risk manager", &["risk_manager"]),
    (DANA, "deployer", &["deployer"]),
];

const NAME: &str = "customer-support-assistant";
const PURPOSE: &str = "Automated customer support for common queries";
const USE_CASES: [&str; 3] =
    ["Answer product FAQs", "Handle order status inquiries", "Process refund requests"];
const DOCUMENTS: [&str; 4] = ["MODEL_CARD", "DATASHEET", "PROMPT_INJECTION_TEST", "DATA_LEAKAGE_TEST"];

/// Tells it.
pub(super) fn tell(story: &mut Story) -> Result<(), Problem> {
    begin(story, &CAST, "model-governance-guide")?;
    story.chapter("Words in the purpose and the use cases give the tier");
    tiers(story)?;
    story.chapter("The risks of the assistant");
    risks(story)?;
    story.chapter("To staging: nothing goes without an evaluation");
    let dataset = acts::dataset(story, STAN)?;
    let version = staged(story, &dataset)?;
    story.chapter("To production: ethics, security, and the owner");
    production(story, &version)?;
    story.chapter("A no is final");
    rejection(story, &dataset)?;
    story.chapter("What is experimental goes no further than staging");
    experiment(story)
}

fn register(story: &mut Story, name: &str, purpose: &str, use_cases: &[&str]) -> Result<Value, Problem> {
    acts::register(story, OLGA, json!({"name": name, "purpose": purpose, "useCases": use_cases}))
}

fn tiers(story: &mut Story) -> Result<(), Problem> {
    for (name, purpose, use_cases, tier) in [
        (NAME, PURPOSE, &USE_CASES[..], "tier_2_important"),
        ("school-finder", "Finds accredited schools", &[], "tier_1_critical"),
        ("scan-reader", "Reads scans", &["Medical imaging for customers"], "tier_1_critical"),
        ("toy", "Experimental sorter", &[], "tier_4_experimental"),
        ("sorter", "Sorts parts", &[], "tier_3_standard"),
    ] {
        let model = register(story, name, purpose, use_cases)?;
        let found = model.get("tier").cloned().unwrap_or_default();
        figure(story, &format!("tier of {name}"), &found, &json!(tier))?;
    }
    Ok(())
}

fn risks(story: &mut Story) -> Result<(), Problem> {
    let model = story.ask(&Ask::get(OLGA, "looks the assistant up", format!("/api/v1/models/{NAME}")))?;
    let body = json!({"model": names::id("a model", &model)?});
    let begun = story.ask(&Ask::post(OLGA, "begins to assess its risks", "/api/v1/assessments", body))?;
    let id = names::id("an assessment", begun.get("object").unwrap_or(&Value::Null))?;
    let path = |what: &str| format!("/api/v1/assessments/{id}/{what}");
    for (risk, likelihood, impact, effectiveness) in
        [("MQ-001", 3, 4, 0.6), ("SEC-001", 3, 4, 0.7), ("FAIR-001", 2, 4, 0.5)]
    {
        let title =
            format!("answers {risk}: likelihood {likelihood}, impact {impact}, controls {effectiveness}");
        let body =
            json!({"risk": risk, "likelihood": likelihood, "impact": impact, "effectiveness": effectiveness});
        story.ask(&Ask::post(OLGA, title, path("risks"), body))?;
    }
    let title = "submits it; the five other risks stay unanswered";
    let submitted = story.ask(&Ask::post(OLGA, title, path("submit"), json!({})))?;
    let result = submitted.pointer("/object/result").cloned().unwrap_or_default();
    let of = |name: &str| result.get(name).cloned().unwrap_or_default();
    figure(story, "residual risk times impact", &of("weighed"), &json!(184.6))?;
    figure(story, "sum of the impacts", &of("weight"), &json!(27))?;
    figure(story, "class of the risk", &of("class"), &json!("MEDIUM"))?;
    let yes = json!({"verdict": "APPROVED"});
    let own = Ask::post(OLGA, "tries to approve her own assessment", path("signatures"), yes.clone());
    story.ask_refused(&own, &["permission-missing"])?;
    let signed = story.ask(&Ask::post(ROLF, "approves the assessment", path("signatures"), yes))?;
    let state = signed.pointer("/object/state").cloned().unwrap_or_default();
    figure(story, "state of the assessment", &state, &json!("APPROVED"))
}

fn documented(story: &mut Story, model: &str) -> Result<String, Problem> {
    let version = acts::version(story, OLGA, model, "LLM")?;
    acts::attach(story, OLGA, &version, &DOCUMENTS)?;
    acts::scan(story, OLGA, &version, "PASSED")?;
    Ok(version)
}

fn request(story: &mut Story, version: &str, target: &str, state: &str) -> Result<String, Problem> {
    let promotion = acts::request(story, CARL, version, target, "it is time", state)?;
    names::id("a promotion", &promotion)
}

fn staged(story: &mut Story, dataset: &str) -> Result<String, Problem> {
    let version = documented(story, NAME)?;
    let promotion = request(story, &version, "STAGING", "CHANGES_REQUIRED")?;
    acts::evaluate(story, OLGA, &version, dataset)?;
    acts::submit(story, CARL, &promotion, "IN_REVIEW")?;
    acts::complete(story, DANA, &promotion, "STAGING")?;
    Ok(version)
}

fn production(story: &mut Story, version: &str) -> Result<(), Problem> {
    let promotion = request(story, version, "PRODUCTION", "IN_REVIEW")?;
    let shut = acts::gate(story, DANA, version, "PRODUCTION", "NOT_ELIGIBLE")?;
    let required = json!(["documentation", "ethics", "security"]);
    figure(story, "sign-offs that production takes", &json!(open_steps(&shut)), &required)?;
    for (who, step, comment, code) in [
        (BO, "ethics", "it is worth it", "reviewer-lacks-role"),
        (CARL, "security", "I know it best", "reviewer-is-requester"),
        (EDDA, "documentation", "it reads well", "not-the-owner"),
    ] {
        story.ask_refused(&acts::decision(who, &promotion, (step, "APPROVED"), comment), &[code])?;
    }
    acts::decide(story, EDDA, &promotion, ("ethics", "APPROVED"), "groups are treated alike")?;
    acts::decide(story, SVEN, &promotion, ("security", "APPROVED"), "both reports are clean")?;
    let shut = acts::gate(story, DANA, version, "PRODUCTION", "NOT_ELIGIBLE")?;
    figure(story, "still missing: the owner's", &json!(open_steps(&shut)), &json!(["documentation"]))?;
    let early = Ask::post(DANA, "tries to deploy without the owner", at(&promotion, "complete"), json!({}));
    story.ask_refused(&early, &["gate-shut"])?;
    acts::decide(story, OLGA, &promotion, ("documentation", "APPROVED"), "complete and true")?;
    acts::gate(story, DANA, version, "PRODUCTION", "ELIGIBLE")?;
    acts::complete(story, DANA, &promotion, "PRODUCTION")
}

fn rejection(story: &mut Story, dataset: &str) -> Result<(), Problem> {
    register(story, "refund-assistant", PURPOSE, &[])?;
    let version = documented(story, "refund-assistant")?;
    acts::evaluate(story, OLGA, &version, dataset)?;
    let promotion = request(story, &version, "STAGING", "IN_REVIEW")?;
    acts::complete(story, DANA, &promotion, "STAGING")?;
    let promotion = request(story, &version, "PRODUCTION", "IN_REVIEW")?;
    let no = acts::decide(story, SVEN, &promotion, ("security", "REJECTED"), "it can be made to leak")?;
    let state = no.get("state").cloned().unwrap_or_default();
    figure(story, "state of the promotion", &state, &json!("REJECTED"))?;
    let later = acts::decision(SVEN, &promotion, ("security", "APPROVED"), "on second thoughts");
    story.ask_refused(&later, &["wrong-state"])?;
    acts::gate(story, DANA, &version, "PRODUCTION", "NOT_ELIGIBLE").map(drop)
}

fn experiment(story: &mut Story) -> Result<(), Problem> {
    let version = documented(story, "toy")?;
    acts::gate(story, DANA, &version, "PRODUCTION", "NOT_ELIGIBLE")?;
    let promotion = request(story, &version, "STAGING", "IN_REVIEW")?;
    acts::complete(story, DANA, &promotion, "STAGING")?;
    let body = json!({"version": version, "target": {"stage": "PRODUCTION"}});
    let further = Ask::post(CARL, "tries to take it further", "/api/v1/promotions", body);
    story.ask_refused(&further, &["no-workflow"])
}
