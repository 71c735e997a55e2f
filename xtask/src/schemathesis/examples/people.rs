//! People who come, go, and are changed.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::{Requests, Sessions};
use crate::http::Client;
use crate::schemathesis::objects::{Objects, made, stranger, text};

/// A session of a person.
#[derive(Debug)]
pub(in crate::schemathesis) struct Session {
    /// The cookie that a browser sends.
    cookie: String,
    /// What comes with each write.
    csrf: String,
}

impl Session {
    /// What is sent along with a request.
    pub(in crate::schemathesis) fn headers(&self) -> [(&str, &str); 2] {
        [("Cookie", &self.cookie), ("X-CSRF-Token", &self.csrf)]
    }
}

const PASSWORD: &str = "correct horse battery staple";
const ANOTHER: &str = "eleven purple trombones at dawn";

/// What is done about people who are there.
pub(super) fn requests(objects: &Objects) -> Result<Requests> {
    let admin = &objects.people.admin;
    let someone = |name: &str| stranger(admin, name);
    let on = |id: &str| json!({"path": {"id": id}});
    let [disabled, erased] = [someone("Disabled")?, someone("Erased")?];
    for id in [&disabled, &erased] {
        admin.post(&format!("/api/v1/principals/{id}/disable"), None, &json!({}))?.ok()?;
    }
    let (linked, link) = (someone("Linked")?, json!({"person": someone("Same as linked")?}));
    objects.people.decide(&format!("/api/v1/principals/{linked}/link"), &link)?;
    let left = someone("Left alone")?;
    let granted = format!("/api/v1/principals/{left}/grants");
    admin.post(&granted, None, &json!({"role": "auditor"}))?.ok()?;
    let grant = text(&admin.get(&format!("/api/v1/principals/{left}"))?.ok()?, "/grants/0/id")?;
    let token =
        admin.post(&format!("/api/v1/principals/{left}/tokens"), None, &json!({"life": "1d"}))?.ok()?;
    let linked_later =
        json!({"path": {"id": someone("To be linked")?}, "body": {"person": someone("Same person")?}});
    let mut requests = vec![
        ("getPrincipal", on(&left)),
        ("registerPrincipal", json!({"body": {"kind": "USER", "name": "Made by an example"}})),
        ("grantRole", json!({"path": {"id": left}, "body": {"role": "auditor"}})),
        ("revokeGrant", json!({"path": {"id": left, "grantId": grant}})),
        ("issueToken", json!({"path": {"id": left}, "body": {"life": "30d"}})),
        ("revokeToken", on(&text(&token, "/receipt/id")?)),
        ("disablePrincipal", on(&someone("To be disabled")?)),
        ("enablePrincipal", on(&disabled)),
        ("erasePrincipal", json!({"path": {"id": erased}, "body": {"reason": "asked for it"}})),
        ("linkPrincipal", linked_later),
        ("unlinkPrincipal", on(&linked)),
        ("invite", on(&someone("To be invited")?)),
        ("endSessions", on(&someone("Out")?)),
    ];
    requests.extend(proposals(objects, &left)?);
    Ok(requests)
}

/// What waits for a second person: the caller confirms and declines what the administrator proposed, and withdraws their own.
fn proposals(objects: &Objects, gains: &str) -> Result<Requests> {
    let admin = &objects.people.admin;
    let everybody = admin.with_token(&objects.token);
    let propose = |by: &Client, role: &str| {
        let path = format!("/api/v1/principals/{gains}/grants");
        let asked = by.post(&path, None, &json!({"role": role}))?;
        anyhow::ensure!(asked.status == 202, "a grant of `{role}` did not wait for a second person");
        text(&asked.ok()?, "/receipt/id")
    };
    let confirmed = propose(admin, "tech_lead")?;
    let digest = admin.get(&format!("/api/v1/proposals/{confirmed}"))?.ok()?;
    let declined = propose(admin, "risk_manager")?;
    let withdrawn = propose(&everybody, "security_reviewer")?;
    Ok(vec![
        ("getProposal", json!({"path": {"id": declined}})),
        (
            "confirmProposal",
            json!({"path": {"id": confirmed}, "body": {"digest": text(&digest, "/digest")?}}),
        ),
        ("declineProposal", json!({"path": {"id": declined}, "body": {"reason": "not needed"}})),
        ("withdrawProposal", json!({"path": {"id": withdrawn}, "body": {"comment": "a mistake"}})),
    ])
}

/// What is done with passwords, and sessions for what takes one.
pub(super) fn doors(url: &str, objects: &Objects) -> Result<(Requests, Sessions)> {
    let admin = &objects.people.admin;
    let door = Client::new(url, None);
    let person = |name: &str| -> Result<(String, String)> {
        let email = format!("{name}@example.org");
        let new = json!({"kind": "USER", "name": name, "email": email});
        let id = made(admin, "/api/v1/principals", &new)?;
        let invited = admin.post(&format!("/api/v1/principals/{id}/invitation"), None, &json!({}))?.ok()?;
        Ok((email, text(&invited, "/object/secret")?))
    };
    let accept = |secret: &str| {
        enter(&door, "/api/v1/auth/invitations/accept", &json!({"secret": secret, "password": PASSWORD}))
    };
    let (_, invitation) = person("invited")?;
    let (email, secret) = person("present")?;
    accept(&secret)?;
    let by_password = json!({"email": email, "password": PASSWORD});
    let (ended, _) = enter(&door, "/api/v1/auth/log-in", &by_password)?;
    let (_, left) = enter(&door, "/api/v1/auth/log-in", &by_password)?;
    let (_, secret) = person("changed")?;
    let (_, changed) = accept(&secret)?;
    let requests = vec![
        ("acceptInvitation", json!({"body": {"secret": invitation, "password": PASSWORD}})),
        ("logIn", json!({"body": by_password})),
        ("endSession", json!({"path": {"id": ended}})),
        ("changePassword", json!({"body": {"current": PASSWORD, "password": ANOTHER}})),
    ];
    Ok((requests, [left, changed]))
}

/// Begins a session: its id and what it is presented with.
fn enter(door: &Client, path: &str, body: &Value) -> Result<(String, Session)> {
    let answer = door.post(path, None, body)?;
    let begun = answer.ok().with_context(|| format!("POST {path}"))?;
    let cookie = answer.cookie.context("a session without its cookie")?;
    Ok((text(&begun, "/session")?, Session { cookie, csrf: text(&begun, "/csrfToken")? }))
}
