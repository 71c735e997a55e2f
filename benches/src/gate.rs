//! `gate`: the answer of the gate among 100,000 versions, 20 policies, while writes go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use assent_app::cases;
use assent_app::view::Snapshot;
use assent_domain::gate::Verdict;
use assent_domain::ids::VersionId;
use xtask::args::Args;
use xtask::site::Kind;

use crate::folder;
use crate::place::Place;
use crate::stats::{Bar, Table, Times, machine_load, number, say};
use crate::world::{World, target};

const VERSIONS: usize = 100_000;
const VERSIONS_OF_A_MODEL: usize = 20;
/// Of so many versions one is approved for production; every second one has its evidence.
const APPROVED_OF: usize = 50;
const TASKS: usize = 256;
const QUESTIONS: usize = 20_000;
/// Writers that go on meanwhile.
const WRITERS: usize = 16;

/// Runs the benchmark.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut table = Table::default();
    for kind in Kind::named(args.text("store"))? {
        let place = Place::new(kind, folder()?.join(kind.name()))?;
        measure(&place, kind.name(), &mut table)?;
        place.remove()?;
    }
    table.show("gate");
    Ok(())
}

fn measure(place: &Place, name: &'static str, table: &mut Table) -> Result<()> {
    say(&format!("\ngate: {name}, load average {}", machine_load()));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build()?;
    let store = place.open()?;
    let (world, versions) = runtime.block_on(async {
        let world = World::new(store, place.address().is_some()).await?;
        let begun = Instant::now();
        let versions = fill(&world).await?;
        table.put(name, "versions stored (through the ledger)", number(versions.len()), "", None);
        table.put(name, "storing them, with their evidence", begun.elapsed().as_secs_f64(), "s", None);
        anyhow::Ok((world, versions))
    })?;
    place.settle()?;
    say(&format!("{QUESTIONS} questions about random versions of {}, 20 policies each", versions.len()));
    let mut quiet = ask(&world, &versions)?;
    table.put(name, "no writes: p50", quiet.permille(500), "ms", None);
    table.put(name, "no writes: p99", quiet.permille(990), "ms", None);
    let (stop, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| runtime.spawn(write(world.clone(), Arc::clone(&stop), Arc::clone(&count))))
        .collect();
    let begun = Instant::now();
    let asked = ask(&world, &versions);
    let written = number(usize::try_from(count.load(Ordering::Acquire))?) / begun.elapsed().as_secs_f64();
    stop.store(true, Ordering::Release);
    for writer in writers {
        runtime.block_on(writer)??;
    }
    let mut times = asked?;
    table.put(name, "writes meanwhile", written, "/s", None);
    table.put(name, "while writes go on: p50", times.permille(500), "ms", None);
    table.put(name, "while writes go on: p99", times.permille(990), "ms", Some(Bar::AtMost(5.0)));
    Ok(())
}

/// Makes the versions: models with twenty versions each, half with a model card, some approved.
async fn fill(world: &World) -> Result<Vec<VersionId>> {
    let models = VERSIONS / VERSIONS_OF_A_MODEL;
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let world = world.clone();
            tokio::spawn(async move {
                let mut versions = Vec::new();
                for _ in (task..models).step_by(TASKS) {
                    let model = world.model().await?;
                    for number in 0..VERSIONS_OF_A_MODEL {
                        let version = world.version(model).await?;
                        if number % 2 == 0 {
                            world.card(version).await?;
                        }
                        versions.push(version);
                    }
                    let first = versions.len() - VERSIONS_OF_A_MODEL;
                    if versions.len() % APPROVED_OF < VERSIONS_OF_A_MODEL
                        && let Some(version) = versions.get(first)
                    {
                        let promotion = world.submit(*version).await?;
                        world.approve(promotion, "compliance").await?;
                        world.approve(promotion, "security").await?;
                    }
                }
                anyhow::Ok(versions)
            })
        })
        .collect();
    let mut versions = Vec::new();
    for task in tasks {
        versions.extend(task.await??);
    }
    Ok(versions)
}

/// The time of each question; both verdicts must come up.
fn ask(world: &World, versions: &[VersionId]) -> Result<Times> {
    let (mut times, mut open, mut shut, mut at) = (Times::default(), 0_u32, 0_u32, 0_usize);
    for turn in 0..QUESTIONS {
        // A prime step visits the versions in an order that no cache knows; every tenth question is about a first version.
        at = (at + 61_843) % versions.len();
        let place = if turn % 10 == 0 { at - at % VERSIONS_OF_A_MODEL } else { at };
        let version = *versions.get(place).context("a version")?;
        let begun = Instant::now();
        let read = world.store.read()?;
        let view = Snapshot::with(&*read, world.assent.ledger.recent())?;
        let (packs, now) = (world.assent.ledger.packs(), world.assent.wiring.now());
        let answer = cases::of_version(&view, packs, version, Some(target()), now)?.gate();
        times.push(begun.elapsed());
        if answer.verdict == Verdict::Eligible { open += 1 } else { shut += 1 }
    }
    ensure!(open > 100 && shut > 100, "{open} open, {shut} shut: the questions are too much alike");
    Ok(times)
}

async fn write(world: World, stop: Arc<AtomicBool>, count: Arc<AtomicU64>) -> Result<()> {
    while !stop.load(Ordering::Acquire) {
        let model = world.model().await?;
        let version = world.version(model).await?;
        world.card(version).await?;
        count.fetch_add(3, Ordering::AcqRel);
        // A steady load, not as much as the disk can take: that is what `write` measures.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}
