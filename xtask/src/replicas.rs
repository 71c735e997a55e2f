//! `cargo xtask replicas`: three servers on one PostgreSQL, under load, each of them and the database failing at random.
//!
//! A round lets writers work on all three servers, and in the middle of it kills a server (`kill -9`), cuts every connection
//! to the database, or kills the database itself. What was not answered, or answered with 503, is asked again under its
//! idempotency key, of another server than before. After each round the log is verified and replayed by the shipped binary,
//! every acknowledged write is looked up, no event stands twice, and each request has made one entry.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use assent_store_postgres::{Options, PostgresStore};
use postgres::{Client as Database, NoTls};

use crate::audit::{self, Entries};
use crate::http::Client;
use crate::load::{Ack, Load, Pending, Told, resolve};
use crate::postgres::Postgres;
use crate::rng::Rng;
use crate::run::scratch;
use crate::server::{Home, Server, verify_with, writer_token};
use crate::site::VARIABLE;
use crate::{out, server};

const SERVERS: usize = 3;
/// Writers on each server.
const WRITERS: usize = 3;
/// The failure comes within this time after the first write; the load goes on for as long again.
const LONGEST_MS: u64 = 700;
/// How long the database may take to come back.
const BACK: Duration = Duration::from_secs(1);

/// What to do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How many failures.
    pub rounds: u64,
    /// Where randomness begins.
    pub seed: u64,
    /// The cargo profile of the server.
    pub profile: String,
}

/// What fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    /// One server is killed.
    Server(usize),
    /// Every connection to the database is cut.
    Connections,
    /// The database is killed, and started again.
    Database,
}

/// What was seen.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    servers: u64,
    connections: u64,
    databases: u64,
    acknowledged: u64,
    unanswered: u64,
    recovered: u64,
}

/// Builds the server and runs all rounds on one database.
pub fn run(plan: &Plan) -> Result<()> {
    out::step(&format!(
        "replicas: {SERVERS} servers on one PostgreSQL, {} failures, seed {}",
        plan.rounds, plan.seed
    ));
    let binary = server::build("replicas", &plan.profile)?;
    let postgres = Postgres::start()?;
    let mut rng = Rng::new(plan.seed);
    let mut cluster = Cluster::new(&binary, &postgres)?;
    let before = cluster.entries()?.of_load();
    for round in 0..plan.rounds {
        let done = cluster.round(round, &mut rng);
        done.with_context(|| format!("in round {round}, seed {}; {}", plan.seed, cluster.said()))?;
    }
    let entries = cluster.entries()?;
    let asked = cluster.acks.iter().filter(|ack| !ack.events.is_empty()).count();
    let made = entries.of_load() - before;
    ensure!(asked == made, "DUPLICATES: {asked} requests were acknowledged, and made {made} entries");
    let Counts { servers, connections, databases, acknowledged, unanswered, recovered } = cluster.counts;
    out::line(&format!(
        "replicas: {} failures ({servers} servers killed, {connections} times all connections cut, {databases} times the \
         database killed): {acknowledged} writes acknowledged, 0 lost; {unanswered} unanswered, of which {recovered} had been \
         recorded, none twice; {} entries in one chain, verified and replayed",
        plan.rounds,
        entries.len()
    ));
    Ok(())
}

struct Cluster<'a> {
    binary: &'a Path,
    postgres: &'a Postgres,
    home: Home,
    address: OsString,
    servers: Vec<Server>,
    token: String,
    acks: Vec<Ack>,
    counts: Counts,
}

impl<'a> Cluster<'a> {
    fn new(binary: &'a Path, postgres: &'a Postgres) -> Result<Self> {
        let folder: PathBuf = scratch("replicas")?;
        let (home, address) = (Home::below(&folder), OsString::from(postgres.address()));
        let first = Server::start(binary, &home, &[(VARIABLE, &address)])?;
        let token = writer_token(&first.url, &first.first_token()?)?;
        let mut servers = vec![first];
        while servers.len() < SERVERS {
            servers.push(Server::start(binary, &home, &[(VARIABLE, &address)])?);
        }
        let (acks, counts) = (Vec::new(), Counts::default());
        Ok(Self { binary, postgres, home, address, servers, token, acks, counts })
    }

    /// What the servers have said.
    fn said(&self) -> String {
        let said = self.servers.iter().enumerate().map(|(number, server)| {
            let lines = server.said();
            let last = lines.len().saturating_sub(20);
            format!("server {number} said:\n{}", lines.get(last..).unwrap_or_default().join("\n"))
        });
        said.collect::<Vec<_>>().join("\n")
    }

    fn entries(&self) -> Result<Entries> {
        Entries::of(&PostgresStore::open_read_only(&self.postgres.address(), Options::default())?)
    }

    fn round(&mut self, round: u64, rng: &mut Rng) -> Result<()> {
        let failure = match rng.below(4) {
            0 => Failure::Database,
            1 => Failure::Connections,
            _ => Failure::Server(usize::try_from(rng.below(SERVERS as u64))?),
        };
        let moment = Duration::from_millis(20 + rng.below(LONGEST_MS));
        let told = self.under_load(round, rng, failure, moment)?;
        if let Failure::Server(number) = failure {
            let fresh = Server::start(self.binary, &self.home, &[(VARIABLE, &self.address)])?;
            if let Some(server) = self.servers.get_mut(number) {
                *server = fresh;
            }
        }
        self.counts.acknowledged += told.acks.len() as u64;
        self.counts.unanswered += told.pending.len() as u64;
        self.acks.extend(told.acks);
        self.resolve(told.pending, round)?;
        verify_with(self.binary, &self.home, &[(VARIABLE, &self.address)])?;
        let entries = self.entries()?;
        entries.ensure_has(self.acks.iter())?;
        entries.ensure_distinct()?;
        audit::ensure_blobs(&self.home, self.acks.iter())
    }

    /// Lets all write, and one thing fail.
    fn under_load(&mut self, round: u64, rng: &mut Rng, failure: Failure, moment: Duration) -> Result<Told> {
        let (stop, count) = (AtomicBool::new(false), AtomicU64::new(0));
        let urls: Vec<String> = self.servers.iter().map(|server| server.url.clone()).collect();
        let (token, mut rngs) = (self.token.clone(), (0..SERVERS).map(|_| rng.fork()).collect::<Vec<_>>());
        std::thread::scope(|scope| {
            let (stop, count, token) = (&stop, &count, &token);
            let writing: Vec<_> = urls
                .iter()
                .zip(&mut rngs)
                .enumerate()
                .map(|(number, (url, rng))| {
                    scope.spawn(move || {
                        let prefix = format!("r{round}s{number}");
                        let load = Load {
                            url,
                            token,
                            writers: WRITERS,
                            stop,
                            count,
                            journal: &|| 0,
                            prefix: &prefix,
                        };
                        load.run(rng)
                    })
                })
                .collect();
            std::thread::sleep(moment);
            let failed = self.fail(failure);
            std::thread::sleep(moment);
            stop.store(true, std::sync::atomic::Ordering::Release);
            let mut told = Told::default();
            for part in writing {
                let part = part.join().map_err(|_| anyhow::anyhow!("the writers panicked"))??;
                told.acks.extend(part.acks);
                told.pending.extend(part.pending);
            }
            failed.map(|()| told)
        })
    }

    fn fail(&mut self, failure: Failure) -> Result<()> {
        match failure {
            Failure::Server(number) => {
                self.counts.servers += 1;
                self.servers.get_mut(number).map_or(Ok(()), Server::kill_now)
            }
            Failure::Connections => {
                self.counts.connections += 1;
                let mut database = Database::connect(&self.postgres.address(), NoTls)?;
                let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'assent'";
                database.batch_execute(cut)?;
                Ok(())
            }
            Failure::Database => {
                self.counts.databases += 1;
                self.postgres.kill_and_start()
            }
        }
    }

    /// Asks again what was not answered, of a server that it was not asked of before where one is there.
    fn resolve(&mut self, pending: Vec<Pending>, round: u64) -> Result<()> {
        std::thread::sleep(BACK);
        let known = self.entries()?.len() as u64;
        let server = usize::try_from(round)? % SERVERS;
        let url = self.servers.get(server).map(|server| server.url.clone()).unwrap_or_default();
        let resolved = resolve(&Client::new(&url, Some(&self.token)), pending)?;
        let recorded = |ack: &&Ack| ack.events.iter().all(|(_, index)| *index < known);
        self.counts.recovered += resolved.iter().filter(recorded).count() as u64;
        self.acks.extend(resolved);
        let last = self.acks.len().saturating_sub(50);
        for server in &self.servers {
            let client = Client::new(&server.url, Some(&self.token));
            audit::ensure_readable(&client, self.acks.iter().skip(last))?;
        }
        Ok(())
    }
}
