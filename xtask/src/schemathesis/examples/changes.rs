//! Changes of models in service, in every state that something can be done in.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::Requests;
use crate::http::Client;
use crate::schemathesis::objects::{Objects, made};

/// Who asks for changes, who signs them, and what they are about.
struct Scene {
    owner: Client,
    caller: Client,
    versions: [String; 2],
}

/// What is done with changes.
pub(super) fn requests(url: &str, objects: &Objects) -> Result<Requests> {
    let (_, owner) = objects.people.add("Changer", &["model_owner"])?;
    let (owner, caller) = (Client::new(url, Some(&owner)), Client::new(url, Some(&objects.token)));
    let model = json!({"name": "In service", "purpose": "to be changed", "tier": "LOW"});
    let model = made(&owner, "/api/v1/models", &model)?;
    let version = || made(&owner, &format!("/api/v1/models/{model}/versions"), &json!({"kind": "CLASSICAL"}));
    let versions = [version()?, version()?];
    Scene { owner, caller, versions }.requests()
}

impl Scene {
    fn wanted(&self, submit: bool) -> Value {
        json!({
            "type": "CONFIG_CHANGE", "title": "Other bounds", "description": "Sorts more strictly",
            "justification": "Too much came through", "environment": "STAGING", "currentVersion": self.versions[0],
            "targetVersion": self.versions[1], "rollbackPlan": "the bounds of before", "submit": submit,
            "impact": {"affectedSystems": [{"name": "letters", "tags": ["internal"]}], "affectedUsers": "SPECIFIC_GROUPS",
                "estimatedDowntime": "none", "rollbackTime": "1 minute"},
        })
    }

    /// A change that waits for the caller's signature.
    fn submitted(&self) -> Result<String> {
        made(&self.owner, "/api/v1/changes", &self.wanted(true))
    }

    fn then(&self, id: &str, steps: &[(&str, Value)]) -> Result<()> {
        for (step, body) in steps {
            let done = self.caller.post(&format!("/api/v1/changes/{id}/{step}"), None, body)?;
            done.ok().with_context(|| format!("{step} of an example"))?;
        }
        Ok(())
    }

    fn requests(&self) -> Result<Requests> {
        let yes = ("signatures", json!({"verdict": "APPROVED"}));
        let start = ("start", json!({}));
        let with = |steps: &[(&str, Value)]| -> Result<Value> {
            let id = self.submitted()?;
            self.then(&id, steps)?;
            Ok(json!({"id": id}))
        };
        let draft = made(&self.caller, "/api/v1/changes", &self.wanted(false))?;
        let approved = [yes.clone()];
        let started = [yes.clone(), start.clone()];
        let ended = [yes, start, ("complete", json!({"success": true}))];
        Ok(vec![
            ("requestChange", json!({"body": self.wanted(false)})),
            ("getChange", json!({"path": with(&[])?})),
            ("submitChange", json!({"path": {"id": draft}})),
            ("signChange", json!({"path": with(&[])?, "body": {"verdict": "APPROVED"}})),
            ("scheduleChange", json!({"path": with(&approved)?, "body": {"at": "2100-01-01T00:00:00Z"}})),
            ("startChange", json!({"path": with(&approved)?})),
            ("completeChange", json!({"path": with(&started)?, "body": {"success": false, "notes": "no"}})),
            ("rollBackChange", json!({"path": with(&ended)?, "body": {"reason": "too strict"}})),
            (
                "withdrawChange",
                json!({"path": {"id": made(&self.caller, "/api/v1/changes", &self.wanted(false))?}}),
            ),
            ("changeCalendar", json!({"query": {"month": "2100-01"}})),
            ("changeMetrics", json!({"query": {"month": "2100-01"}})),
        ])
    }
}
