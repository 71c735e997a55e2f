//! The pack `llmops`: four checks at every environment, reviewers by environment, and those whom the score of the deployment
//! adds.

use serde_json::{Value, json};

use super::super::acts::{self, at, figure};
use super::super::people::Member;
use super::super::story::{Ask, Story};
use super::{begin, evidence};
use crate::problem::Problem;

const OLGA: &str = "Olga";
const STAN: &str = "Stan";
const LENA: &str = "Lena";
const SVEN: &str = "Sven";
const BO: &str = "Bo";
const XENA: &str = "Xena";
const ROLF: &str = "Rolf";
const RITA: &str = "Rita";
const DANA: &str = "Dana";

const CAST: [Member; 9] = [
    (OLGA, "model owner", &["model_owner"]),
    (STAN, "data steward", &["data_steward"]),
    (LENA, "technical lead", &["tech_lead"]),
    (SVEN, "security reviewer", &["security_reviewer"]),
    (BO, "business owner", &["business_owner"]),
    (XENA, "executive", &["executive"]),
    (ROLF, "risk manager", &["risk_manager"]),
    (RITA, "release manager", &["release_manager"]),
    (DANA, "deployer", &["deployer"]),
];

const NAME: &str = "answer-drafts";
const THREE: [(&str, &str); 3] = [(LENA, "technical"), (SVEN, "security"), (BO, "business")];
const DOCUMENTS: [&str; 3] = ["MODEL_CARD", "DEPLOYMENT_GUIDE", "API_DOCUMENTATION"];

/// Tells it.
pub(super) fn tell(story: &mut Story) -> Result<(), Problem> {
    begin(story, &CAST, "llmops")?;
    story.chapter("Nothing goes anywhere without the four checks");
    let (model, data) = model(story, NAME, "CONFIDENTIAL")?;
    let first = bare(story, &data)?;
    story.chapter("To development: the score asks for more than a technical review");
    evidence::assess(story, OLGA, ROLF, &model)?;
    development(story, &first, &data)?;
    story.chapter("To staging, and to production, which is authorised last");
    arrives(story, &first, "STAGING", &THREE)?;
    production(story, &first)?;
    story.chapter("The next version: 70 billion parameters, four replicas, blue and green");
    worked_example(story, &data)?;
    story.chapter("Restricted data brings the executive");
    restricted(story)
}

fn model(story: &mut Story, name: &str, classification: &str) -> Result<(Value, String), Problem> {
    let purpose = json!({"name": name, "purpose": "Drafts answers for colleagues"});
    let model = acts::register(story, OLGA, purpose)?;
    let data = evidence::dataset(story, STAN, (&format!("{name}-answers"), classification, "sex"))?;
    Ok((model, data))
}

fn version(story: &mut Story, model: &str, data: &str) -> Result<String, Problem> {
    evidence::version(story, OLGA, model, ("LLM", data, json!({"parameterCount": "70000000000"})))
}

/// Everything that the checks ask for.
fn evidenced(story: &mut Story, version: &str, data: &str) -> Result<(), Problem> {
    acts::attach(story, OLGA, version, &DOCUMENTS)?;
    acts::scan(story, OLGA, version, "PASSED")?;
    let figures = json!({"latency.p95Ms": 1800, "test.coverage": 0.85, "rollback.minutes": 3});
    evidence::figures(story, OLGA, version, &figures)?;
    evidence::evaluate(story, OLGA, (version, data), 12)
}

fn bare(story: &mut Story, data: &str) -> Result<String, Problem> {
    let version = version(story, NAME, data)?;
    evidence::request(story, OLGA, (&version, json!({"stage": "DEVELOPMENT"})), "CHANGES_REQUIRED")?;
    let shut = acts::gate(story, DANA, &version, "DEVELOPMENT", "NOT_ELIGIBLE")?;
    let missing = json!([
        "risks-assessed",
        "model-card",
        "deployment-guide",
        "api-documentation",
        "scanned",
        "accuracy",
        "latency",
        "test-coverage",
    ]);
    figure(story, "what a bare version lacks", &json!(evidence::failed(&shut)), &missing)?;
    Ok(version)
}

fn development(story: &mut Story, version: &str, data: &str) -> Result<(), Problem> {
    acts::attach(story, OLGA, version, &DOCUMENTS)?;
    acts::scan(story, OLGA, version, "PASSED")?;
    evidence::evaluate(story, OLGA, (version, data), 12)?;
    let slow = json!({"latency.p95Ms": 2001, "test.coverage": 0.79, "rollback.minutes": 3});
    evidence::figures(story, OLGA, version, &slow)?;
    let shut = acts::gate(story, DANA, version, "DEVELOPMENT", "NOT_ELIGIBLE")?;
    let beyond = json!(["latency", "test-coverage"]);
    figure(story, "figures beyond their bounds", &json!(evidence::failed(&shut)), &beyond)?;
    let bounds = json!({"latency.p95Ms": 2000, "test.coverage": 0.85, "rollback.minutes": 3});
    evidence::figures(story, OLGA, version, &bounds)?;
    let promotion = open_promotion(story, version)?;
    acts::submit(story, OLGA, &promotion, "IN_REVIEW")?;
    let open = evidence::steps(story, LENA, &promotion, "OPEN")?;
    figure(story, "reviews to development", &json!(open), &json!(["technical", "security", "business"]))?;
    for (who, code) in [(OLGA, "reviewer-is-requester"), (SVEN, "reviewer-lacks-role")] {
        let own = acts::decision(who, &promotion, ("technical", "APPROVED"), "fine");
        story.ask_refused(&own, &[code])?;
    }
    evidence::approve(story, &promotion, &THREE)?;
    acts::complete(story, DANA, &promotion, "DEVELOPMENT")
}

/// The promotion that was asked for before the evidence was there.
fn open_promotion(story: &mut Story, version: &str) -> Result<String, Problem> {
    let gate = story.ask(&Ask::get(
        OLGA,
        "looks for the promotion that waits",
        format!("/api/v1/versions/{version}/gate?stage=DEVELOPMENT"),
    ))?;
    Ok(gate.get("promotion").and_then(Value::as_str).unwrap_or_default().to_owned())
}

fn arrives(story: &mut Story, version: &str, stage: &str, by: &[(&str, &str)]) -> Result<(), Problem> {
    let promotion = evidence::request(story, OLGA, (version, json!({"stage": stage})), "IN_REVIEW")?;
    evidence::approve(story, &promotion, by)?;
    acts::complete(story, DANA, &promotion, stage)
}

fn production(story: &mut Story, version: &str) -> Result<(), Problem> {
    let target = json!({"stage": "PRODUCTION"});
    let promotion = evidence::request(story, OLGA, (version, target), "IN_REVIEW")?;
    let early = acts::decision(RITA, &promotion, ("authorisation", "APPROVED"), "go");
    story.ask_refused(&early, &["step-not-reached"])?;
    evidence::approve(story, &promotion, &THREE)?;
    let early =
        Ask::post(DANA, "tries to deploy without authorisation", at(&promotion, "complete"), json!({}));
    story.ask_refused(&early, &["gate-shut"])?;
    let waived = evidence::steps(story, RITA, &promotion, "NOT_APPLICABLE")?;
    figure(story, "reviews that the score does not ask for", &json!(waived), &json!(["executive"]))?;
    evidence::approve(story, &promotion, &[(RITA, "authorisation")])?;
    acts::complete(story, DANA, &promotion, "PRODUCTION")
}

fn worked_example(story: &mut Story, data: &str) -> Result<(), Problem> {
    let second = version(story, NAME, data)?;
    evidenced(story, &second, data)?;
    let path = format!("/api/v1/versions/{second}/facts?stage=PRODUCTION&strategy=BLUE_GREEN&replicas=4");
    let facts = story.ask(&Ask::get(DANA, "has the deployment scored", path))?;
    let of = |name: &str| facts.pointer(&format!("/risk/deployment/{name}")).cloned().unwrap_or_default();
    figure(story, "score of the deployment", &of("score"), &json!(5.45))?;
    figure(story, "class of the deployment", &of("class"), &json!("HIGH"))?;
    let three = json!(["tech_lead", "security_reviewer", "business_owner"]);
    figure(story, "reviews that the score asks for", &of("reviews"), &three)
}

fn restricted(story: &mut Story) -> Result<(), Problem> {
    let (model, data) = model(story, "diagnosis-drafts", "RESTRICTED")?;
    evidence::assess(story, OLGA, ROLF, &model)?;
    let version = version(story, "diagnosis-drafts", &data)?;
    evidenced(story, &version, &data)?;
    arrives(story, &version, "DEVELOPMENT", &THREE)?;
    arrives(story, &version, "STAGING", &THREE)?;
    let target = json!({"stage": "PRODUCTION"});
    let promotion = evidence::request(story, OLGA, (&version, target), "IN_REVIEW")?;
    let open = evidence::steps(story, XENA, &promotion, "OPEN")?;
    let four = json!(["technical", "security", "business", "executive"]);
    figure(story, "reviews of what learned from restricted data", &json!(open), &four)?;
    evidence::approve(story, &promotion, &THREE)?;
    evidence::approve(story, &promotion, &[(XENA, "executive"), (RITA, "authorisation")])?;
    acts::complete(story, DANA, &promotion, "PRODUCTION")
}
