//! `write`: governed writes beside the machine's own durable inserts, in this process and over HTTP.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use xtask::args::Args;
use xtask::site::Kind;

use crate::place::Place;
use crate::stats::{Bar, Table, Times, figure, machine_load, number, say};
use crate::world::World;
use crate::{folder, http};

const SPAN: Duration = Duration::from_secs(10);
const TASKS: usize = 512;

/// Runs the benchmark.
pub(crate) fn run(args: &Args) -> Result<()> {
    let folder = folder()?;
    let raw = raw_syncs(&folder.join("grown"))?;
    figure("syncs of a file that grew by a page", raw, "/s");
    say("the peer of each store: one row of 1,700 bytes in each durable transaction, one after the other");
    say(&format!("the mix: register, attach, submit, two reviews; 20 policies; in process by {TASKS} tasks"));
    let mut table = Table::default();
    for kind in Kind::named(args.text("store"))? {
        say(&format!("write: {}, load average {}", kind.name(), machine_load()));
        let place = Place::new(kind, folder.join(kind.name()))?;
        measure(&place, &folder, kind.name(), &mut table)?;
        place.remove()?;
    }
    table.show("write");
    Ok(())
}

fn measure(place: &Place, folder: &Path, name: &'static str, table: &mut Table) -> Result<()> {
    let peer = || match place.address() {
        None => plain_inserts(&folder.join("plain.sqlite")),
        Some(address) => plain_inserts_of_postgres(&address),
    };
    let before = peer()?;
    let (rate, times) = in_process(place)?;
    let after = peer()?;
    let own = f64::midpoint(before, after);
    table.put(name, "one by one, before", before, "/s", None);
    table.put(name, "one by one, after", after, "/s", None);
    show(table, name, "in process", rate, times);
    table.put(name, "in process, against one by one", rate / own, "x", Some(Bar::AtLeast(25.0)));
    http::run(folder, place, name, own, table)
}

/// Adds a rate with its latencies.
pub(crate) fn show(table: &mut Table, store: &'static str, how: &str, rate: f64, mut times: Times) {
    table.put(store, &format!("{how}: governed writes"), rate, "/s", None);
    table.put(store, &format!("{how}: p50"), times.permille(500), "ms", None);
    table.put(store, &format!("{how}: p99"), times.permille(990), "ms", Some(Bar::AtMost(150.0)));
}

/// What the disk can do at best: a page appended and synced.
fn raw_syncs(path: &Path) -> Result<f64> {
    let mut file = File::create(path)?;
    let (begun, mut count) = (Instant::now(), 0);
    while begun.elapsed() < SPAN / 4 {
        file.write_all(&[7; 4_096])?;
        file.sync_data()?;
        count += 1;
    }
    Ok(number(count) / begun.elapsed().as_secs_f64())
}

/// The machine's own rate: one row in each durable transaction, one after the other.
fn plain_inserts(path: &Path) -> Result<f64> {
    let connection = rusqlite::Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection
        .execute_batch("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")?;
    let mut insert = connection.prepare("INSERT INTO rows (bytes) VALUES (?1)")?;
    let row = vec![7_u8; 1_700];
    let (begun, mut count) = (Instant::now(), 0);
    while begun.elapsed() < SPAN / 2 {
        insert.execute([&row])?;
        count += 1;
    }
    Ok(number(count) / begun.elapsed().as_secs_f64())
}

/// The same on the server, by the same driver and the same kind of connection as the store has.
fn plain_inserts_of_postgres(address: &str) -> Result<f64> {
    let mut client = postgres::Client::connect(address, postgres::NoTls)?;
    client.batch_execute(
        "SET synchronous_commit = on; CREATE SCHEMA IF NOT EXISTS peer; \
         CREATE TABLE IF NOT EXISTS peer.rows (id bigserial PRIMARY KEY, bytes bytea NOT NULL)",
    )?;
    let insert = client.prepare("INSERT INTO peer.rows (bytes) VALUES ($1)")?;
    let row = vec![7_u8; 1_700];
    let (begun, mut count) = (Instant::now(), 0);
    while begun.elapsed() < SPAN / 2 {
        client.execute(&insert, &[&row])?;
        count += 1;
    }
    Ok(number(count) / begun.elapsed().as_secs_f64())
}

fn in_process(place: &Place) -> Result<(f64, Times)> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build()?;
    let store = place.open()?;
    runtime.block_on(async {
        let world = World::new(store, place.address().is_some()).await?;
        let (stop, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let begun = Instant::now();
        let tasks: Vec<_> = (0..TASKS)
            .map(|_| tokio::spawn(stories(world.clone(), Arc::clone(&stop), Arc::clone(&count))))
            .collect();
        tokio::time::sleep(SPAN).await;
        let (written, elapsed) = (count.load(Ordering::Acquire), begun.elapsed());
        stop.store(true, Ordering::Release);
        let mut times = Times::default();
        for task in tasks {
            times.extend(task.await??);
        }
        Ok((number(usize::try_from(written)?) / elapsed.as_secs_f64(), times))
    })
}

/// One story after the other: six governed writes each.
async fn stories(world: World, stop: Arc<AtomicBool>, count: Arc<AtomicU64>) -> Result<Times> {
    let mut times = Times::default();
    let mut done = |begun: Instant| {
        times.push(begun.elapsed());
        count.fetch_add(1, Ordering::AcqRel);
    };
    while !stop.load(Ordering::Acquire) {
        let begun = Instant::now();
        let model = world.model().await?;
        done(begun);
        let begun = Instant::now();
        let version = world.version(model).await?;
        done(begun);
        let begun = Instant::now();
        world.card(version).await?;
        done(begun);
        let begun = Instant::now();
        let promotion = world.submit(version).await?;
        done(begun);
        for step in ["compliance", "security"] {
            let begun = Instant::now();
            world.approve(promotion, step).await?;
            done(begun);
        }
    }
    Ok(times)
}
