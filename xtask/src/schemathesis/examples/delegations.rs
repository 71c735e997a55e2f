//! Delegations, given by the caller and ended by them.

use anyhow::Result;
use serde_json::{Value, json};

use super::Requests;
use crate::http::Client;
use crate::schemathesis::objects::{Objects, made};

/// What is done with delegations.
pub(super) fn requests(url: &str, objects: &Objects) -> Result<Requests> {
    let caller = Client::new(url, Some(&objects.token));
    let (delegate, _) = objects.people.add("Delegate", &["tech_lead"])?;
    let given = || made(&caller, "/api/v1/delegations", &lent(&delegate));
    let on = |id: String| json!({"path": {"id": id}});
    Ok(vec![
        ("giveDelegation", json!({"body": lent(&delegate)})),
        ("getDelegation", on(given()?)),
        ("revokeDelegation", json!({"path": {"id": given()?}, "body": {"comment": "back"}})),
        ("listDelegations", json!({"query": {"delegate": delegate}})),
    ])
}

fn lent(delegate: &str) -> Value {
    json!({"delegate": delegate, "roles": ["security_reviewer"], "from": "2099-01-01T00:00:00Z",
           "until": "2099-01-08T00:00:00Z", "reason": "on leave"})
}
