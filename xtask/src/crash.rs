//! `cargo xtask crash`: kill -9 at random moments under concurrent writers, of the server, and of PostgreSQL with all of its
//! processes where that keeps the log.
//!
//! Rounds pile up on one installation. After each kill the log is verified and replayed by the shipped binary, every write
//! that was ever acknowledged is looked up, and what was not answered is asked again under its idempotency key: in the end
//! the log holds one entry for each request, no more and no less.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::audit;
use crate::http::Client;
use crate::load::{Ack, Load, Pending, Told, resolve};
use crate::postgres::Postgres;
use crate::rng::Rng;
use crate::run::scratch;
use crate::server::{Home, Server, writer_token};
use crate::site::{Kind, Site};
use crate::{out, server};

const WRITERS: usize = 6;
/// The kill comes within this time after the first write.
const LONGEST_MS: u64 = 900;
/// After so many rounds a fresh installation is begun: what is verified must not grow without end.
const ROUNDS_OF_ONE: u64 = 50;

/// What to do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How many kills.
    pub rounds: u64,
    /// Where randomness begins.
    pub seed: u64,
    /// The cargo profile of the server.
    pub profile: String,
    /// Where the log is kept; the rounds are shared out among them.
    pub stores: Vec<Kind>,
}

/// What was seen.
#[derive(Debug, Default, Clone, Copy)]
pub struct Counts {
    rounds: u64,
    /// Of these, kills of PostgreSQL.
    databases: u64,
    acknowledged: u64,
    unacknowledged: u64,
    recovered: u64,
    installations: u64,
    entries: u64,
}

/// Builds the server and runs all rounds.
pub fn run(plan: &Plan) -> Result<()> {
    let binary = server::build("crash", &plan.profile)?;
    let share = plan.rounds.div_ceil(plan.stores.len() as u64);
    plan.stores.iter().try_for_each(|kind| run_on(*kind, share, plan.seed, &binary))
}

fn run_on(kind: Kind, all: u64, seed: u64, binary: &Path) -> Result<()> {
    out::step(&format!("crash: {all} rounds of kill -9 on {}, seed {seed}", kind.name()));
    let postgres = if kind == Kind::Postgres { Some(Postgres::start()?) } else { None };
    let (mut rng, mut counts) = (Rng::new(seed), Counts::default());
    while counts.rounds < all {
        let rounds = ROUNDS_OF_ONE.min(all - counts.rounds);
        installation(binary, postgres.as_ref(), rounds, &mut rng, &mut counts)
            .with_context(|| format!("after {} rounds, seed {seed}; the files are kept", counts.rounds))?;
        let Counts { rounds, acknowledged, unacknowledged, recovered, .. } = counts;
        out::line(&format!(
            "{rounds} rounds: {acknowledged} writes acknowledged, 0 lost; {unacknowledged} unanswered, of which \
             {recovered} had been recorded, none twice"
        ));
    }
    let Counts { rounds, databases, entries, installations, .. } = counts;
    out::line(&format!(
        "crash on {}: {rounds} rounds ({databases} of them kills of the database) on {installations} installations, \
         {entries} entries, all verified and replayed",
        kind.name()
    ));
    Ok(())
}

struct Installed<'a> {
    binary: &'a Path,
    site: Site,
    postgres: Option<&'a Postgres>,
    token: String,
    acks: Vec<Ack>,
    pending: Vec<Pending>,
}

fn installation(
    binary: &Path,
    postgres: Option<&Postgres>,
    rounds: u64,
    rng: &mut Rng,
    counts: &mut Counts,
) -> Result<()> {
    let home = Home::below(&scratch("crash")?);
    let site = match postgres {
        None => Site::with_file(home),
        Some(postgres) => {
            let name = format!("crash_{}", counts.installations);
            postgres.run(&format!("CREATE DATABASE {name}"))?;
            Site::with_database(home, postgres, &name)
        }
    };
    let server = site.start(binary)?;
    let token = writer_token(&server.url, &server.first_token()?)?;
    server.kill()?;
    let before = site.entries()?.of_load();
    let mut installed = Installed { binary, site, postgres, token, acks: Vec::new(), pending: Vec::new() };
    for _ in 0..rounds {
        installed.round(rng, counts)?;
        counts.rounds += 1;
    }
    counts.installations += 1;
    counts.entries += installed.finish(before, counts)? as u64;
    Ok(())
}

impl Installed<'_> {
    fn round(&mut self, rng: &mut Rng, counts: &mut Counts) -> Result<()> {
        let server = self.start_and_resolve(counts)?;
        let (stop, count, url) = (AtomicBool::new(false), AtomicU64::new(0), server.url.clone());
        let prefix = format!("r{}", counts.rounds);
        let load = Load {
            url: &url,
            token: &self.token,
            writers: WRITERS,
            stop: &stop,
            count: &count,
            journal: &|| 0,
            prefix: &prefix,
        };
        let moment = Duration::from_millis(20 + rng.below(LONGEST_MS));
        let of_database = self.postgres.filter(|_| rng.percent(50));
        counts.databases += u64::from(of_database.is_some());
        let told = std::thread::scope(|scope| -> Result<Told> {
            let writing = scope.spawn(|| load.run(rng));
            std::thread::sleep(moment);
            let killed = of_database.map_or(Ok(()), Postgres::kill);
            // The server cannot go on; it is killed as well, and starts on what the database recovers.
            server.kill()?;
            killed?;
            writing.join().map_err(|_| anyhow::anyhow!("the writers panicked"))?
        })?;
        counts.acknowledged += told.acks.len() as u64;
        counts.unacknowledged += told.pending.len() as u64;
        self.acks.extend(told.acks);
        self.pending = told.pending;
        if let Some(postgres) = of_database {
            postgres.start_again()?;
        }
        self.site.verify(self.binary)?;
        let entries = self.site.entries()?;
        entries.ensure_has(self.acks.iter())?;
        entries.ensure_distinct()?;
        audit::ensure_blobs(&self.site.home, self.acks.iter())
    }

    /// Starts the server and asks again what was not answered.
    fn start_and_resolve(&mut self, counts: &mut Counts) -> Result<Server> {
        let before = self.site.entries()?.len() as u64;
        let server = self.site.start(self.binary)?;
        let client = Client::new(&server.url, Some(&self.token));
        let resolved = resolve(&client, std::mem::take(&mut self.pending))?;
        let known = |ack: &&Ack| ack.events.iter().all(|(_, index)| *index < before);
        counts.recovered += resolved.iter().filter(known).count() as u64;
        let last = self.acks.len().saturating_sub(50);
        audit::ensure_readable(&client, self.acks.iter().skip(last).chain(&resolved))?;
        self.acks.extend(resolved);
        Ok(server)
    }

    /// Everything is asked and answered: the log has one entry for each request. Gives its size.
    fn finish(&mut self, before: usize, counts: &mut Counts) -> Result<usize> {
        let server = self.start_and_resolve(counts)?;
        audit::ensure_readable(&Client::new(&server.url, Some(&self.token)), self.acks.iter())?;
        server.stop()?;
        self.site.verify(self.binary)?;
        let entries = self.site.entries()?;
        entries.ensure_has(self.acks.iter())?;
        let asked = self.acks.iter().filter(|ack| !ack.events.is_empty()).count();
        let made = entries.of_load() - before;
        ensure!(asked == made, "DUPLICATES: {asked} requests were acknowledged, and made {made} entries");
        Ok(entries.len())
    }
}
