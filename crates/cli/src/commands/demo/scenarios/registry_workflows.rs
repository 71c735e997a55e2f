//! The pack `registry-workflows`: six criteria give the tier, two promotions follow one another, and a no before production sends
//! the version back to staging.

use serde_json::{Value, json};

use super::super::acts::{self, at, figure};
use super::super::people::Member;
use super::super::story::{Ask, Story};
use super::begin;
use crate::names;
use crate::problem::Problem;
use crate::table::text;

const MONA: &str = "Mona";
const OTTO: &str = "Otto";
const MIRA: &str = "Mira";
const MAX: &str = "Max";
const SARA: &str = "Sara";
const REMY: &str = "Remy";
const ELSA: &str = "Elsa";
const AUDREY: &str = "Audrey";

const CAST: [Member; 8] = [
    (MONA, "model owner", &["model_owner"]),
    (OTTO, "her deputy, who also reviews the models of others", &["model_owner", "mrc"]),
    (MIRA, "of model risk and compliance, who validates what others built", &["mrc"]),
    (MAX, "of model risk and compliance, who reviews it", &["mrc"]),
    (SARA, "security architect", &["security_architect"]),
    (REMY, "site reliability engineer", &["sre"]),
    (ELSA, "executive", &["executive"]),
    (AUDREY, "auditor", &["auditor"]),
];

/// The criteria, each with its answers from the lowest to the highest.
const CRITERIA: [(&str, [&str; 3]); 6] = [
    ("business-impact", ["minimal", "moderate", "critical"]),
    ("customer-exposure", ["internal", "customer-facing", "direct-impact"]),
    ("financial-impact", ["under-10k", "10k-to-100k", "over-100k"]),
    ("regulatory-scope", ["none", "some", "heavy"]),
    ("data-sensitivity", ["public", "internal", "sensitive"]),
    ("automation", ["human-oversight", "semi-automated", "fully-automated"]),
];

/// What a version that names no data set needs for staging, and one of medium risk besides for production.
const FOR_STAGING: [&str; 3] = ["MODEL_CARD", "DATASHEET", "PRIVACY_ASSESSMENT"];
const FOR_PRODUCTION: [&str; 9] = [
    "ENCRYPTION_STATEMENT",
    "ACCESS_CONTROL_REVIEW",
    "AUDIT_LOGGING_STATEMENT",
    "RETENTION_PLAN",
    "ROBUSTNESS_TEST",
    "SECURITY_TEST",
    "DEPLOYMENT_GUIDE",
    "ROLLBACK_PLAN",
    "MONITORING_PLAN",
];
/// And for high risk.
const FOR_HIGH: [&str; 3] = ["REGULATORY_ASSESSMENT", "EXPLAINABILITY_REPORT", "INCIDENT_RESPONSE_PLAN"];

const RECOMMENDER: &str = "product-recommender";
const CREDIT: &str = "credit-decision";
const SORTER: &str = "log-sorter";
const ROUTER: &str = "ticket-router";

/// Tells it.
pub(super) fn tell(story: &mut Story) -> Result<(), Problem> {
    begin(story, &CAST, "registry-workflows")?;
    story.chapter("Six criteria give the tier: the highest answer decides");
    tiers(story)?;
    let dataset = acts::dataset(story, MIRA)?;
    story.chapter("Low risk: the policies decide");
    low(story, &dataset)?;
    story.chapter("Medium risk, to staging: who built it does not validate it");
    let version = medium_to_staging(story, &dataset)?;
    story.chapter("Medium risk, to production: a no sends it back to staging");
    medium_to_production(story, &version)?;
    story.chapter("High risk, to staging: risk and compliance, then security");
    let version = high_to_staging(story, &dataset)?;
    story.chapter("High risk, to production: reviewed, and authorised by those who run it");
    high_to_production(story, &version)?;
    story.chapter("A scan that is missing: an exception for a few days");
    exception(story, &dataset)?;
    story.chapter("An emergency, and the no that comes afterwards");
    emergency(story)
}

/// Answers in the order of the criteria, from 0, the lowest.
fn criteria(answers: [usize; 6]) -> Value {
    let answered = CRITERIA.iter().zip(answers).filter_map(|((criterion, known), answer)| {
        known.get(answer).map(|answer| ((*criterion).to_owned(), json!(answer)))
    });
    Value::Object(answered.collect())
}

fn tiers(story: &mut Story) -> Result<(), Problem> {
    let silent = json!({"name": "mystery", "purpose": "A model about which nobody says anything"});
    let silent = Ask::post(MONA, "tries to register a model without an answer", "/api/v1/models", silent);
    story.ask_refused(&silent, &["tier-undetermined"])?;
    for (name, purpose, answers, tier) in [
        (SORTER, "Sorts logs for those who run servers", [0, 0, 0, 0, 0, 0], "LOW"),
        (RECOMMENDER, "Recommends products to customers", [1, 1, 1, 0, 1, 1], "MEDIUM"),
        (ROUTER, "Routes tickets of customers to teams", [0, 1, 0, 0, 0, 0], "MEDIUM"),
        (CREDIT, "Decides about credit", [0, 0, 0, 2, 0, 0], "HIGH"),
    ] {
        let body = json!({"name": name, "purpose": purpose, "criteria": criteria(answers)});
        let model = acts::register(story, MONA, body)?;
        figure(story, &format!("tier of {name}"), &member(&model, "/tier"), &json!(tier))?;
    }
    Ok(())
}

fn member(value: &Value, pointer: &str) -> Value {
    value.pointer(pointer).cloned().unwrap_or_default()
}

fn request(story: &mut Story, version: &str, target: &str, state: &str) -> Result<String, Problem> {
    let promotion = acts::request(story, OTTO, version, target, "it is ready", state)?;
    names::id("a promotion", &promotion)
}

/// The rules that failed in the last round of a promotion.
fn failed(story: &mut Story, promotion: &str) -> Result<Vec<String>, Problem> {
    let path = format!("/api/v1/promotions/{promotion}");
    let answer = story.ask(&Ask::get(OTTO, "reads what is to be mended", path))?;
    let rounds = answer.get("rounds").and_then(Value::as_array);
    let round = rounds.and_then(|rounds| rounds.last()).and_then(|round| round.get("failed"));
    let failed = round.and_then(Value::as_array).into_iter().flatten();
    Ok(failed.map(|rule| text(rule, "/rule")).collect())
}

/// A version that was scanned, documented for staging and validated by somebody else.
fn validated(story: &mut Story, model: &str, dataset: &str) -> Result<String, Problem> {
    let version = acts::version(story, MONA, model, "CLASSICAL")?;
    acts::attach(story, MONA, &version, &FOR_STAGING)?;
    acts::scan(story, MONA, &version, "PASSED")?;
    acts::evaluate(story, MIRA, &version, dataset)?;
    Ok(version)
}

fn stands(story: &mut Story, version: &str, name: &str, expected: &str) -> Result<(), Problem> {
    let path = format!("/api/v1/versions/{version}");
    let answer = story.ask(&Ask::get(AUDREY, "looks where the version stands", path))?;
    figure(story, name, &member(&answer, "/stage"), &json!(expected))
}

fn low(story: &mut Story, dataset: &str) -> Result<(), Problem> {
    let version = acts::version(story, MONA, SORTER, "CLASSICAL")?;
    acts::attach(story, MONA, &version, &FOR_STAGING)?;
    acts::evaluate(story, MONA, &version, dataset)?;
    for stage in ["STAGING", "PRODUCTION"] {
        let promotion = request(story, &version, stage, "IN_REVIEW")?;
        acts::complete(story, REMY, &promotion, stage)?;
    }
    stands(story, &version, "stage of the model of low risk, without a review", "PRODUCTION")
}

fn medium_to_staging(story: &mut Story, dataset: &str) -> Result<String, Problem> {
    let version = acts::version(story, MONA, RECOMMENDER, "CLASSICAL")?;
    acts::attach(story, MONA, &version, &FOR_STAGING)?;
    acts::scan(story, MONA, &version, "PASSED")?;
    acts::evaluate(story, MONA, &version, dataset)?;
    let promotion = request(story, &version, "STAGING", "CHANGES_REQUIRED")?;
    let named = failed(story, &promotion)?;
    let both = json!(["performance-independent", "bias-independent"]);
    figure(story, "what speaks against her own evaluation", &json!(named), &both)?;
    acts::evaluate(story, MIRA, &version, dataset)?;
    acts::submit(story, OTTO, &promotion, "IN_REVIEW")?;
    acts::complete(story, REMY, &promotion, "STAGING")?;
    Ok(version)
}

fn medium_to_production(story: &mut Story, version: &str) -> Result<(), Problem> {
    acts::attach(story, MONA, version, &FOR_PRODUCTION)?;
    let promotion = request(story, version, "PRODUCTION", "IN_REVIEW")?;
    for (who, comment, code) in [
        (SARA, "looks safe", "reviewer-lacks-role"),
        (OTTO, "I asked for it", "reviewer-is-requester"),
        (MONA, "I built it", "reviewer-is-creator"),
    ] {
        story.ask_refused(&acts::decision(who, &promotion, ("production", "APPROVED"), comment), &[code])?;
    }
    let no =
        acts::decide(story, MAX, &promotion, ("production", "REJECTED"), "what is recommended to minors?")?;
    figure(story, "state of the promotion after the no", &member(&no, "/state"), &json!("REJECTED"))?;
    stands(story, version, "stage of the version after the no", "STAGING")?;
    acts::gate(story, REMY, version, "PRODUCTION", "NOT_ELIGIBLE")?;
    acts::attach(story, MONA, version, &["IMPACT_ASSESSMENT"])?;
    let promotion = request(story, version, "PRODUCTION", "IN_REVIEW")?;
    acts::decide(story, MAX, &promotion, ("production", "APPROVED"), "minors are left out now")?;
    acts::gate(story, REMY, version, "PRODUCTION", "ELIGIBLE")?;
    acts::complete(story, REMY, &promotion, "PRODUCTION")
}

fn high_to_staging(story: &mut Story, dataset: &str) -> Result<String, Problem> {
    let version = validated(story, CREDIT, dataset)?;
    let promotion = request(story, &version, "STAGING", "IN_REVIEW")?;
    let early = acts::decision(SARA, &promotion, ("security", "APPROVED"), "quickly");
    story.ask_refused(&early, &["step-not-reached"])?;
    let never = acts::decision(MAX, &promotion, ("compliance", "REJECTED"), "never");
    story.ask_refused(&never, &["decision-not-allowed"])?;
    let changes =
        acts::decide(story, MAX, &promotion, ("compliance", "CHANGES_REQUESTED"), "by which reasons?")?;
    figure(story, "a no before staging", &member(&changes, "/state"), &json!("CHANGES_REQUIRED"))?;
    acts::attach(story, MONA, &version, &FOR_HIGH)?;
    acts::submit(story, OTTO, &promotion, "IN_REVIEW")?;
    acts::decide(story, MAX, &promotion, ("compliance", "APPROVED"), "the reasons are given")?;
    let alone = Ask::post(REMY, "tries to deploy without security", at(&promotion, "complete"), json!({}));
    story.ask_refused(&alone, &["gate-shut"])?;
    acts::decide(story, SARA, &promotion, ("security", "APPROVED"), "no way in was found")?;
    acts::complete(story, REMY, &promotion, "STAGING")?;
    Ok(version)
}

fn high_to_production(story: &mut Story, version: &str) -> Result<(), Problem> {
    acts::attach(story, MONA, version, &FOR_PRODUCTION)?;
    let promotion = request(story, version, "PRODUCTION", "IN_REVIEW")?;
    let shut = acts::gate(story, REMY, version, "PRODUCTION", "NOT_ELIGIBLE")?;
    let open = json!(["production", "authorisation", "change"]);
    figure(story, "what production takes", &json!(acts::open_steps(&shut)), &open)?;
    let early = acts::decision(REMY, &promotion, ("authorisation", "APPROVED"), "the place is ready");
    story.ask_refused(&early, &["step-not-reached"])?;
    acts::decide(story, MAX, &promotion, ("production", "APPROVED"), "the reviews fit together")?;
    acts::decide(story, REMY, &promotion, ("authorisation", "APPROVED"), "the place is ready")?;
    let shut = acts::gate(story, REMY, version, "PRODUCTION", "NOT_ELIGIBLE")?;
    figure(story, "what is left of it", &json!(acts::open_steps(&shut)), &json!(["change"]))?;
    let change = acts::change_of(story, MONA, &promotion, "decide about credit by version 1")?;
    let missing = json!(["security_architect"]);
    figure(story, "who has to sign the change besides", &member(&change, "/now/missing"), &missing)?;
    acts::sign_change(story, SARA, &names::id("a change", &change)?, &promotion)?;
    acts::gate(story, REMY, version, "PRODUCTION", "ELIGIBLE")?;
    acts::complete(story, REMY, &promotion, "PRODUCTION")?;
    acts::make_change(story, REMY, &names::id("a change", &change)?)
}

/// The router gets to staging without a scan, by an exception that two roles sign.
fn exception(story: &mut Story, dataset: &str) -> Result<(), Problem> {
    let version = acts::version(story, MONA, ROUTER, "CLASSICAL")?;
    acts::attach(story, MONA, &version, &FOR_STAGING)?;
    acts::evaluate(story, MIRA, &version, dataset)?;
    let promotion = request(story, &version, "STAGING", "CHANGES_REQUIRED")?;
    let named = failed(story, &promotion)?;
    figure(story, "what speaks against the router", &json!(named), &json!(["scan-passed"]))?;
    let path = "/api/v1/exceptions";
    let asked = |title: &str, duration: &str| {
        let body = json!({"policy": "security-scan-required", "version": version, "duration": duration,
            "justification": "the scanner is being replaced", "riskAssessment": "a harmful file could be overlooked",
            "mitigation": "two people read the file", "remediationPlan": "scan it on Monday"});
        Ask::post(OTTO, title, path, body)
    };
    story.ask_refused(&asked("asks for an exception of eight days", "8d"), &[LONGER])?;
    let answer = story.ask(&asked("asks for an exception of seven days", "7d"))?;
    let roles = json!(["mrc", "security_architect"]);
    figure(story, "who signs the exception", &member(&answer, "/object/roles"), &roles)?;
    let id = names::id("an exception", &member(&answer, "/object"))?;
    let sign = |who: &'static str| {
        let body = json!({"verdict": "APPROVED", "comment": "until Monday"});
        Ask::post(who, "signs the exception", format!("{path}/{id}/signatures"), body)
    };
    story.ask_refused(&sign(ELSA), &["reviewer-lacks-role"])?;
    story.ask(&sign(MAX))?;
    let signed = story.ask(&sign(SARA))?;
    figure(story, "state of the exception", &member(&signed, "/object/state"), &json!("ACTIVE"))?;
    acts::submit(story, OTTO, &promotion, "IN_REVIEW")?;
    acts::complete(story, REMY, &promotion, "STAGING")?;
    story.keep("router", json!(version));
    Ok(())
}

/// What an exception is refused with that lasts longer than its policy allows.
const LONGER: &str = "duration-too-long";

/// The router goes to production by two signatures, and back by the review that follows.
fn emergency(story: &mut Story) -> Result<(), Problem> {
    let version = story.kept("router").as_str().unwrap_or_default().to_owned();
    acts::attach(story, MONA, &version, &FOR_PRODUCTION)?;
    let promotion = request(story, &version, "PRODUCTION", "IN_REVIEW")?;
    let seen =
        story.ask(&Ask::get(MIRA, "reads the promotion", format!("/api/v1/promotions/{promotion}")))?;
    let evidence = member(&seen, "/now/evidence");
    let body = json!({"justification": "tickets pile up, and nobody can route them", "evidence": evidence});
    story.ask(&Ask::post(MIRA, "declares an emergency", at(&promotion, "emergency"), body))?;
    let early = Ask::post(REMY, "tries to deploy by one signature", at(&promotion, "complete"), json!({}));
    story.ask_refused(&early, &["gate-shut"])?;
    let body = json!({"verdict": "APPROVED", "comment": "go", "evidence": evidence});
    story.ask(&Ask::post(ELSA, "signs the emergency", at(&promotion, "emergency/signatures"), body))?;
    acts::complete(story, REMY, &promotion, "PRODUCTION")?;
    acts::decide(story, MAX, &promotion, ("production", "REJECTED"), "it routes complaints to nobody")?;
    stands(story, &version, "stage of what a reviewer rejected afterwards", "STAGING")?;
    acts::gate(story, REMY, &version, "PRODUCTION", "NOT_ELIGIBLE").map(drop)
}
