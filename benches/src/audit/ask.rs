//! Asking, and how long it takes: newest pages, pages deep in the log, and pages that follow by cursor, each in a snapshot of
//! its own as a request has it.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use assent_store::{EntryQuery, Found, Store};
use xtask::rng::Rng;

use super::cases::{Case, pairs};
use crate::place::Place;
use crate::stats::{Bar, Times, bar, machine_load, say};

/// How often a question is begun: half of them at the newest entry, half of them somewhere in the log.
const TURNS: u32 = 40;
/// Pages of one turn.
const PAGES: u32 = 5;
/// The same for pairs, of which there are many.
const TURNS_OF_A_PAIR: u32 = 6;
/// Nothing is asked any longer than this.
const SPAN: Duration = Duration::from_secs(10);
const BAR_MS: f64 = 50.0;
const SHOWN_PAIRS: usize = 8;

/// What the answers to one question took.
#[derive(Default)]
struct Asked {
    times: Times,
    found: usize,
    /// Pages that ended for want of steps.
    short: usize,
}

/// The first page of each question after nothing of the log is left in memory.
pub(super) fn cold(place: &Place, cases: &[Case]) -> Result<()> {
    let (mut times, mut worst) = (Times::default(), (0.0, ""));
    for case in cases {
        place.forget()?;
        let store = place.open()?;
        let (time, _) = page(&*store, &case.query)?;
        times.push(time);
        let ms = time.as_secs_f64() * 1e3;
        if ms > worst.0 {
            worst = (ms, &case.name);
        }
    }
    say(&format!("\naudit: the first page, nothing of the log in memory, {} questions", cases.len()));
    bar("p95", times.permille(950), "ms", Bar::AtMost(BAR_MS));
    say(&format!("the slowest: {:.2} ms, {}", worst.0, worst.1));
    Ok(())
}

/// Every question over and over, and all pairs of questions.
pub(super) fn warm(store: &dyn Store, cases: &[Case]) -> Result<()> {
    say(&format!("\naudit: pages of 50, load average {}", machine_load()));
    say(&format!(
        "{:<44} {:>8} {:>9} {:>9} {:>9} {:>9}  short pages",
        "filter, value", "found", "p50 ms", "p95 ms", "p99 ms", "max ms"
    ));
    let mut worst: f64 = 0.0;
    for case in cases {
        let mut asked = ask(store, case, TURNS)?;
        if let Some(finds) = case.finds {
            ensure!((asked.found > 0) == finds, "{}: {} found", case.name, asked.found);
        }
        worst = worst.max(show(&case.name, &mut asked));
    }
    bar("one filter: the largest p95", worst, "ms", Bar::AtMost(BAR_MS));
    let pairs = pairs(cases);
    let mut asked: Vec<(f64, &str, Asked)> = Vec::new();
    for case in &pairs {
        let mut of_case = ask(store, case, TURNS_OF_A_PAIR)?;
        asked.push((of_case.times.permille(950), &case.name, of_case));
    }
    asked.sort_by(|one, other| other.0.total_cmp(&one.0));
    say(&format!(
        "\naudit: all {} pairs of them, the slowest first, load average {}",
        pairs.len(),
        machine_load()
    ));
    let mut all = Times::default();
    for (place, (_, name, mut of_case)) in asked.into_iter().enumerate() {
        if place < SHOWN_PAIRS {
            worst = worst.max(show(name, &mut of_case));
        }
        all.extend(of_case.times);
    }
    bar("two filters: the largest p95", worst, "ms", Bar::AtMost(BAR_MS));
    bar("two filters: p95 of all pages", all.permille(950), "ms", Bar::AtMost(BAR_MS));
    Ok(())
}

fn show(name: &str, asked: &mut Asked) -> f64 {
    let [p50, p95, p99, max] = [500, 950, 990, 1_000].map(|permille| asked.times.permille(permille));
    let (found, short, pages) = (asked.found, asked.short, asked.times.len());
    say(&format!("{name:<44} {found:>8} {p50:>9.2} {p95:>9.2} {p99:>9.2} {max:>9.2}  {short} of {pages}"));
    p95
}

fn ask(store: &dyn Store, case: &Case, turns: u32) -> Result<Asked> {
    let (mut rng, mut asked, begun) = (Rng::new(turns.into()), Asked::default(), Instant::now());
    let size = store.read()?.head()?.size;
    for turn in 0..turns {
        let mut query = case.query.clone();
        query.before = (turn % 2 == 1).then(|| rng.below(size));
        for _ in 0..PAGES {
            let (time, found) = page(store, &query)?;
            asked.times.push(time);
            asked.found += found.entries.len();
            asked.short += usize::from(found.next.is_some() && found.entries.len() < query.limit as usize);
            query.before = found.next;
            if query.before.is_none() || begun.elapsed() > SPAN {
                break;
            }
        }
    }
    Ok(asked)
}

fn page(store: &dyn Store, query: &EntryQuery) -> Result<(Duration, Found)> {
    let begun = Instant::now();
    let found = store.read()?.find_entries(query)?;
    Ok((begun.elapsed(), found))
}
