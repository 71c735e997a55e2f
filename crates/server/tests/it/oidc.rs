//! Logging in with a real provider of `OpenID` Connect, and with some that are none.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use assent_app::Clock as _;
use assent_domain::Time;
use assent_server::{Options, Provider, ProviderConfig};
use axum::body::Body;
use axum::http::header::{COOKIE, LOCATION, SET_COOKIE};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::provider::Idp;
use crate::world::{Answer, World, bare, text};

const SITE: &str = "https://assent.example";
const CORP: &str = "/auth/oidc/corp/callback";
const OTHER: &str = "/auth/oidc/other/callback";

fn config(name: &str, issuer: &str) -> ProviderConfig {
    let roles = |roles: &[&str]| roles.iter().map(|role| (*role).to_owned()).collect();
    ProviderConfig {
        name: name.to_owned(),
        issuer: issuer.to_owned(),
        client_id: "public".to_owned(),
        client_secret_file: None,
        public_url: SITE.to_owned(),
        scopes: ["email", "profile", "groups"].map(str::to_owned).to_vec(),
        groups_claim: "groups".to_owned(),
        roles: BTreeMap::from([
            ("ml-auditors".to_owned(), roles(&["auditor"])),
            ("ml-owners".to_owned(), roles(&["model_owner", "no_such_role"])),
        ]),
        register: true,
        link_by_email: false,
        ca_file: None,
    }
}

/// An installation with providers, a provider, and what stands in files.
struct Site {
    world: World,
    idp: Idp,
    _folder: TempDir,
}

impl Site {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// The provider `corp`, configured like that, and `other`, which is the same one by another name.
    async fn with(change: impl Fn(&mut ProviderConfig)) -> Self {
        let idp = Idp::start(&[&format!("{SITE}{CORP}"), &format!("{SITE}{OTHER}")]);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        fs::write(&file, "a secret: 100% & more\n").unwrap();
        let mut corp = config("corp", &idp.issuer);
        (corp.client_id, corp.client_secret_file) = ("confidential".to_owned(), Some(file));
        change(&mut corp);
        let providers = [corp, config("other", &idp.issuer)];
        let providers = providers.map(|config| Arc::new(Provider::new(config).unwrap())).to_vec();
        let world = World::with(Options { providers, ..Options::default() }).await;
        let site = Self { world, idp, _folder: folder };
        site.clock(0);
        site.at_the_browser("grace");
        site.knows("grace", &json!({"name": "Grace", "groups": ["ml-auditors", "canteen"]}));
        site
    }

    /// The clock of the provider is so many seconds ahead of ours.
    fn clock(&self, ahead: i64) {
        self.idp.tell(&json!({"time": self.world.clock.now().as_second() + ahead}));
    }

    fn at_the_browser(&self, person: &str) {
        self.idp.tell(&json!({"person": person}));
    }

    fn knows(&self, person: &str, claims: &Value) {
        self.idp.tell(&json!({"people": {person: claims}}));
    }

    async fn start(&self, name: &str) -> Begun {
        let answer =
            self.world.get("", &format!("/auth/oidc/{name}/start?page=%2Fmodels%3Ftier%3DLOW")).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        Begun { cookie: cookie(&answer, "__Host-assent-flow"), address: location(&answer) }
    }

    /// Where the provider sends the browser back to, as a path.
    fn visit(&self, begun: &Begun) -> String {
        self.idp.visit(&begun.address).strip_prefix(SITE).unwrap().to_owned()
    }

    async fn back(&self, cookie: &str, path: &str) -> Answer {
        let request = bare("GET", "", path).header(COOKIE, cookie).body(Body::empty()).unwrap();
        self.world.send(request).await
    }

    /// The whole way.
    async fn log_in(&self, name: &str) -> Answer {
        let begun = self.start(name).await;
        self.back(&begun.cookie, &self.visit(&begun)).await
    }

    /// What `GET /api/v1/me` says after the whole way.
    async fn me(&self) -> Value {
        let answer = self.log_in("corp").await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        assert_eq!(location(&answer), "/models?tier=LOW");
        self.back(&cookie(&answer, "__Host-assent-session"), "/api/v1/me").await.expect(200)
    }

    async fn events(&self, kind: &str) -> Vec<Value> {
        let (_, auditor) =
            self.world.person(&format!("Aud{}", self.world.assent.wiring.id().simple()), &["auditor"]).await;
        let path = format!("/api/v1/log/entries?type={kind}");
        self.world.get(&auditor, &path).await.expect(200)["items"].as_array().unwrap().clone()
    }
}

/// A log-in that is under way.
struct Begun {
    cookie: String,
    address: String,
}

/// The cookie of that name, as a browser sends it.
fn cookie(answer: &Answer, name: &str) -> String {
    let lines = answer.headers.get_all(SET_COOKIE).into_iter().map(|line| line.to_str().unwrap());
    let line = lines.into_iter().find(|line| line.starts_with(name)).unwrap();
    for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(line.split("; ").any(|part| part == attribute), "{attribute}: {line}");
    }
    line.split(';').next().unwrap().to_owned()
}

fn location(answer: &Answer) -> String {
    answer.headers[LOCATION].to_str().unwrap().to_owned()
}

fn roles(me: &Value) -> Vec<&str> {
    let grants = me["principal"]["grants"].as_array().unwrap();
    grants.iter().map(|grant| grant["role"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_person_logs_in_and_is_the_same_one_the_next_time() {
    let site = Site::new().await;
    let me = site.me().await;
    assert_eq!(me["principal"]["name"], "Grace");
    assert_eq!(roles(&me), ["auditor"]);
    let again = site.me().await;
    assert_eq!(again["principal"]["id"], me["principal"]["id"]);
    assert_eq!(roles(&again), ["auditor"]);
    assert_eq!(site.events("identityLinked").await.len(), 1);
    let started = site.events("sessionStarted").await;
    assert_eq!(started.len(), 2);
    for entry in &started {
        let method = &entry["entry"]["details"]["method"];
        assert_eq!(method, &json!({"kind": "PROVIDER", "provider": "corp"}), "{entry}");
    }
    // The public client of the other provider: an account there is another one.
    let other = site.log_in("other").await;
    let other = site.back(&cookie(&other, "__Host-assent-session"), "/api/v1/me").await.expect(200);
    assert_ne!(other["principal"]["id"], me["principal"]["id"]);
}

#[tokio::test]
async fn roles_follow_the_groups_and_other_grants_stay() {
    let site = Site::new().await;
    site.knows("grace", &json!({"name": "Grace", "groups": ["ml-owners"]}));
    let me = site.me().await;
    assert_eq!(roles(&me), ["model_owner"], "a role that the pack does not know is left out");
    let path = format!("/api/v1/principals/{}/grants", text(&me["principal"]["id"]));
    site.world.post(&site.world.admin, &path, json!({"role": "auditor"})).await.expect(200);
    site.knows("grace", &json!({"name": "Grace", "groups": "canteen"}));
    assert_eq!(roles(&site.me().await), ["auditor"]);
    site.knows("grace", &json!({"name": "Grace", "groups": "ml-owners"}));
    assert_eq!(roles(&site.me().await), ["auditor", "model_owner"], "a single group may be a text");
    site.knows("grace", &json!({"name": "Grace", "groups": {"ml-owners": true}}));
    assert_eq!(roles(&site.me().await), ["auditor"]);
    let many: Vec<String> =
        (0..3_000).map(|i| format!("group-{i}")).chain(["ml-owners".to_owned()]).collect();
    site.knows("grace", &json!({"name": "Grace", "groups": many}));
    assert_eq!(roles(&site.me().await), ["auditor", "model_owner"], "however many come before");
}

#[tokio::test]
async fn a_role_of_a_group_lasts_a_week_and_is_renewed() {
    let site = Site::new().await;
    let until = |me: &Value| text(&me["principal"]["grants"][0]["until"]).parse::<Time>().unwrap();
    let left = |until: Time| until.duration_since(site.world.clock.now()).as_secs();
    let first = until(&site.me().await);
    assert!((7 * 86_400 - 5..=7 * 86_400).contains(&left(first)), "{first}");
    assert_eq!(until(&site.me().await), first, "it is fresh");
    site.world.clock.advance(2 * 86_400);
    site.clock(0);
    let renewed = site.me().await;
    assert!(left(until(&renewed)) > 6 * 86_400, "{renewed}");
    assert_eq!(roles(&renewed), ["auditor"], "once");
}

#[tokio::test]
async fn who_is_not_registered_stays_out_and_it_is_recorded() {
    let site = Site::with(|corp| corp.register = false).await;
    site.log_in("corp").await.problem(403, "not-registered");
    let denied = site.events("accessDenied").await;
    assert!(denied.iter().any(|entry| entry["entry"]["details"]["code"] == "not-registered"), "{denied:?}");
    assert_eq!(site.events("identityLinked").await, Vec::<Value>::new());
}

#[tokio::test]
async fn an_account_is_linked_by_a_verified_address_only_and_once() {
    let site = Site::with(|corp| (corp.register, corp.link_by_email) = (false, true)).await;
    let (id, _) = site.world.person("Grace", &[]).await;
    let mail = "GRACE@example.org";
    for unverified in [json!(false), json!("true"), json!(1), Value::Null] {
        site.knows("grace", &json!({"name": "Mallory", "email": mail, "email_verified": unverified}));
        site.log_in("corp").await.problem(403, "not-registered");
    }
    site.knows("grace", &json!({"email": mail, "email_verified": true}));
    let me = site.me().await;
    assert_eq!((&me["principal"]["id"], &me["principal"]["name"]), (&json!(id), &json!("Grace")));
    // From now on the account counts, and not the address.
    site.knows("grace", &json!({"email": "elsewhere@example.org", "email_verified": true}));
    assert_eq!(site.me().await["principal"]["id"], id.as_str());
    // The address has gone over to somebody else at the provider.
    site.at_the_browser("newcomer");
    site.knows("newcomer", &json!({"email": mail, "email_verified": true}));
    site.log_in("corp").await.problem(403, "other-account");
    assert_eq!(site.events("identityLinked").await.len(), 1);
}

#[tokio::test]
async fn without_the_operators_word_an_address_links_nobody() {
    let site = Site::new().await;
    site.world.person("Grace", &["admin"]).await;
    site.knows("grace", &json!({"email": "grace@example.org", "email_verified": true}));
    site.log_in("corp").await.problem(409, "email-taken");
    site.knows("grace", &json!({"email": "new@example.org", "email_verified": true}));
    let me = site.me().await;
    let found =
        site.world.get(&site.world.admin, "/api/v1/principals?email=new@example.org").await.expect(200);
    assert_eq!(found["items"][0]["id"], me["principal"]["id"]);
}

#[tokio::test]
async fn nobody_else_issues_tokens_of_who_logs_in_with_a_provider() {
    let site = Site::new().await;
    let answer = site.log_in("corp").await;
    let session = cookie(&answer, "__Host-assent-session");
    let me = site.back(&session, "/api/v1/me").await.expect(200);
    let path = format!("/api/v1/principals/{}/tokens", text(&me["principal"]["id"]));
    let body = json!({"life": "1h"});
    site.world.post(&site.world.admin, &path, body.clone()).await.problem(403, "token-of-another");
    let request = bare("POST", "", &path).header(COOKIE, &session);
    let request = request.header("x-csrf-token", text(&me["session"]["csrfToken"]));
    let own = site.world.send(request.body(Body::from(body.to_string())).unwrap()).await.expect(201);
    site.world.get(&text(&own["object"]["secret"]), "/api/v1/me").await.expect(200);
}

#[tokio::test]
async fn a_disabled_person_stays_out() {
    let site = Site::new().await;
    let id = text(&site.me().await["principal"]["id"]);
    let path = format!("/api/v1/principals/{id}/disable");
    site.world.post(&site.world.admin, &path, json!({})).await.expect(200);
    site.log_in("corp").await.problem(403, "principal-disabled");
    let path = format!("/api/v1/principals/{id}/enable");
    site.world.post(&site.world.admin, &path, json!({})).await.expect(200);
    assert_eq!(site.me().await["principal"]["id"], id.as_str());
}

#[tokio::test]
async fn who_was_erased_comes_anew_and_once() {
    let site = Site::new().await;
    let id = text(&site.me().await["principal"]["id"]);
    let path = format!("/api/v1/principals/{id}/disable");
    site.world.post(&site.world.admin, &path, json!({})).await.expect(200);
    let path = format!("/api/v1/principals/{id}/erase");
    let reason = json!({"reason": "asked for it"});
    site.world.post(&site.world.admin, &path, reason).await.expect(200);
    let new = site.me().await;
    assert_ne!(new["principal"]["id"], id.as_str());
    assert_eq!(site.me().await["principal"]["id"], new["principal"]["id"]);
}

#[tokio::test]
async fn a_name_that_another_issuer_gets_does_not_take_the_people_along() {
    let site = Site::new().await;
    let id = text(&site.me().await["principal"]["id"]);
    let idp = Idp::start(&[&format!("{SITE}{CORP}")]);
    let corp = Arc::new(Provider::new(config("corp", &idp.issuer)).unwrap());
    let options = Options { providers: vec![corp], ..Options::default() };
    let site = Site { world: site.world.restarted_with(options), idp, ..site };
    site.clock(0);
    site.at_the_browser("grace");
    site.knows("grace", &json!({"name": "Somebody else"}));
    assert_ne!(site.me().await["principal"]["id"], id.as_str());
}

#[tokio::test]
async fn a_provider_changes_its_keys() {
    let site = Site::new().await;
    let id = text(&site.me().await["principal"]["id"]);
    site.idp.tell(&json!({"rotate": "ES256"}));
    // The keys were fetched a moment ago: they are not again yet.
    site.log_in("corp").await.problem(401, "provider-refused");
    site.world.clock.advance(10);
    assert_eq!(site.me().await["principal"]["id"], id.as_str());
}

#[tokio::test]
async fn clocks_may_be_apart_a_little() {
    let site = Site::new().await;
    for (ahead, holds) in [(60, true), (600, false), (-60, true), (-300 - 60, true), (-300 - 180, false)] {
        site.clock(ahead);
        let answer = site.log_in("corp").await;
        assert_eq!(answer.status, if holds { 303 } else { 401 }, "{ahead}: {}", answer.text());
    }
}

#[tokio::test]
async fn what_the_browser_brings_back_has_to_fit() {
    let site = Site::new().await;
    let begun = site.start("corp").await;
    let path = site.visit(&begun);
    let another = site.start("corp").await;
    let (head, mark) = begun.cookie.split_once('.').unwrap();
    let (others, _) = another.cookie.split_once('.').unwrap();
    let state = path.split(['?', '&']).find(|part| part.starts_with("state=")).unwrap();
    let issuer = path.split(['?', '&']).find(|part| part.starts_with("iss=")).unwrap();
    for (what, cookie, path) in [
        ("no state", begun.cookie.clone(), path.replace(state, "x=1")),
        ("another state", begun.cookie.clone(), path.replace(state, "state=x")),
        ("no code", begun.cookie.clone(), format!("{CORP}?{state}")),
        ("an invented code", begun.cookie.clone(), format!("{CORP}?{state}&code=x")),
        ("an error", begun.cookie.clone(), format!("{CORP}?{state}&error=access_denied")),
        ("another issuer", begun.cookie.clone(), path.replace(issuer, "iss=https%3A%2F%2Fevil.example")),
        ("another browser", another.cookie.clone(), path.clone()),
        ("no cookie", String::new(), path.clone()),
        ("a changed cookie", format!("{others}.{mark}"), path.clone()),
        ("a cookie without a mark", head.to_owned(), path.clone()),
        ("the other provider", begun.cookie.clone(), path.replace("/corp/", "/other/")),
    ] {
        let answer = site.back(&cookie, &path).await;
        assert!(!answer.headers.contains_key(SET_COOKIE), "{what}");
        assert_eq!(answer.problem(401, "provider-refused")["status"], 401, "{what}");
    }
    let done = site.back(&begun.cookie, &path).await;
    assert_eq!(done.status, 303, "what was tried before did no harm: {}", done.text());
    assert_eq!(done.headers.get_all(SET_COOKIE).iter().count(), 2, "the other one is cleared");
    site.back(&begun.cookie, &path).await.problem(401, "provider-refused");
    site.back(&begun.cookie, "/auth/oidc/nobody/callback").await.problem(404, "not-found");
    let denied = site.events("accessDenied").await;
    assert!(denied.iter().any(|entry| entry["entry"]["details"]["code"] == "provider-refused"), "{denied:?}");
}

#[tokio::test]
async fn a_log_in_takes_ten_minutes_at_most() {
    let site = Site::new().await;
    let begun = site.start("corp").await;
    site.world.clock.advance(9 * 60 + 50);
    site.clock(0);
    let answer = site.back(&begun.cookie, &site.visit(&begun)).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let begun = site.start("corp").await;
    site.world.clock.advance(10 * 60);
    site.clock(0);
    site.back(&begun.cookie, &site.visit(&begun)).await.problem(401, "provider-refused");
}

#[tokio::test]
async fn an_id_token_for_another_log_in_is_refused() {
    let site = Site::new().await;
    site.idp.tell(&json!({"nonce": "another"}));
    site.log_in("corp").await.problem(401, "provider-refused");
    site.idp.tell(&json!({"nonce": null}));
    site.me().await;
}

#[tokio::test]
async fn long_names_and_odd_addresses_are_left_out() {
    let site = Site::new().await;
    let address = format!("{}@example.org", "x".repeat(300));
    site.knows("grace", &json!({"name": "x".repeat(400_000), "email": address, "email_verified": true}));
    let me = site.me().await;
    assert_eq!(me["principal"]["name"], "(no name)");
    assert_eq!(me["principal"]["email"], Value::Null);
    site.knows("grace", &json!({"name": "x".repeat(1_100_000)}));
    site.log_in("corp").await.problem(503, "provider-away");
    let long = "y".repeat(256);
    site.at_the_browser(&long);
    site.log_in("corp").await.problem(401, "provider-refused");
}

/// What a provider that is none does when a path is asked for.
#[derive(Clone, Copy, Debug)]
enum Odd {
    Answers(&'static str),
    TooMuch,
    Drips,
    Hangs,
}

/// A provider that is odd at this path and well elsewhere.
fn odd(path: &'static str, odd: Odd) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let metadata = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/auth"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
    });
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let metadata = metadata.to_string();
            thread::spawn(move || {
                let mut head = [0; 4_096];
                let read = stream.read(&mut head).unwrap();
                let head = String::from_utf8_lossy(&head[..read]).into_owned();
                let mut say = |text: &str| stream.write_all(text.as_bytes()).is_ok();
                if !head.contains(path) {
                    let body = if head.contains("/keys") { r#"{"keys":[]}"# } else { &metadata };
                    say(&answer("200 OK", body));
                    return;
                }
                match odd {
                    Odd::Answers(text) => drop(say(text)),
                    Odd::TooMuch => drop(say(&answer("200 OK", &" ".repeat(1_100_000)))),
                    Odd::Drips => {
                        say("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n");
                        while say(" ") {
                            thread::sleep(Duration::from_millis(50));
                        }
                    }
                    Odd::Hangs => while stream.read(&mut [0; 512]).is_ok_and(|read| read > 0) {},
                }
            });
        }
    });
    issuer
}

fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

async fn at(issuer: &str) -> World {
    let providers = vec![Arc::new(Provider::new(config("corp", issuer)).unwrap())];
    World::with(Options { providers, ..Options::default() }).await
}

/// As far as the provider lets a browser come.
async fn try_log_in(world: &World) -> Answer {
    let begun = world.get("", "/auth/oidc/corp/start").await;
    if begun.status != 303 {
        return begun;
    }
    let to = location(&begun);
    let state = to.split('&').find(|part| part.starts_with("state=")).unwrap();
    let request = bare("GET", "", &format!("{CORP}?code=x&{state}"));
    let request = request.header(COOKIE, cookie(&begun, "__Host-assent-flow"));
    world.send(request.body(Body::empty()).unwrap()).await
}

const PATHS: [&str; 3] = ["/.well-known/openid-configuration", "/keys", "/token"];

#[tokio::test]
async fn a_provider_that_answers_oddly_is_away() {
    let found = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    let odds = [
        Odd::Answers(""),
        Odd::Answers("nonsense\r\n\r\n"),
        Odd::Answers("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n<html></h"),
        Odd::Answers("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"),
        Odd::Answers("HTTP/1.1 500 Oh\r\ncontent-length: 2\r\n\r\n{}"),
        Odd::Answers(found),
        Odd::TooMuch,
    ];
    for path in PATHS {
        for odd in odds {
            let world = at(&self::odd(path, odd)).await;
            let answer = try_log_in(&world).await;
            assert_eq!(answer.status, 503, "{path} {odd:?}: {}", answer.text());
            answer.problem(503, "provider-away");
        }
    }
    let world = at("http://127.0.0.1:1").await;
    try_log_in(&world).await.problem(503, "provider-away");
    // It calls itself otherwise than it is configured.
    let world = at(&format!("{}/", odd("/nothing", Odd::Hangs))).await;
    try_log_in(&world).await.problem(503, "provider-away");
}

#[tokio::test]
async fn a_provider_that_is_slow_holds_up_nobody_else() {
    let mut worlds = Vec::new();
    for (path, odd) in PATHS.iter().flat_map(|path| [Odd::Drips, Odd::Hangs].map(|odd| (*path, odd))) {
        worlds.push(Arc::new(at(&self::odd(path, odd)).await));
    }
    let mut waiting = tokio::task::JoinSet::new();
    for world in worlds.iter().flat_map(|world| [world; 5]) {
        let world = Arc::clone(world);
        waiting.spawn(async move { try_log_in(&world).await });
    }
    tokio::task::yield_now().await;
    let body = json!({"email": "nobody@example.org", "password": "quiet otter mends kettles"});
    worlds[0].post("", "/api/v1/auth/log-in", body).await.problem(401, "log-in-refused");
    assert!(waiting.try_join_next().is_none(), "they still wait");
    while let Some(answer) = waiting.join_next().await {
        answer.unwrap().problem(503, "provider-away");
    }
}

#[tokio::test]
async fn a_provider_that_was_away_comes_back() {
    let site = Site::new().await;
    site.idp.tell(&json!({"away": true}));
    let start = "/auth/oidc/corp/start";
    site.world.get("", start).await.problem(503, "provider-away");
    site.idp.tell(&json!({"away": false}));
    // It is not asked again yet: whoever comes right after a failure hears of that one.
    site.world.get("", start).await.problem(503, "provider-away");
    site.world.clock.advance(10);
    site.me().await;
}
