//! `cargo xtask fault`: every call by which the server writes to its disk fails once.
//!
//! A recording run under `strace` says which calls a small load makes on which files. Then there is one round for each
//! call, each fault (an error of the device, a full disk, a kill) and each number: in that round the call with that number
//! fails. The server has to recover or to stop. It must not acknowledge anything after a failed sync; after a restart
//! everything that was acknowledged is there, what was refused can be asked again under its key and is there once, and the
//! log verifies and replays.
//!
//! Where PostgreSQL keeps the log, the calls are those on the blobs and the keys, and as many rounds again cut a connection to
//! the database at one message (see `cut`).

mod cases;
mod cut;
mod load;
mod proxy;
pub(crate) mod trace;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::json;

use self::cases::{Case, Fault};
use self::load::{Story, Timed};
use self::trace::{Call, Place};
use crate::audit;
use crate::http::Client;
use crate::load::{Ack, resolve};
use crate::out;
use crate::postgres::Postgres;
use crate::rng::Rng;
use crate::run::{check, scratch};
use crate::server::{self, Home, Server, writer_token};
use crate::site::{Kind, Site};

/// What to do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How many rounds at most; each call with each fault comes once.
    pub rounds: u64,
    /// Which of the calls come first.
    pub seed: u64,
    /// The cargo profile of the server.
    pub profile: String,
    /// Where the log is kept; the rounds are shared out among them.
    pub stores: Vec<Kind>,
}

/// How the rounds of one kind ended.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    /// Calls in the recording.
    calls: u64,
    rounds: u64,
    /// Nothing failed: the call was not made in that round.
    unreached: u64,
    /// The server went on writing.
    recovered: u64,
    /// The server lived, and its ledger had stopped.
    halted: u64,
    /// The process ended, or did not start.
    ended: u64,
    acknowledged: u64,
}

/// Builds the server, records, and runs the rounds.
pub fn run(plan: &Plan) -> Result<()> {
    trace::ensure_there()?;
    let binary = server::build("fault", &plan.profile)?;
    let share = plan.rounds.div_ceil(plan.stores.len() as u64);
    plan.stores.iter().try_for_each(|kind| match kind {
        Kind::Sqlite => calls(&Lab::prepare(&binary, None)?, *kind, share, plan.seed),
        Kind::Postgres => {
            let postgres = Postgres::start()?;
            let lab = Lab::prepare(&binary, Some(&postgres))?;
            calls(&lab, *kind, share.div_ceil(2), plan.seed)?;
            cut::run(&lab, &postgres, share.div_ceil(2), plan.seed)
        }
    })
}

/// Records, and runs so many rounds of calls that fail.
fn calls(lab: &Lab<'_>, kind: Kind, rounds: u64, seed: u64) -> Result<()> {
    out::step(&format!("fault: at most {rounds} failing calls on {}, seed {seed}", kind.name()));
    let places = lab.record()?;
    let mut table: BTreeMap<(String, Place), Counts> = places
        .iter()
        .map(|(kind, calls)| (kind.clone(), Counts { calls: *calls, ..Counts::default() }))
        .collect();
    let cases = cases::all(&places, &mut Rng::new(seed));
    out::line(&format!(
        "{} calls of {} kinds: {} rounds would be all",
        sum(&places),
        places.len(),
        cases.len()
    ));
    for (number, case) in cases.iter().enumerate().take(usize::try_from(rounds)?) {
        let counts = table.entry((case.call.clone(), case.place.clone())).or_default();
        lab.round(case, counts)
            .with_context(|| format!("round {}: {case}; the files are kept", number + 1))?;
        if number % 100 == 99 {
            out::line(&format!("{} rounds", number + 1));
        }
    }
    print(&table);
    Ok(())
}

fn sum(places: &BTreeMap<(String, Place), u64>) -> u64 {
    places.values().sum()
}

/// As a table that documents can hold.
fn print(table: &BTreeMap<(String, Place), Counts>) {
    out::line(
        "| call | where | calls | rounds | went on | ledger stopped | process ended | not reached | writes acknowledged |",
    );
    out::line("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let mut total = Counts::default();
    for ((call, place), counts) in table {
        out::line(&row(&format!("`{call}` | `{}`", place.name()), counts));
        total.add(counts);
    }
    out::line(&row("all | ", &total));
    out::line(&format!(
        "fault: {} rounds, nothing acknowledged was lost; every log verified and replayed",
        total.rounds
    ));
}

fn row(name: &str, counts: &Counts) -> String {
    let Counts { calls, rounds, unreached, recovered, halted, ended, acknowledged } = counts;
    format!(
        "| {name} | {calls} | {rounds} | {recovered} | {halted} | {ended} | {unreached} | {acknowledged} |"
    )
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.rounds += other.rounds;
        self.unreached += other.unreached;
        self.recovered += other.recovered;
        self.halted += other.halted;
        self.ended += other.ended;
        self.acknowledged += other.acknowledged;
    }
}

/// An installation that every round starts from a copy of.
struct Lab<'a> {
    binary: &'a Path,
    folder: PathBuf,
    token: String,
    /// Entries in its log that requests like those of the load made.
    before: usize,
    /// What keeps the log, if no file does.
    postgres: Option<&'a Postgres>,
}

impl<'a> Lab<'a> {
    fn prepare(binary: &'a Path, postgres: Option<&'a Postgres>) -> Result<Self> {
        let folder = scratch("fault")?;
        let home = Home::below(&folder.join("start"));
        let site = match postgres {
            None => Site::with_file(home),
            Some(postgres) => {
                postgres.run("CREATE DATABASE start")?;
                Site::with_database(home, postgres, "start")
            }
        };
        let server = site.start(binary)?;
        let token = writer_token(&server.url, &server.first_token()?)?;
        server.stop()?;
        let before = site.entries()?.of_load();
        Ok(Self { binary, folder, token, before, postgres })
    }

    /// A fresh copy.
    fn copy(&self) -> Result<(Site, PathBuf)> {
        let folder = self.folder.join("round");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        check(Command::new("cp").arg("-a").arg(self.folder.join("start")).arg(&folder))?;
        let home = Home::below(&folder);
        let site = match self.postgres {
            None => Site::with_file(home),
            Some(postgres) => {
                postgres.run("DROP DATABASE IF EXISTS round WITH (FORCE)")?;
                postgres.run("CREATE DATABASE round TEMPLATE start")?;
                Site::with_database(home, postgres, "round")
            }
        };
        Ok((site, folder))
    }

    fn client(&self, server: &Server) -> Client {
        Client::new(&server.url, Some(&self.token))
    }

    /// Which calls the load makes, how often.
    fn record(&self) -> Result<BTreeMap<(String, Place), u64>> {
        let (site, folder) = self.copy()?;
        let file = self.folder.join("recording");
        let command = trace::command(self.binary, &file, &[]);
        let server = Server::start_by(command, &site.home, &site.variables())?;
        let process = server.id();
        let story = load::run(&self.client(&server), "recording")?;
        server.stop()?;
        ensure!(story.pending.is_empty() && !story.gone, "the load fails without a fault too: {story:?}");
        let places = trace::places(&trace::read(&file, process, &folder)?);
        ensure!(!places.is_empty(), "`{}` names no call on the files of the server", file.display());
        Ok(places)
    }

    fn round(&self, case: &Case, counts: &mut Counts) -> Result<()> {
        let (site, folder) = self.copy()?;
        let file = self.folder.join("trace");
        drop(fs::remove_file(&file));
        let fault = trace::options(&case.call, &case.place, case.when, case.fault.option(), &site.home);
        counts.rounds += 1;
        let command = trace::command(self.binary, &file, &fault);
        let (story, ended) = match Server::start_by(command, &site.home, &site.variables()) {
            Ok(server) => {
                let process = server.id();
                let story = load::run(&self.client(&server), "round")?;
                let ended = self.after(server, case, &story)?;
                let hits = hits(case, &file, process, &folder, &story)?;
                (story, if hits { ended } else { Ended::Unreached })
            }
            // It says why, and starts once the fault is over.
            Err(error) => {
                ensure!(
                    case.fault == Fault::Kill || said_why(&error),
                    "it did not start, and did not say why: {error:#}"
                );
                (Story::default(), Ended::Process)
            }
        };
        match ended {
            Ended::Unreached => counts.unreached += 1,
            Ended::Recovered => counts.recovered += 1,
            Ended::Halted => counts.halted += 1,
            Ended::Process => counts.ended += 1,
        }
        counts.acknowledged += story.acks.len() as u64;
        self.restart(&site, story)
    }

    /// What has become of the server: the next write says so. Then it is asked to end, which writes too.
    fn after(&self, mut server: Server, case: &Case, story: &Story) -> Result<Ended> {
        let client = self.client(&server);
        let probe = json!({"name": "probe", "purpose": "to see whether the server goes on"});
        let ended = match client.post("/api/v1/models", Some("probe"), &probe) {
            Err(_) => Ended::Process,
            Ok(answer) if answer.status / 100 == 2 => Ended::Recovered,
            Ok(answer) => {
                let said = String::from_utf8_lossy(&answer.body).into_owned();
                ensure!(
                    answer.status == 503 && said.contains("\"code\":\"halted\""),
                    "after the fault the server neither goes on nor says that it has stopped: {} {said}",
                    answer.status
                );
                ensure!(client.get("/api/v1/me")?.status == 200, "the ledger has stopped, and reading too");
                Ended::Halted
            }
        };
        let gone = matches!(ended, Ended::Process);
        ensure!(gone || !story.gone, "the server went away and came back: {story:?}");
        // A kill may hit the last question instead of the load.
        ensure!(
            !gone || story.gone || case.fault == Fault::Kill,
            "the server ended without being killed: {story:?}"
        );
        if !gone {
            server.end()?;
        }
        Ok(ended)
    }

    /// The fault is over: everything is there, and what was not done can be done.
    fn restart(&self, site: &Site, story: Story) -> Result<()> {
        let server = site.start(self.binary).context("after the fault")?;
        let client = self.client(&server);
        let mut acks: Vec<Ack> = story.acks.into_iter().map(|timed| timed.ack).collect();
        acks.extend(resolve(&client, story.pending)?);
        let last = load::run(&client, "afterwards")?;
        ensure!(
            last.pending.is_empty() && !last.gone,
            "the server does not serve after the restart: {last:?}"
        );
        acks.extend(last.acks.into_iter().map(|timed| timed.ack));
        audit::ensure_readable(&client, acks.iter())?;
        server.stop()?;
        site.verify(self.binary)?;
        let entries = site.entries()?;
        entries.ensure_has(acks.iter())?;
        entries.ensure_distinct()?;
        audit::ensure_blobs(&site.home, acks.iter())?;
        let asked = acks.iter().filter(|ack| !ack.events.is_empty()).count();
        // The probe may have been recorded, whether or not it was answered.
        let made = entries.of_load() - self.before;
        ensure!(
            made == asked || made == asked + 1,
            "DUPLICATES: {asked} requests were acknowledged, and made {made} entries"
        );
        Ok(())
    }
}

/// How a round ended.
#[derive(Debug, Clone, Copy)]
enum Ended {
    Unreached,
    Recovered,
    Halted,
    Process,
}

/// Whether the call failed; and nothing was acknowledged after a sync that failed.
fn hits(case: &Case, file: &Path, process: u32, folder: &Path, story: &Story) -> Result<bool> {
    let calls = trace::read(file, process, folder)?;
    if case.fault == Fault::Kill {
        return trace::was_killed(file);
    }
    let failed: Vec<&Call> = calls.iter().filter(|call| call.injected).collect();
    for sync in failed.iter().filter(|call| ["fsync", "fdatasync"].contains(&call.name.as_str())) {
        if let Some(wrong) = story.acks.iter().find(|timed| late(sync, timed)) {
            bail!("ACKNOWLEDGED after a failed sync of {:?}: {:?}", sync.path, wrong.ack.path);
        }
    }
    // Whether a file can be opened has more reasons than room.
    let plain = case.fault == Fault::Full && case.call != "openat";
    let other =
        story.refused.iter().find(|code| plain && !["storage-full", "halted"].contains(&code.as_str()));
    ensure!(other.is_none(), "a full disk was called {other:?}");
    Ok(!failed.is_empty())
}

/// Whether the sync failed before the write was acknowledged.
fn late(sync: &Call, timed: &Timed) -> bool {
    let path = sync.path.as_deref().unwrap_or_default();
    // A blob has files of its own: a failed sync of one says nothing of another, and is told to whoever sent it. SQLite syncs
    // the folder of its journals again and again, and does not mind when that fails: no new name is made there once the
    // server is ready, and it does not become ready before a sync of its own.
    let of_others =
        timed.ack.blob.is_some() || path.starts_with("data/blobs") || ["data", "keys"].contains(&path);
    !of_others && timed.answered > sync.at
}

/// A failed start has to name what could not be done.
fn said_why(error: &anyhow::Error) -> bool {
    let text = format!("{error:#}");
    text.contains("error:") && !text.contains("panicked")
}
