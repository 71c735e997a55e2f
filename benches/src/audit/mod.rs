//! `audit`: searches of a log of millions of entries, as `GET /api/v1/log/entries` makes them.

mod ask;
mod cases;
mod make;

use std::sync::mpsc::sync_channel;
use std::time::Instant;

use anyhow::{Result, anyhow, ensure};
use assent_app::verify;
use assent_log::verify::Level;
use xtask::args::Args;
use xtask::site::Kind;

use crate::folder;
use crate::place::Place;
use crate::stats::{figure, machine_load, number, say};

use make::Maker;

const ENTRIES: u64 = 1_000_000;
const SEED: u64 = 1;
/// Entries that are committed together.
const BATCH: u64 = 20_000;

/// Runs the benchmark.
pub(crate) fn run(args: &Args) -> Result<()> {
    let entries = args.number("entries", ENTRIES)?.max(BATCH);
    for kind in Kind::named(args.text("store"))? {
        let name = format!("{}-{entries}", kind.name());
        say(&format!("\naudit: {entries} entries in {}", kind.name()));
        let place = Place::new(kind, folder()?.join(&name))?;
        let place = if place.open()?.read()?.head()?.size == entries {
            say("they are there from an earlier run");
            place
        } else {
            place.remove()?;
            let place = Place::new(kind, folder()?.join(&name))?;
            fill(&place, entries)?;
            place
        };
        measure(&place)?;
        if args.flag("keep") {
            say(&format!("kept in `{}`", folder()?.join(&name).display()));
        } else {
            place.remove()?;
        }
    }
    Ok(())
}

/// One thread makes entries, another one stores them.
fn fill(place: &Place, entries: u64) -> Result<()> {
    let (store, begun) = (place.open()?, Instant::now());
    let (sender, batches) = sync_channel(2);
    let making = std::thread::spawn(move || -> Result<()> {
        let (mut maker, mut left) = (Maker::new(SEED), entries);
        while left > 0 {
            let count = left.min(BATCH);
            sender.send(maker.batch(count)?)?;
            left -= count;
        }
        Ok(())
    });
    for batch in batches {
        store.begin()?.commit(batch)?;
    }
    making.join().map_err(|_| anyhow!("the maker of entries panicked"))??;
    let seconds = begun.elapsed().as_secs_f64();
    figure("stored, in batches of 20,000", number(usize::try_from(entries)?) / seconds, "entries/s");
    place.settle()?;
    let begun = Instant::now();
    let report = verify::verify(&*store.read()?, Level::Schema, &[], &[])?;
    ensure!(report.is_sound() && report.size == entries, "{:?}", report.damages);
    figure("all of them verified, in", begun.elapsed().as_secs_f64(), "s");
    Ok(())
}

fn measure(place: &Place) -> Result<()> {
    let store = place.open()?;
    let report = verify::verify_end(&*store.read()?, &[])?;
    ensure!(report.is_sound(), "{:?}", report.damages);
    let entries = store.read()?.head()?.size;
    let bytes = place.size_bytes()?;
    figure("on the disk", number(usize::try_from(bytes / 1_000_000)?) / 1e3, "GB");
    figure("bytes of an entry, indexes included", number(usize::try_from(bytes / entries)?), "");
    let cases = cases::all(&*store.read()?)?;
    drop(store);
    say(&format!("load average {}", machine_load()));
    ask::cold(place, &cases)?;
    ask::warm(&*place.open()?, &cases)
}
