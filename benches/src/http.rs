//! Governed writes over HTTP: many clients against the shipped binary, and what one client costs in syncs.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use xtask::powerloss::recorder::{Recorder, syncs};
use xtask::server::{Home, Server};
use xtask::site::VARIABLE;

use crate::client::Client;
use crate::place::Place;
use crate::stats::{Bar, Table, Times, number, say};
use crate::write::show;

const CLIENTS: usize = 256;
const SPAN: Duration = Duration::from_secs(10);
/// Stories of one client whose syncs are counted; six commands each.
const COUNTED: u32 = 25;

/// Runs both parts. `own` is the rate of one insert at a time.
pub(crate) fn run(
    folder: &Path,
    place: &Place,
    name: &'static str,
    own: f64,
    table: &mut Table,
) -> Result<()> {
    let Some(binary) = std::env::var_os("ASSENT_BENCH_SERVER").map(PathBuf::from) else {
        say("\nwrite: over HTTP: not measured, there is no server");
        return Ok(());
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let home = fresh(&folder.join(format!("http-{name}")))?;
    let address = place.fresh("http")?;
    let variables: Vec<_> = address.iter().map(|address| (VARIABLE, OsStr::new(address))).collect();
    let server = Server::start(&binary, &home, &variables)?;
    let (rate, times) = runtime.block_on(many(&server))?;
    server.stop()?;
    show(table, name, &format!("over HTTP, {CLIENTS} clients"), rate, times);
    table.put(name, "over HTTP, against one by one", rate / own, "x", Some(Bar::AtLeast(10.0)));
    // Syncs are counted in the process that writes the files: for a database that is not the server of Assent.
    if address.is_none() {
        let (per_command, p50) = runtime.block_on(count_syncs(&binary, folder))?;
        table.put(name, "one client over HTTP: p50", p50, "ms", None);
        table.put(
            name,
            "one client over HTTP: syncs for each command",
            per_command,
            "",
            Some(Bar::AtMost(1.5)),
        );
    }
    Ok(())
}

fn fresh(folder: &Path) -> Result<Home> {
    let home = Home::below(folder);
    for folder in [&home.data, &home.keys] {
        std::fs::create_dir_all(folder)?;
    }
    Ok(home)
}

/// Tokens of an owner and two reviewers on a fresh server.
#[derive(Clone)]
struct People {
    url: String,
    owner: String,
    compliance: String,
    security: String,
}

impl People {
    async fn new(server: &Server) -> Result<Self> {
        let mut admin = Client::connect(&server.url, &server.first_token()?).await?;
        let documents: Vec<Value> = crate::pack::documents()
            .into_iter()
            .map(|(file, document)| json!({"file": file, "document": document}))
            .collect();
        admin.post("/api/v1/packs", &json!({"documents": documents})).await?;
        let mut tokens = Vec::new();
        for role in ["maker", "compliance", "security"] {
            let made = admin.post("/api/v1/principals", &json!({"kind": "USER", "name": role})).await?;
            let id = text(&made, "/receipt/id")?;
            admin.post(&format!("/api/v1/principals/{id}/grants"), &json!({"role": role})).await?;
            let token =
                admin.post(&format!("/api/v1/principals/{id}/tokens"), &json!({"life": "1d"})).await?;
            tokens.push(text(&token, "/object/secret")?);
        }
        let [owner, compliance, security] = <[String; 3]>::try_from(tokens).ok().context("three tokens")?;
        Ok(Self { url: server.url.clone(), owner, compliance, security })
    }
}

fn text(body: &Value, pointer: &str) -> Result<String> {
    let found = body.pointer(pointer).and_then(Value::as_str);
    found.map(str::to_owned).with_context(|| format!("`{pointer}` in {body}"))
}

/// One who tells stories: connections of the three people.
struct Teller {
    owner: Client,
    compliance: Client,
    security: Client,
    name: String,
    told: u64,
    card: Value,
}

impl Teller {
    async fn new(people: &People, name: String) -> Result<Self> {
        let mut owner = Client::connect(&people.url, &people.owner).await?;
        let card = owner.post("/api/v1/blobs", &json!("card")).await?;
        Ok(Self {
            owner,
            compliance: Client::connect(&people.url, &people.compliance).await?,
            security: Client::connect(&people.url, &people.security).await?,
            name,
            told: 0,
            card: json!({"kind": "MODEL_CARD", "name": "card.md", "sha256": text(&card, "/sha256")?}),
        })
    }

    /// Six governed writes; `done` is told of each.
    async fn story(&mut self, done: &mut impl FnMut(Instant)) -> Result<()> {
        self.told += 1;
        let name = format!("{} {}", self.name, self.told);
        let body = json!({"name": name, "purpose": "decide on credit", "useCases": ["loans"]});
        let begun = Instant::now();
        let model = text(&self.owner.post("/api/v1/models", &body).await?, "/receipt/id")?;
        done(begun);
        let body = json!({"kind": "CLASSICAL", "params": {"depth": "3"}});
        let begun = Instant::now();
        let made = self.owner.post(&format!("/api/v1/models/{model}/versions"), &body).await?;
        done(begun);
        let version = text(&made, "/receipt/id")?;
        let begun = Instant::now();
        self.owner.post(&format!("/api/v1/versions/{version}/documents"), &self.card).await?;
        done(begun);
        let body = json!({"version": version, "target": {"stage": "PROD"}});
        let begun = Instant::now();
        let made = self.owner.post("/api/v1/promotions", &body).await?;
        done(begun);
        let evidence = text(&made, "/object/now/evidence")?;
        let reviews = format!("/api/v1/promotions/{}/reviews", text(&made, "/receipt/id")?);
        for (reviewer, step) in [(&mut self.compliance, "compliance"), (&mut self.security, "security")] {
            let begun = Instant::now();
            reviewer
                .post(&reviews, &json!({"step": step, "decision": "APPROVED", "evidence": evidence}))
                .await?;
            done(begun);
        }
        Ok(())
    }
}

async fn many(server: &Server) -> Result<(f64, Times)> {
    let people = People::new(server).await?;
    let (stop, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let mut tellers = Vec::new();
    for number in 0..CLIENTS {
        tellers.push(Teller::new(&people, format!("client {number}")).await?);
    }
    let begun = Instant::now();
    let tasks: Vec<_> = tellers
        .into_iter()
        .map(|mut teller| {
            let (stop, count) = (Arc::clone(&stop), Arc::clone(&count));
            tokio::spawn(async move {
                let mut times = Times::default();
                let mut done = |begun: Instant| {
                    times.push(begun.elapsed());
                    count.fetch_add(1, Ordering::AcqRel);
                };
                while !stop.load(Ordering::Acquire) {
                    teller.story(&mut done).await?;
                }
                anyhow::Ok(times)
            })
        })
        .collect();
    tokio::time::sleep(SPAN).await;
    let (written, elapsed) = (count.load(Ordering::Acquire), begun.elapsed());
    stop.store(true, Ordering::Release);
    let mut times = Times::default();
    for task in tasks {
        times.extend(task.await??);
    }
    Ok((number(usize::try_from(written)?) / elapsed.as_secs_f64(), times))
}

/// Syncs for each command of one client, checkpoints of the background included.
async fn count_syncs(binary: &Path, folder: &Path) -> Result<(f64, f64)> {
    let shim = std::env::var_os("ASSENT_BENCH_RECORDER").map(PathBuf::from).context("the recorder")?;
    let home = fresh(&folder.join("one"))?;
    let mut recorder = Recorder::new(&shim, &folder.join("journal"))?;
    let roots = [home.data.clone(), home.keys.clone()];
    let server = Server::start(binary, &home, &recorder.environment(&roots)?)?;
    let mut teller = Teller::new(&People::new(&server).await?, "one".to_owned()).await?;
    let before = syncs(&recorder.read()?)?;
    let mut times = Times::default();
    for _ in 0..COUNTED {
        teller.story(&mut |begun| times.push(begun.elapsed())).await?;
    }
    let after = syncs(&recorder.read()?)?;
    server.kill()?;
    Ok((number(after - before) / number(times.len()), times.permille(500)))
}
