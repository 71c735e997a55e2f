//! A checkpoint, an inclusion proof and a consistency proof of a running server, checked by `signed_note` and `tlog_tiles`:
//! the outsider here has our address and our public key, and none of our code.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs,
    reason = "a test that fails panics"
)]

use std::thread;
use std::time::Duration;

use assent_cli::installation::{Database, Installation, KeysDatabase, MasterKeys, Paths, system_wiring};
use assent_server::Options;
use serde_json::{Value, json};
use signed_note::{Note, StandardVerifier, VerifierList};
use tlog_tiles::{Checkpoint, Hash, check_record, check_tree, record_hash};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// Somebody with a token, or with none.
struct Client {
    base: String,
    token: Option<String>,
}

impl Client {
    fn bytes(&self, path: &str) -> Vec<u8> {
        let mut request = ureq::get(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        request.call().unwrap_or_else(|error| panic!("{path}: {error}")).body_mut().read_to_vec().unwrap()
    }

    fn json(&self, path: &str) -> Value {
        serde_json::from_slice(&self.bytes(path)).unwrap()
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let token = self.token.as_ref().unwrap();
        let request =
            ureq::post(format!("{}{path}", self.base)).header("authorization", format!("Bearer {token}"));
        let mut answer = request.send_json(body).unwrap_or_else(|error| panic!("{path}: {error}"));
        answer.body_mut().read_json().unwrap()
    }

    /// The newest checkpoint, as soon as it covers that many entries.
    fn checkpoint(&self, vkey: &str, size: u64) -> Checkpoint {
        let known = VerifierList::new(vec![Box::new(StandardVerifier::new(vkey).unwrap())]);
        for _ in 0..500 {
            // The first one is signed within a second.
            let answer = match ureq::get(format!("{}/log/checkpoint", self.base)).call() {
                Err(ureq::Error::StatusCode(404)) => None,
                answer => Some(answer.unwrap().body_mut().read_to_vec().unwrap()),
            };
            let Some(answer) = answer else {
                thread::sleep(Duration::from_millis(20));
                continue;
            };
            let note = Note::from_bytes(&answer).unwrap();
            let (verified, unknown) = note.verify(&known).unwrap();
            assert_eq!((verified.len(), unknown.len()), (1, 0));
            let checkpoint = Checkpoint::from_bytes(note.text()).unwrap();
            if checkpoint.size() >= size {
                return checkpoint;
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("no checkpoint of {size} entries within ten seconds");
    }
}

fn hashes(proof: &Value) -> Vec<Hash> {
    let path = proof.pointer("/proof/path").or(proof.pointer("/path"));
    path.unwrap_or_else(|| panic!("{proof}"))
        .as_array()
        .unwrap()
        .iter()
        .map(|hash| hash_of(hash.as_str().unwrap()))
        .collect()
}

fn hash_of(hex: &str) -> Hash {
    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    Hash(std::array::from_fn(|i| byte(2 * i)))
}

fn grow(client: &Client, name: &str) -> u64 {
    let body = json!({"kind": "USER", "name": name});
    let answer = client.post("/api/v1/principals", &body);
    answer.pointer("/receipt/events/0/index").unwrap().as_u64().unwrap()
}

fn check(base: &str, token: String, vkey: &str) {
    let admin = Client { base: base.to_owned(), token: Some(token) };
    let anybody = Client { base: base.to_owned(), token: None };
    let first = grow(&admin, "first");
    let old = anybody.checkpoint(vkey, first + 1);
    let last = (0..300).fold(first, |_, i| grow(&admin, &format!("person {i}")));
    let new = anybody.checkpoint(vkey, last + 1);
    assert!(old.size() < new.size() && new.size() > 256);

    for index in [0, first, 255, 256, last] {
        let proof = admin.json(&format!("/api/v1/log/proofs/inclusion?index={index}&size={}", new.size()));
        let bundle = index / 256;
        let width = (new.size() - bundle * 256).min(256);
        let partial = if width == 256 { String::new() } else { format!(".p/{width}") };
        let bundle = admin.bytes(&format!("/log/tile/entries/{bundle:03}{partial}"));
        let entry = entry_of(&bundle, usize::try_from(index % 256).unwrap());
        check_record(&hashes(&proof), new.size(), *new.hash(), index, record_hash(entry))
            .unwrap_or_else(|error| panic!("entry {index}: {error:?}"));
        let other = record_hash(b"another entry");
        assert!(check_record(&hashes(&proof), new.size(), *new.hash(), index, other).is_err());
    }
    let path = format!("/api/v1/log/proofs/consistency?from={}&to={}", old.size(), new.size());
    let proof = hashes(&admin.json(&path));
    check_tree(&proof, new.size(), *new.hash(), old.size(), *old.hash()).unwrap();
    assert!(check_tree(&proof, new.size(), *new.hash(), old.size(), *new.hash()).is_err());
}

/// The entry at a position of a bundle: each is its length in two bytes, big end first, and its bytes.
fn entry_of(bundle: &[u8], position: usize) -> &[u8] {
    let mut rest = bundle;
    for _ in 0..position {
        rest = &rest[2 + usize::from(u16::from_be_bytes([rest[0], rest[1]]))..];
    }
    &rest[2..2 + usize::from(u16::from_be_bytes([rest[0], rest[1]]))]
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_crates_accept_what_a_running_server_proves() {
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::new(&folder.path().join("data"), None).unwrap();
    let installation = Installation::open(
        paths,
        Database::default(),
        KeysDatabase::default(),
        MasterKeys::none(),
        system_wiring(),
        None,
    )
    .await
    .unwrap();
    let token = installation.first_start.as_ref().unwrap().token.secret.clone();
    let vkey = installation.assent.signer.vkey();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async move { drop(stopped.await) };
    let server = tokio::spawn(assent_server::serve(
        installation.assent.clone(),
        listener,
        Options::default(),
        shutdown,
    ));
    tokio::task::spawn_blocking(move || check(&base, token, &vkey)).await.unwrap();
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
}
