//! `write`: governed writes beside the machine's own durable inserts, in this process and over HTTP.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::stats::{Bar, Times, bar, figure, number, say};
use crate::world::World;
use crate::{folder, http};

const SPAN: Duration = Duration::from_secs(10);
const TASKS: usize = 512;

/// Runs the benchmark.
pub(crate) fn run() -> Result<()> {
    let folder = folder()?;
    let raw = raw_syncs(&folder.join("grown"))?;
    let plain = plain_inserts(&folder.join("plain-before.sqlite"))?;
    let (rate, times) = in_process(&folder.join("world"))?;
    let plain_after = plain_inserts(&folder.join("plain-after.sqlite"))?;
    let own = f64::midpoint(plain, plain_after);
    say(
        "\nwrite: one row of 1,700 bytes in each durable transaction (WAL, synchronous FULL), before and after",
    );
    figure("syncs of a file that grew by a page", raw, "/s");
    figure("machine's own rate, before", plain, "/s");
    figure("machine's own rate, after", plain_after, "/s");
    say(&format!(
        "\nwrite: in this process, {TASKS} tasks: register, attach, submit, two reviews; 20 policies"
    ));
    show(rate, times);
    bar("in process, against the machine's own rate", rate / own, "x", Bar::AtLeast(25.0));
    http::run(&folder, own)
}

/// Prints a rate with its latencies.
pub(crate) fn show(rate: f64, mut times: Times) -> f64 {
    figure("governed writes", rate, "/s");
    figure("p50", times.permille(500), "ms");
    let p99 = times.permille(990);
    figure("p99", p99, "ms");
    p99
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
    connection.execute_batch("CREATE TABLE rows (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")?;
    let mut insert = connection.prepare("INSERT INTO rows (bytes) VALUES (?1)")?;
    let row = vec![7_u8; 1_700];
    let (begun, mut count) = (Instant::now(), 0);
    while begun.elapsed() < SPAN / 2 {
        insert.execute([&row])?;
        count += 1;
    }
    Ok(number(count) / begun.elapsed().as_secs_f64())
}

fn in_process(folder: &Path) -> Result<(f64, Times)> {
    std::fs::create_dir_all(folder)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build()?;
    runtime.block_on(async {
        let world = World::new(folder).await?;
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
