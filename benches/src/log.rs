//! `log`: verification and replay of a log that governed writes made.

use std::hint::black_box;
use std::io::{BufReader, BufWriter, Read, Write};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Result, ensure};
use assent_app::{replay, verify};
use assent_log::verify::{Level, Verifier};
use assent_store::Store;
use assent_store_sqlite::{Options, SqliteStore};
use sha2::Digest as _;

use crate::folder;
use crate::stats::{Bar, bar, figure, number, say};
use crate::world::World;

/// Stories that make the log: nine entries each.
const STORIES: usize = 12_000;
const TASKS: usize = 256;

/// Runs the benchmark.
pub(crate) fn run() -> Result<()> {
    let folder = folder()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build()?;
    let store = SqliteStore::open(&folder.join("log.sqlite"), Options::default())?;
    runtime.block_on(fill(Arc::new(store)))?;
    drop(runtime);
    let store = SqliteStore::open_read_only(&folder.join("log.sqlite"), Options::default())?;
    let (mut entries, mut bytes) = (Vec::new(), 0);
    store.read()?.scan_entries(0, &mut |_, entry| {
        bytes += entry.len();
        entries.push(entry.to_vec());
        Ok(())
    })?;
    say(&format!(
        "\nlog: {} entries, {bytes} bytes, {} a piece",
        entries.len(),
        bytes / entries.len().max(1)
    ));
    hashing(&entries, number(bytes) / 1e6);
    let chain = verify_all(&entries, Level::Chain)?;
    let schema = verify_all(&entries, Level::Schema)?;
    bar("verify hash, chain and tree, one core", number(bytes) / 1e6 / chain, "MB/s", Bar::AtLeast(250.0));
    figure("the same", number(entries.len()) / chain, "entries/s");
    bar("verify with schema, one core", number(entries.len()) / schema, "entries/s", Bar::AtLeast(100_000.0));
    let begun = Instant::now();
    let report = verify::verify(&*store.read()?, Level::Schema, &[], &[])?;
    ensure!(report.is_sound(), "{:?}", report.damages);
    figure(
        "verify the store: entries, payloads, tiles, head",
        number(entries.len()) / begun.elapsed().as_secs_f64(),
        "entries/s",
    );
    let seconds = replayed(&store)?;
    bar(
        "replay from SQLite, rows compared",
        number(entries.len()) / seconds,
        "events/s",
        Bar::AtLeast(30_000.0),
    );
    Ok(())
}

async fn fill(store: Arc<dyn Store>) -> Result<()> {
    let world = World::new(store, false).await?;
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let world = world.clone();
            tokio::spawn(async move {
                for _ in (task..STORIES).step_by(TASKS) {
                    let model = world.model().await?;
                    let version = world.version(model).await?;
                    world.card(version).await?;
                    let promotion = world.submit(version).await?;
                    world.approve(promotion, "compliance").await?;
                    world.approve(promotion, "security").await?;
                }
                anyhow::Ok(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    Ok(())
}

/// What SHA-256 alone costs, by the crate that we use and by its peer.
fn hashing(entries: &[Vec<u8>], megabytes: f64) {
    let begun = Instant::now();
    for entry in entries {
        black_box(assent_log::Hash::of(entry));
    }
    figure("SHA-256 of each entry by ring, one core", megabytes / begun.elapsed().as_secs_f64(), "MB/s");
    let begun = Instant::now();
    for entry in entries {
        black_box(sha2::Sha256::digest(entry));
    }
    figure("the same by the crate sha2", megabytes / begun.elapsed().as_secs_f64(), "MB/s");
}

/// Seconds to verify.
fn verify_all(entries: &[Vec<u8>], level: Level) -> Result<f64> {
    let begun = Instant::now();
    let mut verifier = Verifier::new(level);
    for entry in entries {
        verifier.push(entry);
    }
    let report = verifier.finish();
    let seconds = begun.elapsed().as_secs_f64();
    ensure!(report.is_sound(), "{:?}", report.damages);
    Ok(seconds)
}

/// Seconds to read, rebuild and compare, the rebuilding in a thread of its own behind a pipe, as in `assent audit verify`.
fn replayed(store: &SqliteStore) -> Result<f64> {
    let begun = Instant::now();
    let (frames, to_rebuild) = std::io::pipe()?;
    let (rows, to_compare) = std::io::pipe()?;
    let report = std::thread::scope(|scope| {
        let rebuilding = scope.spawn(move || rebuild(frames, to_compare));
        let sending = scope.spawn(move || {
            let read = store.read()?;
            replay::send(&*read, &mut BufWriter::new(to_rebuild))
        });
        let report = replay::compare(&*store.read()?, &mut BufReader::new(rows));
        for ended in [sending.join().map(|sent| sent.map(drop)), rebuilding.join()] {
            ended.map_err(|_| anyhow::anyhow!("a thread panicked"))??;
        }
        anyhow::Ok(report?)
    })?;
    ensure!(report.is_sound(), "{:?}", report.differences);
    Ok(begun.elapsed().as_secs_f64())
}

fn rebuild(from: impl Read, to: impl Write) -> Result<(), replay::ReplayError> {
    replay::serve(&mut BufReader::new(from), &mut BufWriter::new(to))
}
