//! The pack `ml-governance`: two people in two roles, three where the risk is high, and nobody where a version is clearly better.

use serde_json::{Value, json};

use super::super::acts::{self, at, figure};
use super::super::people::Member;
use super::super::story::{Ask, Story};
use super::{begin, evidence};
use crate::names;
use crate::problem::Problem;
use crate::table::text;

const ALICE: &str = "Alice";
const BOB: &str = "Bob";
const CHARLIE: &str = "Charlie";
const CARLA: &str = "Carla";
const DIANA: &str = "Diana";
const SVEN: &str = "Sven";
const CORA: &str = "Cora";
const STAN: &str = "Stan";
const RENE: &str = "Rene";

const CAST: [Member; 9] = [
    (ALICE, "machine learning engineer", &["ml_engineer"]),
    (BOB, "data scientist", &["data_scientist"]),
    (CHARLIE, "another engineer", &["ml_engineer"]),
    (CARLA, "a third engineer", &["ml_engineer"]),
    (DIANA, "product owner", &["product_owner"]),
    (SVEN, "security officer", &["security_officer"]),
    (CORA, "compliance officer", &["compliance_officer"]),
    (STAN, "data steward", &["data_steward"]),
    (RENE, "release engineer", &["release_engineer"]),
];

const FRAUD: &str = "fraud-detection";
const CREDIT: &str = "credit-scoring";
const DOCUMENTS: [&str; 3] = ["MODEL_CARD", "ALGORITHM_EXPLANATION", "LIMITATIONS"];
const STEP: &str = "approval";

/// Tells it.
pub(super) fn tell(story: &mut Story) -> Result<(), Problem> {
    begin(story, &CAST, "ml-governance")?;
    story.chapter("Two people, in two roles");
    let data = two_roles(story)?;
    story.chapter("Better by a twentieth: nobody has to be asked");
    better(story, &data)?;
    story.chapter("High risk: three roles, a canary, and papers");
    high_risk(story)
}

/// A version in staging that is wrong about so many of eighty rows.
fn staged(story: &mut Story, model: &str, data: &str, wrong: usize) -> Result<String, Problem> {
    let parameters = json!({"errors": wrong.to_string()});
    let version = evidence::version(story, ALICE, model, ("CLASSICAL", data, parameters))?;
    acts::attach(story, ALICE, &version, &DOCUMENTS)?;
    to_staging(story, &version, data, wrong)?;
    Ok(version)
}

/// Brings a version with its documents to staging, which is wrong about so many of eighty rows.
fn to_staging(story: &mut Story, version: &str, data: &str, wrong: usize) -> Result<(), Problem> {
    acts::scan(story, ALICE, version, "PASSED")?;
    evidence::evaluate(story, ALICE, (version, data), wrong)?;
    let target = json!({"stage": "STAGING"});
    let promotion = evidence::request(story, ALICE, (version, target), "IN_REVIEW")?;
    acts::complete(story, RENE, &promotion, "STAGING")
}

/// Registers a model with its first version and its documents in one call; gives its governance record.
fn onboard(story: &mut Story, model: &Value, data: &str, wrong: usize) -> Result<Value, Problem> {
    let name = text(model, "/name");
    let sha256 = story.upload(ALICE, "model.json", format!("the first weights of {name}").as_bytes())?;
    let mut documents = Vec::new();
    for kind in DOCUMENTS {
        let file = format!("{}.md", kind.to_lowercase());
        let sha256 = story.upload(ALICE, &file, format!("what there is to say: {kind}").as_bytes())?;
        documents.push(json!({"kind": kind, "name": file, "sha256": sha256}));
    }
    let version = json!({"kind": "CLASSICAL", "datasets": [data], "params": {"errors": wrong.to_string()},
        "reportedMetrics": {"f1": 0.97},
        "artifacts": [{"name": "model.json", "sha256": sha256, "format": "json"}]});
    let body = json!({"model": model, "version": version, "documents": documents});
    let title = format!("onboards `{name}`: model, first version and documents at once");
    let answer = story.ask(&Ask::post(ALICE, title, "/api/v1/onboarding", body))?;
    Ok(answer.get("object").cloned().unwrap_or_default())
}

/// The first check: what the next stage asks for and the version does not have yet. A figure that is only reported counts for none
/// of it.
fn first_check(story: &mut Story, record: &Value) -> Result<(), Problem> {
    let at = |pointer: &str| record.pointer(pointer).cloned().unwrap_or_default();
    let first = (&at("/firstCheck/stage"), &at("/firstCheck/compliance/status"));
    figure(story, "the first check", &json!([first.0, first.1]), &json!(["STAGING", "NON_COMPLIANT"]))?;
    let findings = at("/firstCheck/findings");
    let failed = |finding: &&Value| text(finding, "/status") == "FAILED";
    let failed = findings.as_array().into_iter().flatten().filter(failed);
    let rule = |finding: &Value| format!("{}/{}", text(finding, "/policy"), text(finding, "/rule"));
    let failed: Vec<String> = failed.map(rule).collect();
    let expected = [
        "fairness/within-bounds",
        "fairness/protected-attributes-compared",
        "performance/within-bounds",
        "security/scanned",
    ];
    figure(story, "what it finds", &json!(failed), &json!(expected))
}

fn to_production(story: &mut Story, version: &str) -> Result<String, Problem> {
    evidence::request(story, ALICE, (version, json!({"stage": "PRODUCTION"})), "IN_REVIEW")
}

fn tier(story: &mut Story, model: &Value, expected: &str) -> Result<(), Problem> {
    let name = model.get("name").and_then(Value::as_str).unwrap_or_default();
    let found = model.get("tier").cloned().unwrap_or_default();
    figure(story, &format!("tier of {name}"), &found, &json!(expected))
}

fn two_roles(story: &mut Story) -> Result<String, Problem> {
    let data = evidence::dataset(story, STAN, ("payments", "CONFIDENTIAL", "gender"))?;
    let model = json!({"name": FRAUD, "purpose": "Detects fraud in financial transactions as they happen"});
    let record = onboard(story, &model, &data, 12)?;
    let part = |name: &str| record.get(name).cloned().unwrap_or_default();
    tier(story, &part("model"), "standard_risk")?;
    first_check(story, &record)?;
    let version = names::id("a version", &part("version"))?;
    to_staging(story, &version, &data, 12)?;
    let promotion = to_production(story, &version)?;
    for (who, comment, code) in
        [(ALICE, "I built it", "reviewer-is-requester"), (SVEN, "looks safe", "reviewer-lacks-role")]
    {
        story.ask_refused(&acts::decision(who, &promotion, (STEP, "APPROVED"), comment), &[code])?;
    }
    evidence::approve(story, &promotion, &[(CHARLIE, STEP), (CARLA, STEP)])?;
    let shut = acts::gate(story, RENE, &version, "PRODUCTION", "NOT_ELIGIBLE")?;
    let open = json!(acts::open_steps(&shut));
    figure(story, "open after two engineers agreed", &open, &json!([STEP]))?;
    evidence::approve(story, &promotion, &[(DIANA, STEP)])?;
    acts::complete(story, RENE, &promotion, "PRODUCTION")?;
    Ok(data)
}

fn better(story: &mut Story, data: &str) -> Result<(), Problem> {
    let better = staged(story, FRAUD, data, 4)?;
    let promotion = to_production(story, &better)?;
    let open = evidence::steps(story, RENE, &promotion, "OPEN")?;
    figure(story, "reviews of a version that is better by a tenth", &json!(open), &json!([]))?;
    acts::complete(story, RENE, &promotion, "PRODUCTION")?;
    let worse = staged(story, FRAUD, data, 8)?;
    let promotion = to_production(story, &worse)?;
    let open = evidence::steps(story, RENE, &promotion, "OPEN")?;
    figure(story, "reviews of one that is not better", &json!(open), &json!([STEP]))
}

fn high_risk(story: &mut Story) -> Result<(), Problem> {
    let body = json!({"name": CREDIT, "purpose": "Credit scoring of applicants"});
    let model = acts::register(story, ALICE, body)?;
    tier(story, &model, "high_risk")?;
    let data = evidence::dataset(story, STAN, ("applicants", "RESTRICTED", "age"))?;
    let version = staged(story, CREDIT, &data, 8)?;
    let shut = acts::gate(story, RENE, &version, "PRODUCTION", "NOT_ELIGIBLE")?;
    let missing = json!(["canary", "rollback-plan", "risks-managed", "impact-assessed"]);
    figure(story, "what high risk asks for besides", &json!(evidence::failed(&shut)), &missing)?;
    acts::attach(story, ALICE, &version, &["ROLLBACK_PLAN", "IMPACT_ASSESSMENT"])?;
    evidence::assess(story, ALICE, CORA, &model)?;
    let target = json!({"stage": "PRODUCTION", "strategy": "CANARY"});
    let promotion = evidence::request(story, ALICE, (&version, target), "IN_REVIEW")?;
    evidence::approve(story, &promotion, &[(BOB, STEP), (DIANA, STEP)])?;
    let two = Ask::post(RENE, "tries to deploy with two approvals", at(&promotion, "complete"), json!({}));
    story.ask_refused(&two, &["gate-shut"])?;
    evidence::approve(story, &promotion, &[(SVEN, STEP)])?;
    acts::complete(story, RENE, &promotion, "PRODUCTION")
}
