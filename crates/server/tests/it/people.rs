//! People at the door: invitations, passwords, sessions.

use axum::body::Body;
use axum::http::header::{COOKIE, SET_COOKIE};
use serde_json::{Value, json};

use crate::world::{Answer, World, bare, text};

const PASSWORD: &str = "quiet otter mends kettles";
const ANOTHER: &str = "seven lamps above the harbour";

/// A browser: it keeps the cookie, and sends the token of its pages.
#[derive(Debug, Clone, Default)]
struct Browser {
    cookie: String,
    csrf: String,
}

impl Browser {
    /// What came with the start of a session.
    fn of(answer: &Answer) -> Self {
        Self { cookie: cookie(answer), csrf: text(&answer.json()["csrfToken"]) }
    }

    async fn get(&self, world: &World, path: &str) -> Answer {
        world.send(bare("GET", "", path).header(COOKIE, &self.cookie).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, world: &World, path: &str, body: Value) -> Answer {
        let request = bare("POST", "", path).header(COOKIE, &self.cookie).header("x-csrf-token", &self.csrf);
        world.send(request.body(Body::from(body.to_string())).unwrap()).await
    }
}

fn cookie(answer: &Answer) -> String {
    let line = answer.headers[SET_COOKIE].to_str().unwrap();
    for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(line.split("; ").any(|part| part == attribute), "{attribute}: {line}");
    }
    assert!(line.starts_with("__Host-") && !line.contains("Domain"), "{line}");
    line.split(';').next().unwrap().to_owned()
}

async fn log_in(world: &World, email: &str, password: &str) -> Answer {
    world.post("", "/api/v1/auth/log-in", json!({"email": email, "password": password})).await
}

pub(crate) async fn invite(world: &World, id: &str) -> String {
    let path = format!("/api/v1/principals/{id}/invitation");
    let answer = world.post(&world.admin, &path, json!({})).await;
    let invited = answer.json()["object"].clone();
    assert_eq!(answer.status, if invited["proposal"].is_null() { 201 } else { 202 }, "{}", answer.text());
    if let Some(proposal) = invited["proposal"].as_str() {
        world.confirm_as_second(proposal).await;
    }
    text(&invited["secret"])
}

async fn accept(world: &World, secret: &str, password: &str) -> Answer {
    world.post("", "/api/v1/auth/invitations/accept", json!({"secret": secret, "password": password})).await
}

/// A person with a password: id and browser.
async fn person(world: &World, name: &str, roles: &[&str]) -> (String, Browser) {
    let (id, _) = world.person(name, roles).await;
    let accepted = accept(world, &invite(world, &id).await, PASSWORD).await;
    assert_eq!(accepted.status, 200, "{}", accepted.text());
    (id, Browser::of(&accepted))
}

async fn events(world: &World, kind: &str) -> Vec<Value> {
    let (_, auditor) = world.person(&format!("Aud{}", world.assent.wiring.id().simple()), &["auditor"]).await;
    let path = format!("/api/v1/log/entries?type={kind}");
    world.get(&auditor, &path).await.expect(200)["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_invited_person_sets_a_password_logs_in_and_out() {
    let world = World::new().await;
    let (id, _) = world.person("Grace", &["auditor"]).await;
    let secret = invite(&world, &id).await;
    log_in(&world, "grace@example.org", PASSWORD).await.problem(401, "log-in-refused");

    let accepted = accept(&world, &secret, PASSWORD).await;
    let browser = Browser::of(&accepted);
    assert_eq!(accepted.json()["principal"], id.as_str());
    accept(&world, &secret, ANOTHER).await.problem(403, "invitation-void");

    let me = browser.get(&world, "/api/v1/me").await.expect(200);
    assert_eq!((&me["principal"]["name"], &me["token"]), (&json!("Grace"), &Value::Null));
    assert_eq!(me["session"]["csrfToken"], browser.csrf.as_str());

    let second = log_in(&world, " GRACE@example.org ", PASSWORD).await;
    let second = Browser::of(&second);
    assert_ne!(second.cookie, browser.cookie);
    let sessions = second.get(&world, "/api/v1/me/sessions").await.expect(200);
    assert_eq!(sessions["items"].as_array().unwrap().len(), 2);

    let out = browser.post(&world, "/api/v1/auth/log-out", json!({})).await;
    assert!(out.headers[SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(out.expect(200)["object"]["active"], false);
    browser.get(&world, "/api/v1/me").await.problem(401, "unauthenticated");
    second.get(&world, "/api/v1/me").await.expect(200);

    let started = events(&world, "sessionStarted").await;
    assert_eq!(started.len(), 2);
    assert!(started.iter().all(|entry| entry["entry"]["actor"]["id"] == id.as_str()), "{started:?}");
    assert_eq!(events(&world, "sessionEnded").await.len(), 1);
}

#[tokio::test]
async fn the_first_administrator_gives_an_address_with_the_first_password() {
    let world = World::new().await;
    let me = world.get(&world.admin, "/api/v1/me").await.expect(200);
    let secret = invite(&world, &text(&me["principal"]["id"])).await;
    accept(&world, &secret, PASSWORD).await.problem(400, "invalid-value");
    let body = json!({"secret": secret, "password": PASSWORD, "email": "ada@example.org"});
    let (_, taken) = world.person("Ada", &[]).await;
    assert!(!taken.is_empty());
    world.post("", "/api/v1/auth/invitations/accept", body.clone()).await.problem(409, "email-taken");
    let mut body = body;
    body["email"] = json!("root@example.org");
    world.post("", "/api/v1/auth/invitations/accept", body).await.expect(200);
    log_in(&world, "root@example.org", PASSWORD).await.expect(200);
    let shown = world.get(&world.admin, "/api/v1/principals?email=root@example.org").await.expect(200);
    assert_eq!(shown["items"][0]["email"], "root@example.org");
    // Who has an address does not get another one by the way.
    let (id, _) = world.person("Grace", &[]).await;
    let body = json!({"secret": invite(&world, &id).await, "password": PASSWORD, "email": "new@example.org"});
    world.post("", "/api/v1/auth/invitations/accept", body).await.problem(400, "invalid-value");
    log_in(&world, "new@example.org", PASSWORD).await.problem(401, "log-in-refused");
    let free = json!({"kind": "USER", "name": "New", "email": "new@example.org"});
    world.post(&world.admin, "/api/v1/principals", free).await.expect(201);
}

#[tokio::test]
async fn weak_passwords_and_void_invitations_are_refused() {
    let world = World::new().await;
    let (id, token) = world.person("Grace", &[]).await;
    let secret = invite(&world, &id).await;
    for weak in ["short", "password12345", "gracegracegrace"] {
        let problem = accept(&world, &secret, weak).await.problem(422, "password-weak");
        assert_eq!(problem["pointer"], "/password");
        assert!(!problem.to_string().contains(weak), "{problem}");
    }
    let newer = invite(&world, &id).await;
    accept(&world, &secret, PASSWORD).await.problem(403, "invitation-void");
    let cut: String = newer.chars().take(newer.len() - 1).collect();
    for void in ["", "x", "assent-invitation_", &cut, &format!("{newer}x")] {
        let problem = accept(&world, void, PASSWORD).await.problem(403, "invitation-void");
        assert_eq!(problem["pointer"], "/secret");
    }
    let path = format!("/api/v1/principals/{id}/invitation");
    world.post(&token, &path, json!({})).await.problem(403, "permission-missing");
    world.post("", &path, json!({})).await.problem(401, "unauthenticated");
    let (_, other) = world.person("Otto", &["model_owner"]).await;
    world.post(&other, &path, json!({})).await.problem(403, "permission-missing");
    let body = json!({"kind": "SERVICE", "name": "robot", "responsible": id});
    let robot = world.post(&world.admin, "/api/v1/principals", body).await.expect(201);
    let path = format!("/api/v1/principals/{}/invitation", text(&robot["object"]["id"]));
    world.post(&world.admin, &path, json!({})).await.problem(422, "not-a-person");
    world.post(&world.admin, &format!("/api/v1/principals/{id}/disable"), json!({})).await.expect(200);
    let path = format!("/api/v1/principals/{id}/invitation");
    world.post(&world.admin, &path, json!({})).await.problem(403, "principal-disabled");
    accept(&world, &newer, PASSWORD).await.problem(403, "invitation-void");
}

#[tokio::test]
async fn an_invitation_holds_for_three_days() {
    let world = World::new().await;
    let (id, _) = world.person("Grace", &[]).await;
    let (early, late) = (invite(&world, &id).await, world.person("Otto", &[]).await.0);
    let late = invite(&world, &late).await;
    world.clock.advance(72 * 3_600 - 60);
    accept(&world, &early, PASSWORD).await.expect(200);
    world.clock.advance(60);
    accept(&world, &late, PASSWORD).await.problem(403, "invitation-void");
}

#[tokio::test]
async fn a_write_needs_the_token_of_the_page() {
    let world = World::new().await;
    let (_, browser) = person(&world, "Olga", &["model_owner"]).await;
    let body = json!({"name": "sorter", "purpose": "prototype", "tier": "LOW"});
    let (_, other) = person(&world, "Otto", &["model_owner"]).await;
    let cut: String = browser.csrf.chars().skip(1).collect();
    for csrf in ["", "x", &other.csrf, &cut] {
        let forged = Browser { csrf: csrf.to_owned(), ..browser.clone() };
        forged.post(&world, "/api/v1/models", body.clone()).await.problem(403, "csrf");
    }
    for site in ["cross-site", "same-site", "whatever"] {
        let request = bare("POST", "", "/api/v1/models")
            .header(COOKIE, &browser.cookie)
            .header("x-csrf-token", &browser.csrf)
            .header("sec-fetch-site", site);
        world.send(request.body(Body::from(body.to_string())).unwrap()).await.problem(403, "csrf");
        let body = json!({"email": "olga@example.org", "password": PASSWORD}).to_string();
        let request = bare("POST", "", "/api/v1/auth/log-in").header("sec-fetch-site", site);
        world.send(request.body(Body::from(body)).unwrap()).await.problem(403, "csrf");
    }
    browser.post(&world, "/api/v1/models", body).await.expect(201);
    // A form of another site can only announce what a form can announce.
    let form = axum::http::Request::builder().method("POST").uri("/api/v1/auth/log-in");
    let body = json!({"email": "olga@example.org", "password": PASSWORD}).to_string();
    let bare_form = world.send(form.body(Body::from(body.clone())).unwrap()).await;
    bare_form.problem(415, "unsupported-media-type");
    let form = axum::http::Request::builder().method("POST").uri("/api/v1/auth/log-in");
    let form = form.header("content-type", "text/plain");
    world.send(form.body(Body::from(body)).unwrap()).await.problem(415, "unsupported-media-type");
    assert!(!events(&world, "accessDenied").await.is_empty());
}

#[tokio::test]
async fn a_session_ends_when_nobody_uses_it_and_when_it_is_old() {
    let world = World::new().await;
    let (_, mut browser) = person(&world, "Grace", &[]).await;
    let mut renewed = 0;
    // Twelve hours, looked at every twenty minutes: never idle for thirty.
    for _ in 0..35 {
        world.clock.advance(20 * 60);
        let answer = browser.get(&world, "/api/v1/me").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        if answer.headers.contains_key(SET_COOKIE) {
            browser.cookie = cookie(&answer);
            renewed += 1;
        }
    }
    assert_eq!(renewed, 35);
    world.clock.advance(21 * 60);
    browser.get(&world, "/api/v1/me").await.problem(401, "unauthenticated");

    let browser = Browser::of(&log_in(&world, "grace@example.org", PASSWORD).await);
    world.clock.advance(60);
    assert!(!browser.get(&world, "/api/v1/me").await.headers.contains_key(SET_COOKIE), "it is young");
    world.clock.advance(31 * 60);
    browser.get(&world, "/api/v1/me").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn nothing_of_a_cookie_can_be_changed() {
    let world = World::new().await;
    let (_, browser) = person(&world, "Grace", &[]).await;
    let (_, other) = person(&world, "Otto", &[]).await;
    let value = browser.cookie.split_once('=').unwrap().1.to_owned();
    let parts: Vec<&str> = value.split('.').collect();
    let others: Vec<&str> = other.cookie.split_once('=').unwrap().1.split('.').collect();
    let mut forged: Vec<String> = (0..4)
        .map(|i| {
            let mut parts = parts.clone();
            parts[i] = others[i];
            if i == 2 {
                parts[i] = "99999999999";
            }
            parts.join(".")
        })
        .collect();
    forged.extend([
        String::new(),
        "....".to_owned(),
        format!("{value}."),
        format!("{value}.x"),
        value.to_uppercase(),
    ]);
    for value in forged {
        let browser = Browser { cookie: format!("__Host-assent-session={value}"), csrf: String::new() };
        browser.get(&world, "/api/v1/me").await.problem(401, "unauthenticated");
    }
    browser.get(&world, "/api/v1/me").await.expect(200);
}

#[tokio::test]
async fn disabling_a_person_ends_their_sessions_and_tokens_for_good() {
    let world = World::new().await;
    let (id, token) = world.person("Grace", &[]).await;
    let browser = Browser::of(&accept(&world, &invite(&world, &id).await, PASSWORD).await);
    world.get(&token, "/api/v1/me").await.expect(200);
    world.post(&world.admin, &format!("/api/v1/principals/{id}/disable"), json!({})).await.expect(200);
    for enabled in [false, true] {
        if enabled {
            let path = format!("/api/v1/principals/{id}/enable");
            world.post(&world.admin, &path, json!({})).await.expect(200);
        }
        browser.get(&world, "/api/v1/me").await.problem(401, "unauthenticated");
        world.get(&token, "/api/v1/me").await.problem(401, "unauthenticated");
        let logged = log_in(&world, "grace@example.org", PASSWORD).await;
        assert_eq!(logged.status, if enabled { 200 } else { 401 });
    }
    let browser = Browser::of(&log_in(&world, "grace@example.org", PASSWORD).await);
    let again = self::token(&world, &browser, &id, json!({})).await.expect(201);
    world.get(&text(&again["object"]["secret"]), "/api/v1/me").await.expect(200);
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions() {
    let world = World::new().await;
    let (id, first) = person(&world, "Grace", &[]).await;
    let second = Browser::of(&log_in(&world, "grace@example.org", PASSWORD).await);
    let path = "/api/v1/me/password";
    let wrong = json!({"current": ANOTHER, "password": ANOTHER});
    second.post(&world, path, wrong).await.problem(401, "log-in-refused");
    let weak = json!({"current": PASSWORD, "password": "grace"});
    second.post(&world, path, weak).await.problem(422, "password-weak");
    let changed = second.post(&world, path, json!({"current": PASSWORD, "password": ANOTHER})).await;
    let third = Browser::of(&changed);
    for ended in [&first, &second] {
        ended.get(&world, "/api/v1/me").await.problem(401, "unauthenticated");
    }
    third.get(&world, "/api/v1/me").await.expect(200);
    log_in(&world, "grace@example.org", PASSWORD).await.problem(401, "log-in-refused");
    log_in(&world, "grace@example.org", ANOTHER).await.expect(200);

    let sessions = third.get(&world, "/api/v1/me/sessions").await.expect(200);
    let other = sessions["items"].as_array().unwrap().iter().find(|held| held["active"] == true).unwrap();
    let (_, stranger) = person(&world, "Otto", &[]).await;
    let path = format!("/api/v1/sessions/{}", text(&other["id"]));
    let request =
        bare("DELETE", "", &path).header(COOKIE, &stranger.cookie).header("x-csrf-token", &stranger.csrf);
    world.send(request.body(Body::empty()).unwrap()).await.problem(404, "not-found");
    world.delete(&world.admin, &path).await.expect(200);
    world.delete(&world.admin, &path).await.expect(200);

    let all = format!("/api/v1/principals/{id}/end-sessions");
    stranger.post(&world, &all, json!({})).await.problem(404, "not-found");
    third.post(&world, &all, json!({})).await.expect(200);
    third.get(&world, "/api/v1/me").await.problem(401, "unauthenticated");
}

/// Whatever address, whatever password: the same answers, and the same growth of the log.
#[tokio::test]
async fn nobody_learns_which_addresses_there_are() {
    let world = World::new().await;
    person(&world, "Grace", &[]).await;
    person(&world, "Dora", &[]).await;
    let (id, _) = person(&world, "Eve", &[]).await;
    world.post(&world.admin, &format!("/api/v1/principals/{id}/disable"), json!({})).await.expect(200);
    world.person("Frida", &[]).await;
    let size = || world.assent.store().read().unwrap().head().unwrap().size;
    let mut seen = Vec::new();
    for email in
        ["grace@example.org", "nobody@example.org", "eve@example.org", "frida@example.org", "no address"]
    {
        // A minute of its own for each, so that the first denial of the minute is recorded for each.
        world.clock.advance(61);
        let mut growth = Vec::new();
        for _ in 0..7 {
            let before = size();
            let mut problem = log_in(&world, email, "not the password").await.problem(401, "log-in-refused");
            problem.as_object_mut().unwrap().remove("requestId");
            growth.push((problem.to_string(), size() - before));
        }
        // The right one does not help while the door is shut, and does not tell that it was right.
        let before = size();
        let mut problem = log_in(&world, email, PASSWORD).await.problem(401, "log-in-refused");
        problem.as_object_mut().unwrap().remove("requestId");
        growth.push((problem.to_string(), size() - before));
        seen.push((email, growth));
    }
    for (email, growth) in &seen {
        assert_eq!(growth, &seen[0].1, "{email}");
    }
    let refused = events(&world, "logInsRefused").await;
    assert_eq!(refused.len(), 5);
    assert_eq!(refused.iter().filter(|entry| entry["entry"]["subject"]["kind"] == "CREDENTIAL").count(), 1);

    world.clock.advance(61);
    let answer = log_in(&world, "grace@example.org", PASSWORD).await;
    answer.expect(200);
    let started = events(&world, "sessionStarted").await;
    assert_eq!(started[0]["entry"]["details"]["failures"], 5);
    assert_eq!(events(&world, "locksCleared").await.len(), 1);
}

#[tokio::test]
async fn an_account_that_is_shut_stays_shut_for_longer_and_after_a_restart() {
    let world = World::new().await;
    person(&world, "Grace", &[]).await;
    let shut = async |world: &World| {
        for _ in 0..5 {
            log_in(world, "grace@example.org", "not the password").await.problem(401, "log-in-refused");
        }
    };
    shut(&world).await;
    world.clock.advance(61);
    shut(&world).await;
    world.clock.advance(61);
    let world = world.restarted();
    log_in(&world, "grace@example.org", PASSWORD).await.problem(401, "log-in-refused");
    world.clock.advance(61);
    log_in(&world, "grace@example.org", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn an_address_tries_passwords_at_a_pace() {
    let options = assent_server::Options { log_in_burst: 3, ..assent_server::Options::default() };
    let world = World::with(options).await;
    let (id, _) = world.person("Grace", &[]).await;
    accept(&world, &invite(&world, &id).await, PASSWORD).await.expect(200);
    for name in ["a", "b", "c"] {
        log_in(&world, &format!("{name}@example.org"), "whatever it is").await.problem(401, "log-in-refused");
    }
    let late = log_in(&world, "grace@example.org", PASSWORD).await;
    let seconds: u64 = late.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=4).contains(&seconds), "{seconds}");
    late.problem(429, "too-many-requests");
    world.clock.advance(4);
    for _ in 0..10 {
        log_in(&world, "grace@example.org", PASSWORD).await.expect(200);
    }
}

/// No password, secret or hash in the log, in the state or in an answer.
#[tokio::test]
async fn secrets_stand_nowhere() {
    let world = World::new().await;
    let (_, browser) = person(&world, "Grace", &["auditor"]).await;
    let shown = log_in(&world, "grace@example.org", "wrong but secret").await.text();
    assert!(!shown.contains("secret"));
    let read = world.assent.store().read().unwrap();
    let size = read.head().unwrap().size;
    let mut everything = Vec::new();
    for bytes in read.entries(0, u32::try_from(size).unwrap()).unwrap() {
        everything.extend(bytes);
    }
    for table in assent_store::TABLES {
        read.scan_rows(table.name, &mut |row| {
            everything.extend(row.document);
            Ok(())
        })
        .unwrap();
    }
    let everything = String::from_utf8_lossy(&everything);
    let value = browser.cookie.split_once('=').unwrap().1;
    for secret in [PASSWORD, "wrong but secret", "argon2", value.split('.').nth(1).unwrap(), "grace@"] {
        assert!(!everything.contains(secret), "{secret}");
    }
    let body = json!({"email": 7, "password": ["wrong but secret"]});
    let problem = world.post("", "/api/v1/auth/log-in", body).await;
    assert!(!problem.text().contains("wrong but secret"), "{}", problem.text());
}

async fn token(world: &World, who: &Browser, id: &str, mut body: Value) -> Answer {
    body["life"] = json!("1h");
    who.post(world, &format!("/api/v1/principals/{id}/tokens"), body).await
}

#[tokio::test]
async fn people_issue_their_own_tokens_in_a_session_and_nobody_else_does() {
    let world = World::new().await;
    let (id, browser) = person(&world, "Olga", &["model_owner"]).await;
    let issued = token(&world, &browser, &id, json!({})).await.expect(201);
    let secret = text(&issued["object"]["secret"]);
    assert_eq!(issued["object"]["permissions"], Value::Null);
    let path = format!("/api/v1/principals/{id}/tokens");
    // A token issues no tokens, so that it ends when it ends.
    world.post(&secret, &path, json!({"life": "1h"})).await.problem(403, "permission-missing");
    // Who manages people does not become them.
    world.post(&world.admin, &path, json!({"life": "1h"})).await.problem(403, "token-of-another");
    let (other, _) = world.person("Otto", &[]).await;
    token(&world, &browser, &other, json!({})).await.problem(403, "permission-missing");
    // Two of those who manage access invite a third.
    world.person("Cleo", &["admin"]).await;
    let (boss, admin) = person(&world, "Bea", &["admin"]).await;
    token(&world, &admin, &other, json!({})).await.expect(201);
    let own = token(&world, &admin, &boss, json!({})).await.expect(201);
    let own = text(&own["object"]["secret"]);
    let path = format!("/api/v1/principals/{boss}/tokens");
    world.post(&own, &path, json!({"life": "1h"})).await.problem(403, "session-needed");
}

#[tokio::test]
async fn a_restricted_token_does_what_it_leaves() {
    let world = World::new().await;
    let (id, browser) = person(&world, "Olga", &["model_owner", "auditor"]).await;
    let whole = token(&world, &browser, &id, json!({})).await.expect(201);
    let whole = text(&whole["object"]["secret"]);
    let (sorter, version) = world.version(&whole, "sorter", "LOW").await;
    let (grader, _) = world.version(&whole, "grader", "LOW").await;
    let restricted =
        async |body: Value| text(&token(&world, &browser, &id, body).await.expect(201)["object"]["secret"]);
    let model = json!({"name": "m", "purpose": "prototype", "tier": "LOW"});

    let reads = restricted(json!({"permissions": ["READ"]})).await;
    let me = world.get(&reads, "/api/v1/me").await.expect(200);
    assert_eq!(me["permissions"], json!(["READ"]));
    assert_eq!(me["token"]["permissions"], json!(["READ"]));
    world.get(&reads, &format!("/api/v1/models/{sorter}")).await.expect(200);
    world.post(&reads, "/api/v1/models", model.clone()).await.problem(403, "token-restricted");
    world.get(&reads, "/api/v1/log/entries").await.problem(403, "token-restricted");

    let one = restricted(json!({"scope": {"models": [sorter]}})).await;
    let listed = world.get(&one, "/api/v1/models").await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    world.get(&one, &format!("/api/v1/models/{sorter}")).await.expect(200);
    world.get(&one, &format!("/api/v1/models/{grader}")).await.problem(404, "not-found");
    world.get(&one, "/api/v1/principals").await.problem(403, "token-restricted");
    world.post(&one, "/api/v1/models", model).await.problem(403, "token-restricted");
    let promotion = json!({"version": version, "target": {"stage": "STAGING"}, "submit": false});
    world.post(&one, "/api/v1/promotions", promotion.clone()).await.expect(201);
    let none = restricted(json!({"permissions": [], "scope": {"models": [grader]}})).await;
    assert_eq!(world.get(&none, "/api/v1/models").await.expect(200)["items"], json!([]));
    world.post(&none, "/api/v1/promotions", promotion).await.problem(404, "not-found");

    // It still ends itself.
    let me = world.get(&none, "/api/v1/me").await.expect(200);
    world.delete(&none, &format!("/api/v1/tokens/{}", text(&me["token"]["id"]))).await.expect(200);
    world.get(&none, "/api/v1/me").await.problem(401, "unauthenticated");

    let body = json!({"permissions": ["FLY"]});
    token(&world, &browser, &id, body).await.problem(400, "invalid-field");
    let tags: Vec<String> = (0..90).map(|i| format!("tag{i}")).collect();
    let models: Vec<String> = (0..90).map(|_| world.assent.wiring.id().to_string()).collect();
    let tiers: Vec<String> = (0..90).map(|i| format!("tier{i}")).collect();
    let scope = json!({"tags": tags, "models": models, "tiers": tiers});
    let problem = token(&world, &browser, &id, json!({"scope": scope})).await;
    assert_eq!(problem.problem(400, "too-many")["pointer"], "/scope");
    let body = json!({"scope": {"tiers": ["NO_SUCH"]}});
    token(&world, &browser, &id, body).await.problem(422, "unknown-tier");
}

/// An attestation needs no permission of its own: a token has to leave that of reviews all the same.
#[tokio::test]
async fn a_restricted_token_does_not_attest() {
    let world = World::new().await;
    let (id, browser) = person(&world, "Olga", &["model_owner"]).await;
    let whole = token(&world, &browser, &id, json!({})).await.expect(201);
    let whole = text(&whole["object"]["secret"]);
    let (_, version) = world.version(&whole, "sorter", "LOW").await;
    let body = json!({"version": version, "target": {"stage": "STAGING"}, "submit": false});
    let promotion = world.post(&whole, "/api/v1/promotions", body).await.expect(201);
    let path = format!("/api/v1/promotions/{}/reviews", text(&promotion["object"]["id"]));
    let reads = token(&world, &browser, &id, json!({"permissions": ["READ"]})).await.expect(201);
    let reads = text(&reads["object"]["secret"]);
    let review = json!({"step": "attestation", "decision": "APPROVED", "evidence": "0".repeat(64)});
    world.post(&reads, &path, review).await.problem(403, "token-restricted");
}
