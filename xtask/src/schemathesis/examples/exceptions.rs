//! Exceptions in every state that something can be done in.

use anyhow::Result;
use serde_json::{Value, json};

use super::Requests;
use crate::http::Client;
use crate::schemathesis::objects::{Objects, made};

/// A model of the lowest tier, whose exceptions one role signs.
struct Scene {
    maker: Client,
    approver: Client,
    /// The caller of the requests.
    caller: Client,
    model: String,
}

/// What is done with exceptions.
pub(super) fn requests(url: &str, objects: &Objects) -> Result<Requests> {
    let person = |name: &str, role: &str| -> Result<Client> {
        let (_, token) = objects.people.add(name, &[role])?;
        Ok(Client::new(url, Some(&token)))
    };
    let (maker, approver) = (person("Waived", "model_owner")?, person("Waives", "compliance_officer")?);
    let caller = Client::new(url, Some(&objects.token));
    let model = json!({"name": "Excused", "purpose": "a prototype to be excused", "tier": "LOW"});
    let model = made(&maker, "/api/v1/models", &model)?;
    Scene { maker, approver, caller, model }.requests()
}

impl Scene {
    /// What is asked for, of a version of its own.
    fn asked(&self, submit: bool) -> Result<Value> {
        let version = made(
            &self.maker,
            &format!("/api/v1/models/{}/versions", self.model),
            &json!({"kind": "CLASSICAL"}),
        )?;
        Ok(json!({
            "version": version, "policy": "data-privacy", "justification": "next week", "riskAssessment": "little",
            "mitigation": "read by two", "remediationPlan": "write the sheet", "duration": "2d",
            "monitoring": [{"what": "error rate", "every": "1h"}], "submit": submit,
        }))
    }

    fn exception(&self, by: &Client, submit: bool) -> Result<String> {
        made(by, "/api/v1/exceptions", &self.asked(submit)?)
    }

    fn active(&self, by: &Client) -> Result<String> {
        let id = self.exception(by, true)?;
        let path = format!("/api/v1/exceptions/{id}/signatures");
        self.approver.post(&path, None, &json!({"verdict": "APPROVED"}))?.ok()?;
        Ok(id)
    }

    fn requests(&self) -> Result<Requests> {
        let on = |id: String, body: Value| json!({"path": {"id": id}, "body": body});
        let signed =
            on(self.exception(&self.maker, true)?, json!({"verdict": "APPROVED", "comment": "for now"}));
        let revoked = on(self.active(&self.maker)?, json!({"reason": "it was abused"}));
        let mended = on(self.active(&self.caller)?, json!({"how": "the sheet is attached"}));
        let withdrawn = on(self.exception(&self.caller, true)?, json!({"comment": "not now"}));
        Ok(vec![
            ("requestException", json!({"body": self.asked(true)?})),
            ("submitException", json!({"path": {"id": self.exception(&self.caller, false)?}})),
            ("signException", signed),
            ("withdrawException", withdrawn),
            ("revokeException", revoked),
            ("remediateException", mended),
            ("getException", json!({"path": {"id": self.active(&self.maker)?}})),
            ("listExceptions", json!({"query": {"state": "ACTIVE", "policy": "data-privacy"}})),
        ])
    }
}
