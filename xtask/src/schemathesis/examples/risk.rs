//! Assessments and requests for other tiers, in every state that something can be done in.

use anyhow::Result;
use serde_json::{Value, json};

use super::Requests;
use crate::http::Client;
use crate::schemathesis::objects::{Objects, made};

/// What is done about risk: the caller goes on with what they began, and signs what another person asked for.
pub(super) fn requests(url: &str, objects: &Objects) -> Result<Requests> {
    let (_, maker) = objects.people.add("Assessor", &["model_owner"])?;
    let (maker, caller) = (Client::new(url, Some(&maker)), Client::new(url, Some(&objects.token)));
    let model = |name: &str| {
        let body = json!({"name": name, "purpose": "to be assessed", "tier": "MEDIUM"});
        made(&maker, "/api/v1/models", &body)
    };
    let assessed = model("Assessed")?;
    let begun = |by: &Client| made(by, "/api/v1/assessments", &json!({"model": assessed}));
    let submitted = || -> Result<String> {
        let id = begun(&maker)?;
        maker.post(&format!("/api/v1/assessments/{id}/submit"), None, &json!({}))?.ok()?;
        Ok(id)
    };
    let asked = |by: &Client, name: &str| -> Result<String> {
        made(by, "/api/v1/tier-changes", &other_tier(&model(name)?))
    };
    let on = |id: &str| json!({"path": {"id": id}});
    let with = |id: &str, body: Value| json!({"path": {"id": id}, "body": body});
    let read = submitted()?;
    let rating = json!({"risk": "MQ-001", "likelihood": 3, "impact": 4, "effectiveness": 0.6, "controls": ["a benchmark"]});
    #[expect(clippy::disallowed_methods, reason = "the clock of the server is the same")]
    let until = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24);
    let acceptance = json!({"risk": "MQ-001", "rationale": "it is known", "expiresAt": until.to_string()});
    let changed = asked(&maker, "Tier read")?;
    Ok(vec![
        ("startAssessment", json!({"body": {"model": assessed}})),
        ("getAssessment", on(&read)),
        ("assessmentReport", on(&read)),
        ("modelRisk", on(&assessed)),
        ("answerRisk", with(&begun(&caller)?, rating)),
        ("submitAssessment", on(&begun(&caller)?)),
        ("withdrawAssessment", with(&begun(&caller)?, json!({"comment": "begun twice"}))),
        ("signAssessment", with(&submitted()?, json!({"verdict": "APPROVED"}))),
        ("acceptRisk", with(&submitted()?, acceptance)),
        ("requestTierChange", json!({"body": other_tier(&model("Tier asked for")?)})),
        ("getTierChange", on(&changed)),
        ("signTierChange", with(&asked(&maker, "Tier signed")?, json!({"verdict": "APPROVED"}))),
        ("withdrawTierChange", with(&asked(&caller, "Tier left")?, json!({"comment": "not yet"}))),
    ])
}

fn other_tier(model: &str) -> Value {
    json!({"model": model, "to": "HIGH", "justification": "more people use it", "impact": "more reviews"})
}
