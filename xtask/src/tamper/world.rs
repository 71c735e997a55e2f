//! What is tampered with: one installation with something in every table, kept in a file and in PostgreSQL, an older state
//! of it, and the checkpoints that somebody kept elsewhere.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::database::{Cell, Database};
use crate::http::Client;
use crate::load::Load;
use crate::postgres::Postgres;
use crate::rng::Rng;
use crate::run::{check, scratch};
use crate::schemathesis::objects::Objects;
use crate::server::{Home, Server, writer_token};

/// Writes before the older state and after it: more than one tile of 256 hashes in all.
const WRITES: u64 = 160;
/// A description that does not fit into an entry, so that there is a payload.
const LONG_WORDS: usize = 20_000;
/// How often the newest checkpoint is asked for.
const SIGNED_WITHIN: usize = 20;

/// The installation in both stores.
pub(super) struct World<'a> {
    pub(super) folder: PathBuf,
    pub(super) binary: &'a Path,
    pub(super) postgres: &'a Postgres,
    /// The newest checkpoint, kept elsewhere.
    pub(super) checkpoint: PathBuf,
    /// The key as it was published.
    pub(super) vkey: String,
}

impl<'a> World<'a> {
    /// Makes it: a server works on a file, and what it leaves is moved to PostgreSQL.
    pub(super) fn make(binary: &'a Path, postgres: &'a Postgres, rng: &mut Rng) -> Result<Self> {
        let folder = scratch("tamper")?;
        let home = Home::below(&folder.join("made"));
        let server = Server::start(binary, &home, &[])?;
        let admin = server.first_token()?;
        // Before there is a second person who manages, whom a writer's grants would have to wait for.
        let token = writer_token(&server.url, &admin)?;
        Objects::make(&server.url, &admin)?;
        write(&server.url, &token, "older", rng)?;
        apply_large_pack(binary, &folder, &server.url, &admin)?;
        server.stop()?;
        copy_log(&home.data, &folder.join("older"))?;
        let server = Server::start(binary, &home, &[])?;
        write(&server.url, &token, "newer", rng)?;
        server.stop()?;
        copy_log(&home.data, &folder.join("newer"))?;
        let world = Self {
            checkpoint: folder.join("checkpoint"),
            vkey: fs::read_to_string(home.data.join("log.vkey"))?.trim().to_owned(),
            folder,
            binary,
            postgres,
        };
        world.keep_checkpoint()?;
        for state in ["older", "newer"] {
            world.move_to_postgres(state)?;
        }
        Ok(world)
    }

    fn keep_checkpoint(&self) -> Result<()> {
        let mut database = Database::file(&self.folder.join("newer").join("log.sqlite"))?;
        let note = database.row("SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1")?;
        let size = database.row("SELECT size - (SELECT max(size) FROM checkpoints) FROM head")?;
        ensure!(size.first().map(Cell::number).transpose()? == Some(0), "the newest entries are not signed");
        Ok(fs::write(&self.checkpoint, note.first().context("a checkpoint without its note")?.bytes()?)?)
    }

    /// A database of that name, made from the file.
    fn move_to_postgres(&self, state: &str) -> Result<()> {
        Database::server(&self.postgres.address())?.run(&format!("CREATE DATABASE {state}"))?;
        let copy = self.folder.join("moved");
        copy_log(&self.folder.join(state), &copy)?;
        let mut migrate = Command::new(self.binary);
        migrate.args(["admin", "migrate", "--output", "json", "--data-dir"]).arg(&copy);
        let moved = migrate.args(["--to", &self.address(state)]).output()?;
        ensure!(moved.status.success(), "the log was not moved: {}", String::from_utf8_lossy(&moved.stderr));
        Ok(fs::remove_dir_all(&copy)?)
    }

    /// The address of a database.
    pub(super) fn address(&self, name: &str) -> String {
        format!("{} dbname={name}", self.postgres.address())
    }

    /// Writes the log as files.
    pub(super) fn export(&self, to: &Path) -> Result<()> {
        let mut export = Command::new(self.binary);
        export.args(["audit", "export", "--output", "json", "--data-dir"]).arg(self.folder.join("newer"));
        let output = export.arg("--to").arg(to).output()?;
        ensure!(output.status.success(), "no export: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }
}

/// What can be verified of an installation with its file.
pub(super) fn copy_log(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    fs::create_dir_all(to)?;
    for name in ["log.sqlite", "log.sqlite-wal", "log.vkey", "origin"] {
        if from.join(name).exists() {
            fs::copy(from.join(name), to.join(name))?;
        }
    }
    Ok(())
}

fn write(url: &str, token: &str, prefix: &str, rng: &mut Rng) -> Result<()> {
    let (stop, count) = (AtomicBool::new(false), AtomicU64::new(0));
    let load = Load { url, token, writers: 4, stop: &stop, count: &count, journal: &|| 0, prefix };
    std::thread::scope(|scope| -> Result<()> {
        let writing = scope.spawn(|| load.run(rng));
        while count.load(Ordering::Relaxed) < WRITES && !writing.is_finished() {
            std::thread::sleep(Duration::from_millis(5));
        }
        stop.store(true, Ordering::Release);
        writing.join().map_err(|_| anyhow::anyhow!("the writers panicked"))??;
        Ok(())
    })?;
    wait_for_checkpoint(&Client::new(url, None))
}

/// Until the newest entry is signed, which happens once a second; nobody writes any more.
fn wait_for_checkpoint(client: &Client) -> Result<()> {
    let mut last = None;
    for _ in 0..SIGNED_WITHIN {
        let answer = client.get("/log/checkpoint")?;
        let now = String::from_utf8_lossy(&answer.body).lines().nth(1).map(str::to_owned);
        if answer.status == 200 && now.is_some() && now == last {
            return Ok(());
        }
        last = now;
        std::thread::sleep(Duration::from_millis(1_200));
    }
    bail!("the newest entries are not signed")
}

fn apply_large_pack(binary: &Path, folder: &Path, url: &str, token: &str) -> Result<()> {
    let pack = folder.join("pack");
    fs::create_dir_all(&pack)?;
    for (id, words) in [("first", "why "), ("second", "how ")] {
        let description = words.repeat(LONG_WORDS);
        let text =
            format!("kind: Pack\nid: {id}\ntitle: Large\nextends: default\ndescription: {description}\n");
        fs::write(pack.join("pack.yaml"), text)?;
        let mut apply = Command::new(binary);
        apply.args(["apply", "--no-pin", "--url", url, "--token", token, "-f"]).arg(&pack);
        check(apply.stdout(std::process::Stdio::null()))?;
    }
    Ok(())
}

/// What a verification found, as one text with a line for each finding; none where all is well.
pub(super) fn findings(report: &Value) -> Vec<String> {
    let text =
        |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = |pointer: &str| report.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
    let damages = list("/log/damages")
        .into_iter()
        .map(|found| format!("{}: {}", text(&found, "code"), text(&found, "message")));
    let differences = list("/replay/differences").into_iter().map(|found| {
        let place = format!("{} {} {}", text(&found, "table"), text(&found, "id"), text(&found, "problem"));
        format!("{place}: {} <> {}", text(&found, "log"), text(&found, "stored"))
    });
    let error =
        report.pointer("/replay/error").and_then(Value::as_str).map(|error| format!("replay: {error}"));
    damages.chain(differences).chain(error).collect()
}
