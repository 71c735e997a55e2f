//! `cargo xtask powerloss`: losses of power under concurrent writers.
//!
//! A recorder (`shim.c`) is preloaded into the shipped binary and writes down what it does to its files, while clients
//! write and note at which length of the journal each answer came. Where PostgreSQL keeps the log, `strace` writes down
//! what the binary and all processes of the database do. For each round a moment is chosen, often the one right
//! after an answer; the disk is rebuilt as a loss of power at that moment may have left it (see `image`); the shipped
//! binary verifies and replays it, and every write that was acknowledged before that moment must be there. Some of the
//! disks are started and written to, and some are the start of the next recording, so that losses during recovery happen
//! too.

mod call;
mod image;
mod journal;
pub mod recorder;
mod rotation;
mod stage;
mod strace;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use self::image::{Loss, Tree, crash, ensure_same};
use self::journal::{Op, Record};
use self::stage::Stage;
use crate::audit;
use crate::http::Client;
use crate::load::{Ack, Load};
use crate::out;
use crate::rng::Rng;
use crate::run::scratch;
use crate::server::{self, Home, Server, writer_token};
use crate::site::{Kind, Site};

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

/// For so many losses there is one more in the middle of a rotation of master keys.
const OF_ONE_ROTATION: u64 = 4;

/// What to do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How many losses.
    pub rounds: u64,
    /// Where randomness begins.
    pub seed: u64,
    /// The cargo profile of the server.
    pub profile: String,
    /// Where the log is kept; the losses are shared out among them.
    pub stores: Vec<Kind>,
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
    during_recovery: u64,
    /// Beside the others: while a master key was replaced.
    during_rotation: u64,
    records: u64,
    syncs: u64,
}

/// Builds the server and runs all rounds.
pub fn run(plan: &Plan) -> Result<()> {
    let binary = server::build("powerloss", &plan.profile)?;
    let share = plan.rounds.div_ceil(plan.stores.len() as u64);
    plan.stores.iter().try_for_each(|kind| run_on(*kind, share, plan.seed, &binary))
}

fn run_on(kind: Kind, all: u64, seed: u64, binary: &Path) -> Result<()> {
    out::step(&format!("powerloss: {all} losses of power on {}, seed {seed}", kind.name()));
    let (mut rng, mut counts) = (Rng::new(seed), Counts::default());
    while counts.rounds < all {
        let (folder, stage) = (scratch("powerloss")?, Stage::new(kind)?);
        let mut lab = Lab { binary, stage, folder, start: None, rng: rng.fork() };
        let before = counts.rounds;
        for _ in 0..CHAIN {
            let rounds = ROUNDS_OF_ONE.min(all - counts.rounds);
            if rounds == 0 {
                break;
            }
            lab.recording(rounds, &mut counts).with_context(|| {
                format!("after {} losses, seed {seed}; the files are kept", counts.rounds)
            })?;
            out::line(&counts.line());
            if lab.start.is_none() {
                break;
            }
        }
        lab.rotate((counts.rounds - before) / OF_ONE_ROTATION, &mut counts)
            .with_context(|| format!("after {} losses, seed {seed}; the files are kept", counts.rounds))?;
    }
    Ok(())
}

impl Counts {
    fn line(&self) -> String {
        let Self { rounds, recordings, acknowledged, looked_up, started, records, syncs, .. } = self;
        let Self { during_first_start, during_recovery, during_rotation, .. } = self;
        format!(
            "{rounds} losses of power on {recordings} recordings ({records} calls, {syncs} syncs): {acknowledged} writes \
             acknowledged, looked up {looked_up} times, 0 lost; {started} disks started and written to, \
             {during_first_start} losses during a first start, {during_recovery} during the start after a loss; beside these {during_rotation} while a master key was replaced"
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
    stage: Stage,
    folder: PathBuf,
    start: Option<Start>,
    rng: Rng,
}

/// What was recorded.
struct Recording {
    base: Tree,
    /// What was written, all of it.
    bytes: Vec<u8>,
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
        // A disk that loses nothing has everything: else it is the model that loses.
        self.lose(&recording, Loss::Nothing, false, &mut counts.clone())?;
        for round in 0..rounds {
            let loss = self.loss();
            counts.rounds += 1;
            self.lose(&recording, loss, round + 1 == rounds, counts)?;
        }
        Ok(())
    }

    fn loss(&mut self) -> Loss {
        if self.rng.percent(15) {
            Loss::Everything
        } else {
            Loss::Any { keep_percent: 5 + self.rng.below(91) }
        }
    }

    /// Runs the server, and the database that it may have, under a recorder, with writers.
    fn record(&mut self, number: u64) -> Result<Recording> {
        let journal = self.folder.join(format!("journal-{number}"));
        let (home, before, known) = match self.start.take() {
            Some(start) => (start.home, start.acks, Some(start.token)),
            None => (Home::below(&self.folder.join(format!("recorded-{number}"))), Vec::new(), None),
        };
        let roots = self.stage.roots(&home);
        roots.iter().try_for_each(std::fs::create_dir_all)?;
        let base = Tree::read(&roots)?;
        let length = || std::fs::metadata(&journal).map_or(0, |journal| journal.len());
        let server = self.stage.record(self.binary, &home, &journal)?;
        let first_start = known.is_none();
        let token = match known {
            Some(token) => token,
            None => writer_token(&server.url, &server.first_token()?)?,
        };
        let ready = length();
        let mut acks = before;
        acks.extend(self.write(&server, &token, &length, number)?);
        let (bytes, records) = self.stage.end(server, &journal, &base)?;
        let replayed = crash(&base, &bytes, &records, records.len(), Loss::Nothing, &mut self.rng)?;
        ensure_same(&replayed, &Tree::read(&roots)?)?;
        Ok(Recording { base, bytes, records, ready, token, first_start, acks })
    }

    fn write(
        &mut self,
        server: &Server,
        token: &str,
        journal: &(dyn Fn() -> u64 + Sync),
        number: u64,
    ) -> Result<Vec<Ack>> {
        let (stop, count) = (AtomicBool::new(false), AtomicU64::new(0));
        let prefix = format!("p{number}-{:x}", self.rng.below(1 << 32));
        let (url, writers) = (&server.url, WRITERS);
        let load = Load { url, token, writers, stop: &stop, count: &count, journal, prefix: &prefix };
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

    /// One loss of power. The disk of the last one is where the next recording begins.
    fn lose(&mut self, recording: &Recording, loss: Loss, last: bool, counts: &mut Counts) -> Result<()> {
        let count = self.moment(recording);
        let end = count
            .checked_sub(1)
            .and_then(|last| recording.records.get(last))
            .map_or(0, |record| record.end as u64);
        let disk = crash(&recording.base, &recording.bytes, &recording.records, count, loss, &mut self.rng)?;
        let home = Home::below(&self.folder.join(format!("lost-{}", counts.rounds)));
        self.stage.put(&disk, &home)?;
        let acks: Vec<Ack> = recording.acks.iter().filter(|ack| ack.at <= end).cloned().collect();
        let what = format!("the loss after {count} of {} calls, {loss:?}", recording.records.len());
        let ready = !recording.first_start || end >= recording.ready;
        let go_on = last || counts.rounds % STARTED == 1;
        self.examine(&home, ready.then_some((acks.as_slice(), recording.token.as_str())), go_on)
            .and_then(|()| self.stage.close())
            .with_context(|| what)
            .inspect_err(|_| self.stage.keep(&disk, &home))?;
        if ready {
            counts.during_recovery += u64::from(end < recording.ready);
            counts.looked_up += acks.len() as u64;
            counts.started += u64::from(go_on);
        } else {
            counts.during_first_start += 1;
        }
        if last && ready {
            // As it was lost, so that what recovers it is recorded.
            self.stage.put(&disk, &home)?;
            self.start = Some(Start { home, token: recording.token.clone(), acks: as_before(acks) });
            return Ok(());
        }
        for folder in [&home.data, &home.keys] {
            std::fs::remove_dir_all(folder)?;
        }
        Ok(())
    }

    /// Whether a disk has what was acknowledged on it, to whoever has that token; before the end of a first start nobody was
    /// told anything.
    fn examine(&mut self, home: &Home, told: Option<(&[Ack], &str)>, go_on: bool) -> Result<()> {
        self.stage.open()?;
        let site = self.stage.site(home);
        let Some((acks, token)) = told else {
            // The disk need not hold a log, but it must not be a dead end.
            return site.start(self.binary)?.kill();
        };
        self.check(&site, acks)?;
        if go_on { self.go_on(&site, token, acks) } else { Ok(()) }
    }

    /// A moment, as the number of calls before it: often right after somebody was told that something was done, sometimes in
    /// the middle of a start, else any.
    fn moment(&mut self, recording: &Recording) -> usize {
        let until = |length: u64| {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            recording.records.partition_point(|record| record.end < length)
        };
        let of = |count: usize, rng: &mut Rng| usize::try_from(rng.below(count as u64)).unwrap_or_default();
        let new: Vec<u64> = recording.acks.iter().map(|ack| ack.at).filter(|at| *at > 0).collect();
        let count = if self.rng.percent(10) {
            of(until(recording.ready), &mut self.rng)
        } else {
            match self.rng.pick(&new) {
                Some(at) if self.rng.percent(60) => until(*at),
                _ => of(recording.records.len(), &mut self.rng),
            }
        };
        (count + 1).min(recording.records.len())
    }

    fn check(&self, site: &Site, acks: &[Ack]) -> Result<()> {
        site.verify(self.binary)?;
        let entries = site.entries()?;
        entries.ensure_has(acks.iter())?;
        entries.ensure_distinct()?;
        audit::ensure_blobs(&site.home, acks.iter())
    }

    /// The disk goes on: it starts, shows what was acknowledged, and takes a write.
    fn go_on(&mut self, site: &Site, token: &str, acks: &[Ack]) -> Result<()> {
        let server = site.start(self.binary)?;
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
