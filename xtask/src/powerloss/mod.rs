//! `cargo xtask powerloss`: losses of power under concurrent writers.
//!
//! A recorder (`shim.c`) is preloaded into the shipped binary and writes down what it does to its files, while clients
//! write and note at which length of the journal each answer came. For each round a moment is chosen, often the one right
//! after an answer; the disk is rebuilt as a loss of power at that moment may have left it (see `image`); the shipped
//! binary verifies and replays it, and every write that was acknowledged before that moment must be there. Some of the
//! disks are started and written to, and some are the start of the next recording, so that losses during recovery happen
//! too.

mod image;
mod journal;
pub mod recorder;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use self::image::{Loss, Tree, crash, ensure_same};
use self::journal::{Op, Record};
use self::recorder::Recorder;
use crate::audit::{self, Entries};
use crate::http::Client;
use crate::load::{Ack, Load};
use crate::out;
use crate::rng::Rng;
use crate::run::scratch;
use crate::server::{self, Home, Server, verify, writer_token};

const WRITERS: usize = 4;
/// Losses that are tried on one recording.
const ROUNDS_OF_ONE: u64 = 40;
/// A recording ends after so many acknowledged writes, or so much time.
const WRITES: u64 = 300;
const LONGEST: Duration = Duration::from_secs(8);
/// Of so many disks one is started and written to.
const STARTED: u64 = 10;
/// Recordings that follow each other on what the losses before left.
const CHAIN: u64 = 4;

/// What to do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How many losses.
    pub rounds: u64,
    /// Where randomness begins.
    pub seed: u64,
    /// The cargo profile of the server.
    pub profile: String,
    /// Planted faults.
    pub features: Vec<String>,
}

/// What was seen.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    rounds: u64,
    recordings: u64,
    acknowledged: u64,
    looked_up: u64,
    started: u64,
    during_first_start: u64,
    records: u64,
    syncs: u64,
}

/// Builds server and recorder and runs all rounds.
pub fn run(plan: &Plan) -> Result<()> {
    let faults =
        if plan.features.is_empty() { String::new() } else { format!(", with {}", plan.features.join(",")) };
    out::step(&format!("powerloss: {} losses of power, seed {}{faults}", plan.rounds, plan.seed));
    let name = if plan.features.is_empty() { "powerloss" } else { "powerloss-sabotage" };
    let features: Vec<&str> = plan.features.iter().map(String::as_str).collect();
    let binary = server::build(name, &plan.profile, &features)?;
    let shim = recorder::build()?;
    let (mut rng, mut counts) = (Rng::new(plan.seed), Counts::default());
    while counts.rounds < plan.rounds {
        let folder = scratch(name)?;
        let mut lab = Lab { binary: &binary, shim: &shim, folder, start: None, rng: rng.fork() };
        for _ in 0..CHAIN {
            let rounds = ROUNDS_OF_ONE.min(plan.rounds - counts.rounds);
            if rounds == 0 {
                break;
            }
            lab.recording(rounds, &mut counts).with_context(|| {
                format!("after {} losses, seed {}; the files are kept", counts.rounds, plan.seed)
            })?;
            out::line(&counts.line());
        }
    }
    Ok(())
}

impl Counts {
    fn line(&self) -> String {
        let Self { rounds, recordings, acknowledged, looked_up, started, during_first_start, records, syncs } =
            self;
        format!(
            "{rounds} losses of power on {recordings} recordings ({records} calls, {syncs} syncs): {acknowledged} writes \
             acknowledged, looked up {looked_up} times, 0 lost; {started} disks started and written to, \
             {during_first_start} losses during a first start"
        )
    }
}

/// A disk that a recording can start from.
struct Start {
    home: Home,
    token: String,
    /// What was acknowledged before, and survived.
    acks: Vec<Ack>,
}

struct Lab<'a> {
    binary: &'a Path,
    shim: &'a Path,
    folder: PathBuf,
    start: Option<Start>,
    rng: Rng,
}

/// What was recorded.
struct Recording {
    base: Tree,
    journal: Vec<u8>,
    records: Vec<Record>,
    /// How long the journal was when the server was ready and the token known.
    ready: u64,
    token: String,
    first_start: bool,
    acks: Vec<Ack>,
}

impl Lab<'_> {
    fn recording(&mut self, rounds: u64, counts: &mut Counts) -> Result<()> {
        let recording = self.record(counts.recordings)?;
        counts.recordings += 1;
        counts.acknowledged += recording.acks.iter().filter(|ack| ack.at > 0).count() as u64;
        counts.records += recording.records.len() as u64;
        let ended = |record: &&Record| matches!(record.op, Op::SyncEnd { .. });
        counts.syncs += recording.records.iter().filter(ended).count() as u64;
        for round in 0..rounds {
            self.lose(&recording, round, round + 1 == rounds, counts)?;
            counts.rounds += 1;
        }
        Ok(())
    }

    /// Runs the server under the recorder, with writers.
    fn record(&mut self, number: u64) -> Result<Recording> {
        let mut recorder = Recorder::new(self.shim, &self.folder.join(format!("journal-{number}")))?;
        let (home, before, known) = match self.start.take() {
            Some(start) => (start.home, start.acks, Some(start.token)),
            None => (Home::below(&self.folder.join(format!("recorded-{number}"))), Vec::new(), None),
        };
        for folder in [&home.data, &home.keys] {
            std::fs::create_dir_all(folder)?;
        }
        let roots = [home.data.clone(), home.keys.clone()];
        let base = Tree::read(&roots)?;
        let server = Server::start(self.binary, &home, &recorder.environment(&roots)?)?;
        let first_start = known.is_none();
        let token = match known {
            Some(token) => token,
            None => writer_token(&server.url, &server.first_token()?)?,
        };
        let ready = recorder.length();
        let mut acks = before;
        acks.extend(self.write(&server, &token, &recorder, number)?);
        server.stop()?;
        let journal = recorder.read()?;
        let records = journal::parse(&journal)?;
        ensure!(!records.is_empty(), "the recorder has recorded nothing: is the binary linked statically?");
        let replayed = crash(&base, &journal, &records, records.len(), Loss::Nothing, &mut self.rng)?;
        ensure_same(&replayed, &Tree::read(&roots)?)?;
        Ok(Recording { base, journal, records, ready, token, first_start, acks })
    }

    fn write(&mut self, server: &Server, token: &str, recorder: &Recorder, number: u64) -> Result<Vec<Ack>> {
        let (stop, count) = (AtomicBool::new(false), AtomicU64::new(0));
        let prefix = format!("p{number}-{:x}", self.rng.below(1 << 32));
        let journal = || recorder.length();
        let writers = WRITERS;
        let load = Load {
            url: &server.url,
            token,
            writers,
            stop: &stop,
            count: &count,
            journal: &journal,
            prefix: &prefix,
        };
        let told = std::thread::scope(|scope| {
            let writing = scope.spawn(|| load.run(&mut self.rng));
            let begun = Instant::now();
            while count.load(Ordering::Relaxed) < WRITES
                && begun.elapsed() < LONGEST
                && !writing.is_finished()
            {
                std::thread::sleep(Duration::from_millis(5));
            }
            stop.store(true, Ordering::Release);
            writing.join().map_err(|_| anyhow::anyhow!("the writers panicked"))?
        })?;
        ensure!(told.pending.is_empty(), "the server did not answer: {:?}", server.said());
        Ok(told.acks)
    }

    /// One loss of power.
    fn lose(&mut self, recording: &Recording, round: u64, last: bool, counts: &mut Counts) -> Result<()> {
        let count = self.moment(recording);
        let end = count
            .checked_sub(1)
            .and_then(|last| recording.records.get(last))
            .map_or(0, |record| record.end as u64);
        let loss = if self.rng.percent(15) {
            Loss::Everything
        } else {
            Loss::Any { keep_percent: 5 + self.rng.below(91) }
        };
        let disk =
            crash(&recording.base, &recording.journal, &recording.records, count, loss, &mut self.rng)?;
        let home = Home::below(&self.folder.join(format!("lost-{}-{round}", counts.recordings)));
        disk.write(&[home.data.clone(), home.keys.clone()])?;
        for folder in [&home.data, &home.keys] {
            std::fs::create_dir_all(folder)?;
        }
        let acks: Vec<Ack> = recording.acks.iter().filter(|ack| ack.at <= end).cloned().collect();
        let what = format!("the loss after {count} of {} calls, {loss:?}", recording.records.len());
        if recording.first_start && end < recording.ready {
            // Nobody was told anything yet: the disk need not hold a log, but it must not be a dead end.
            Server::start(self.binary, &home, &[]).context(what)?.kill()?;
            counts.during_first_start += 1;
        } else {
            self.check(&home, &acks).context(what.clone())?;
            counts.looked_up += acks.len() as u64;
            if last || round.is_multiple_of(STARTED) {
                self.go_on(&home, &recording.token, &acks).context(what)?;
                counts.started += 1;
            }
            if last {
                self.start = Some(Start { home, token: recording.token.clone(), acks: as_before(acks) });
                return Ok(());
            }
        }
        for folder in [&home.data, &home.keys] {
            std::fs::remove_dir_all(folder)?;
        }
        Ok(())
    }

    /// A moment, as the number of calls before it: often right after somebody was told that something was done, sometimes in
    /// the middle of a first start, else any.
    fn moment(&mut self, recording: &Recording) -> usize {
        let until = |length: u64| {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            recording.records.partition_point(|record| record.end < length)
        };
        let of = |count: usize, rng: &mut Rng| usize::try_from(rng.below(count as u64)).unwrap_or_default();
        let new: Vec<u64> = recording.acks.iter().map(|ack| ack.at).filter(|at| *at > 0).collect();
        let count = if recording.first_start && self.rng.percent(10) {
            of(until(recording.ready), &mut self.rng)
        } else {
            match self.rng.pick(&new) {
                Some(at) if self.rng.percent(60) => until(*at),
                _ => of(recording.records.len(), &mut self.rng),
            }
        };
        (count + 1).min(recording.records.len())
    }

    fn check(&self, home: &Home, acks: &[Ack]) -> Result<()> {
        verify(self.binary, home)?;
        let entries = Entries::read(home)?;
        entries.ensure_has(acks.iter())?;
        entries.ensure_distinct()?;
        audit::ensure_blobs(home, acks.iter())
    }

    /// The disk goes on: it starts, shows what was acknowledged, and takes a write.
    fn go_on(&mut self, home: &Home, token: &str, acks: &[Ack]) -> Result<()> {
        let server = Server::start(self.binary, home, &[])?;
        let client = Client::new(&server.url, Some(token));
        audit::ensure_readable(&client, acks.iter())?;
        let name = format!("after-{:x}", self.rng.next_u64());
        let body = serde_json::json!({"name": name, "purpose": "to go on"});
        client.post("/api/v1/models", Some(&name), &body)?.ok()?;
        server.kill()
    }
}

/// Acknowledged before a recording begins.
fn as_before(mut acks: Vec<Ack>) -> Vec<Ack> {
    for ack in &mut acks {
        ack.at = 0;
    }
    acks
}
