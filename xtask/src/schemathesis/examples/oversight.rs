//! Who answers for models, and periodic reviews in every state that something can be done in.

use anyhow::Result;
use serde_json::{Value, json};

use super::Requests;
use crate::http::Client;
use crate::schemathesis::objects::{Objects, made};

/// What somebody asks who owns a model: the caller signs what another person submitted.
pub(super) fn requests(url: &str, objects: &Objects) -> Result<Requests> {
    let (_, maker) = objects.people.add("Keeper", &["model_owner"])?;
    let (maker, caller) = (Client::new(url, Some(&maker)), Client::new(url, Some(&objects.token)));
    let model = |by: &Client, name: &str| {
        let body = json!({"name": name, "purpose": "to be looked after", "tier": "MEDIUM"});
        made(by, "/api/v1/models", &body)
    };
    let opened = |by: &Client, name: &str, filled: bool| -> Result<String> {
        let id = made(by, "/api/v1/periodic-reviews", &json!({"model": model(by, name)?}))?;
        for section in ["PERFORMANCE", "DRIFT", "INCIDENTS", "COMPLIANCE"].into_iter().filter(|_| filled) {
            let path = format!("/api/v1/periodic-reviews/{id}/findings");
            by.post(&path, None, &finding(section, &objects.everybody))?.ok()?;
        }
        Ok(id)
    };
    let submitted = |by: &Client, name: &str| -> Result<String> {
        let id = opened(by, name, true)?;
        by.post(&format!("/api/v1/periodic-reviews/{id}/submit"), None, &json!({}))?.ok()?;
        Ok(id)
    };
    let on = |id: &str| json!({"path": {"id": id}});
    let with = |id: &str, body: Value| json!({"path": {"id": id}, "body": body});
    let answered = model(&caller, "Answered for")?;
    let post =
        json!({"role": "data_steward", "principal": objects.everybody, "reason": "they know the data"});
    let left = model(&caller, "Left")?;
    caller.post(&format!("/api/v1/models/{left}/accountability"), None, &post)?.ok()?;
    let reviewed = submitted(&maker, "Review read")?;
    Ok(vec![
        ("getAccountability", on(&answered)),
        ("assignAccountability", with(&answered, post)),
        ("endAccountability", with(&left, json!({"role": "data_steward", "reason": "they left"}))),
        ("accountabilityOf", json!({"query": {"principal": objects.everybody}})),
        ("openPeriodicReview", json!({"body": {"model": answered}})),
        ("getPeriodicReview", on(&reviewed)),
        (
            "recordReviewFinding",
            with(&opened(&caller, "Review begun", false)?, finding("DRIFT", &objects.everybody)),
        ),
        ("submitPeriodicReview", on(&opened(&caller, "Review filled", true)?)),
        ("signPeriodicReview", with(&submitted(&maker, "Review signed")?, json!({"verdict": "APPROVED"}))),
        (
            "withdrawPeriodicReview",
            with(&opened(&caller, "Review left", false)?, json!({"comment": "too early"})),
        ),
        ("completeReviewAction", with(&submitted(&maker, "Review acted on")?, json!({"action": "DRIFT-1"}))),
    ])
}

fn finding(section: &str, owner: &str) -> Value {
    if section != "DRIFT" {
        return json!({"section": section, "outcome": "OK", "finding": "as expected"});
    }
    let action = json!({"text": "train it again", "owner": owner, "dueAt": "2100-01-01T00:00:00Z"});
    json!({"section": section, "outcome": "ACTION_NEEDED", "finding": "it drifted", "actions": [action]})
}
