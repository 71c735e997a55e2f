//! An installation in memory with the default pack, and people with tokens.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use assent_app::blobs::Blobs;
use assent_app::start::{Assent, Parts};
use assent_app::vault::{MasterKeys, Vault};
use assent_app::{Clock, Entropy, Wiring};
use assent_domain::Time;
use assent_log::SigningKey;
use assent_server::Options;
use assent_store::{LocalClaims, MemoryKeys, MemoryStore, Store, SubjectKeys};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use jiff::SignedDuration;
use object_store::memory::InMemory;
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// A clock that moves by a millisecond whenever it is read, so that ids are in the order of their making.
pub(crate) struct Ticking(AtomicI64);

impl Clock for Ticking {
    fn now(&self) -> Time {
        Time::from_millisecond(self.0.fetch_add(1, Ordering::SeqCst)).unwrap()
    }
}

impl Ticking {
    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }
}

/// Numbers that are as good as random for a test, and the same in every run.
struct Counted(AtomicU64);

impl Entropy for Counted {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(32) {
            let count = self.0.fetch_add(1, Ordering::SeqCst);
            let digest = assent_domain::ids::Digest::of(&count.to_be_bytes()).0;
            chunk.copy_from_slice(&digest[..chunk.len()]);
        }
    }
}

pub(crate) struct World {
    pub(crate) router: Router,
    pub(crate) assent: Assent,
    pub(crate) clock: Arc<Ticking>,
    pub(crate) keys: Arc<MemoryKeys>,
    pub(crate) blobs: Arc<InMemory>,
    store: Arc<dyn Store>,
    pub(crate) admin: String,
    /// The second person who manages grants, once there is one: the id and the secret.
    pub(crate) second: OnceLock<(String, String)>,
}

/// Encryption at rest changes nothing for whoever asks, so nearly all of these tests are made with it.
fn masters() -> MasterKeys {
    MasterKeys::parse(&MasterKeys::write(&[9; 32])).unwrap()
}

fn open(
    store: Arc<dyn Store>,
    keys: Arc<MemoryKeys>,
    blobs: Arc<InMemory>,
    wiring: Wiring,
    masters: MasterKeys,
) -> Assent {
    let vault = Vault::new(masters, wiring.clone());
    let parts = Parts {
        store,
        claims: Arc::new(LocalClaims::default()),
        keys: keys as Arc<dyn SubjectKeys>,
        blobs: Blobs::new(blobs, vault),
        signing_key: SigningKey::from_seed("test.local/log", [7; 32]).unwrap(),
        known_keys: Vec::new(),
        origin: "test.local/log".to_owned(),
        outside: None,
        alone: true,
        wiring,
    };
    Assent::open(parts).unwrap()
}

fn router(assent: &Assent, options: Options) -> Router {
    let builtin_packs = ["default", "model-governance-guide", "llmops", "ml-governance"]
        .map(|name| (name.to_owned(), pack_of(name)))
        .into();
    assent_server::router(assent.clone(), Options { builtin_packs, ..options })
}

/// An answer, whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The body, of an answer with this status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()
    }

    /// The problem with this status and code.
    #[track_caller]
    pub(crate) fn problem(self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.headers["content-type"], "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status);
        for field in ["type", "title", "detail", "remedy", "requestId"] {
            assert!(problem[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {problem}");
        }
        problem
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        Self::on(Arc::new(MemoryStore::new()), options).await
    }

    /// One without encryption at rest, which takes its time in unoptimised code: for large blobs.
    pub(crate) async fn plain() -> Self {
        Self::made_of(Arc::new(MemoryStore::new()), Options::default(), MasterKeys::none()).await
    }

    pub(crate) async fn on(store: Arc<dyn Store>, options: Options) -> Self {
        Self::made_of(store, options, masters()).await
    }

    /// One that is governed by that built-in pack.
    pub(crate) async fn governed_by(pack: &str) -> Self {
        let world = Self::new().await;
        let documents =
            pack_of(pack).into_iter().map(|(file, document)| json!({"file": file, "document": document}));
        let body = json!({"documents": documents.collect::<Vec<_>>()});
        world.post(&world.admin, "/api/v1/packs", body).await.expect(200);
        world
    }

    async fn made_of(store: Arc<dyn Store>, options: Options, masters: MasterKeys) -> Self {
        let clock = Arc::new(Ticking(AtomicI64::new(1_795_222_800_000)));
        let wiring = Wiring { clock: Arc::clone(&clock) as _, entropy: Arc::new(Counted(AtomicU64::new(0))) };
        let keys = Arc::new(MemoryKeys::new());
        let blobs = Arc::new(InMemory::new());
        let assent = open(Arc::clone(&store), Arc::clone(&keys), Arc::clone(&blobs), wiring, masters);
        let life = SignedDuration::from_hours(24);
        let first = assent.bootstrap(default_pack(), "Ada", &["admin"], life).await.unwrap();
        let router = router(&assent, options);
        Self { router, assent, clock, keys, blobs, store, admin: first.token.secret, second: OnceLock::new() }
    }

    /// The same installation, opened anew.
    pub(crate) fn restarted(self) -> Self {
        self.restarted_with(Options::default())
    }

    pub(crate) fn restarted_with(self, options: Options) -> Self {
        let wiring = self.assent.wiring.clone();
        let blobs = Arc::clone(&self.blobs);
        let assent = open(Arc::clone(&self.store), Arc::clone(&self.keys), blobs, wiring, masters());
        Self { router: router(&assent, options), assent, ..self }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        self.send(bare("GET", token, path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        self.send(bare("POST", token, path).body(Body::from(body.to_string())).unwrap()).await
    }

    pub(crate) async fn delete(&self, token: &str, path: &str) -> Answer {
        self.send(bare("DELETE", token, path).body(Body::empty()).unwrap()).await
    }

    /// A person with these grants, and a token: the id and the secret.
    pub(crate) async fn person_with(&self, name: &str, grants: &[Value]) -> (String, String) {
        let body =
            json!({"kind": "USER", "name": name, "email": format!("{}@example.org", name.to_lowercase())});
        let made = self.post(&self.admin, "/api/v1/principals", body).await.expect(201);
        let id = made["object"]["id"].as_str().unwrap().to_owned();
        // A token from before ends when two persons let somebody approve.
        let early = if self.second.get().is_none() { Some(self.token(&id).await) } else { None };
        for grant in grants {
            let path = format!("/api/v1/principals/{id}/grants");
            let answer = self.post(&self.admin, &path, grant.clone()).await;
            if answer.status == StatusCode::ACCEPTED {
                self.confirm_as_second(&text(&answer.json()["object"]["id"])).await;
            } else {
                answer.expect(200);
            }
        }
        let secret = match early {
            Some(secret) => secret,
            None => self.token(&id).await,
        };
        let manages = |grant: &Value| {
            grant["role"] == "admin" && grant["scope"].as_object().is_none_or(serde_json::Map::is_empty)
        };
        if grants.iter().any(manages) {
            drop(self.second.set((id.clone(), secret.clone())));
        }
        (id, secret)
    }

    /// A token for somebody.
    async fn token(&self, id: &str) -> String {
        let path = format!("/api/v1/principals/{id}/tokens");
        let answer = self.post(&self.admin, &path, json!({"life": "12h"})).await;
        let issued = answer.json()["object"].clone();
        if let Some(proposal) = issued["proposal"].as_str() {
            self.confirm_as_second(proposal).await;
        }
        text(&issued["secret"])
    }

    /// Confirms a proposal as the second person.
    pub(crate) async fn confirm_as_second(&self, id: &str) {
        let (_, second) = self.second.get().expect("a second person");
        let proposal = self.get(second, &format!("/api/v1/proposals/{id}")).await.expect(200);
        self.confirm(second, &proposal).await.expect(200);
    }

    /// Confirms a proposal as it is shown.
    pub(crate) async fn confirm(&self, token: &str, proposal: &Value) -> Answer {
        let path = format!("/api/v1/proposals/{}/confirm", text(&proposal["id"]));
        self.post(token, &path, json!({"digest": proposal["digest"]})).await
    }

    pub(crate) async fn person(&self, name: &str, roles: &[&str]) -> (String, String) {
        let grants: Vec<Value> = roles.iter().map(|role| json!({"role": role})).collect();
        self.person_with(name, &grants).await
    }

    /// The digest of bytes that were uploaded.
    pub(crate) async fn upload(&self, token: &str, bytes: impl Into<Vec<u8>>) -> String {
        let request = bare("POST", token, "/api/v1/blobs").header("content-type", "application/octet-stream");
        let kept = self.send(request.body(Body::from(bytes.into())).unwrap()).await.expect(201);
        kept["sha256"].as_str().unwrap().to_owned()
    }

    /// A model with one version: their ids.
    pub(crate) async fn version(&self, token: &str, name: &str, tier: &str) -> (String, String) {
        let body = json!({"name": name, "purpose": "prototype of a sorter", "tier": tier});
        let model = self.post(token, "/api/v1/models", body).await.expect(201);
        let artifact = self.upload(token, format!("model {name}")).await;
        let body = json!({"kind": "CLASSICAL", "artifacts": [{"name": "model.json", "sha256": artifact}]});
        let version = self.post(token, &format!("/api/v1/models/{name}/versions"), body).await.expect(201);
        (text(&model["object"]["id"]), text(&version["object"]["id"]))
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

pub(crate) fn bare(method: &str, token: &str, path: &str) -> axum::http::request::Builder {
    let request = Request::builder().method(method).uri(path);
    let request =
        if token.is_empty() { request } else { request.header("authorization", format!("Bearer {token}")) };
    if method == "GET" { request } else { request.header("content-type", "application/json") }
}

/// The documents of `packs/default`, each with its file.
pub(crate) fn default_pack() -> Vec<(String, Value)> {
    let documents = pack_of("default");
    assert!(documents.len() > 20, "{}", documents.len());
    documents
}

/// The documents of a folder below `packs`, each with its file.
fn pack_of(name: &str) -> Vec<(String, Value)> {
    let mut documents = Vec::new();
    collect(&Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../packs")).join(name), &mut documents);
    documents
}

fn collect(folder: &Path, documents: &mut Vec<(String, Value)>) {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, documents);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            let yaml = fs::read_to_string(&path).unwrap();
            let file = path.file_name().unwrap().to_string_lossy().into_owned();
            let found: Vec<Value> = serde_saphyr::from_multiple(&yaml).unwrap();
            documents.extend(found.into_iter().map(|document| (file.clone(), document)));
        }
    }
}
