//! Measures the store on this machine, beside plain one-by-one inserts: `cargo run --release -p assent-store-sqlite --example
//! speed -- [folder] [entries]`. The folder should lie on the disk that is asked about; it is emptied of what was made.

#![expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "it prints a table of rates")]

use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use assent_store::contract::sample::{entry, hash, id, nothing, row, tile};
use assent_store::{Batch, EntryQuery, Head, Read, Store, StoreError};
use assent_store_sqlite::{Options, SqliteStore};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// How long each figure is measured.
const SPAN: Duration = Duration::from_secs(4);

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().map_or_else(std::env::temp_dir, Into::into).join("assent-speed");
    let entries: u64 = arguments.next().map_or(Ok(200_000), |count| count.parse())?;
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let measured = measure(&folder, entries);
    std::fs::remove_dir_all(&folder)?;
    measured
}

fn measure(folder: &Path, entries: u64) -> Outcome<()> {
    println!("syncs of a file that grew        {:>10.0} /s", syncs(&folder.join("grown"))?);
    let plain = plain_inserts(&folder.join("plain.sqlite"))?;
    println!("plain inserts, one by one        {plain:>10.0} /s");
    let store = SqliteStore::open(&folder.join("assent.sqlite"), Options::default())?;
    let mut size = 0;
    for batch in [1, 10, 100, 1_000] {
        let (rate, worst) = commits(&store, &mut size, batch)?;
        let ratio = rate / plain;
        let worst_ms = worst.as_secs_f64() * 1e3;
        println!(
            "commits of {batch:>5}                 {rate:>10.0} /s  {ratio:>6.1} x plain  slowest {worst_ms:.0} ms"
        );
    }
    let filling = Instant::now();
    let before = size;
    while size < entries {
        commit(&store, &mut size, 1_000)?;
    }
    let (count, seconds) = ((size - before) as f64, filling.elapsed().as_secs_f64());
    println!("filled up to {size:>10} entries   {:>10.0} /s", count / seconds);
    reads(&store, size)?;
    let bytes = std::fs::metadata(folder.join("assent.sqlite"))?.len();
    println!("bytes on disk for each entry     {:>10.0}", bytes as f64 / size as f64);
    Ok(())
}

/// What the machine can do at best: one page appended and synced.
fn syncs(path: &Path) -> Outcome<f64> {
    let mut file = std::fs::File::create(path)?;
    let (start, mut count) = (Instant::now(), 0.0);
    while start.elapsed() < SPAN {
        file.write_all(&[7; 4_096])?;
        file.sync_data()?;
        count += 1.0;
    }
    Ok(count / start.elapsed().as_secs_f64())
}

/// The machine's own rate: one row of 1,700 bytes in each durable transaction.
fn plain_inserts(path: &Path) -> Outcome<f64> {
    let connection = rusqlite::Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch("CREATE TABLE rows (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")?;
    let mut insert = connection.prepare("INSERT INTO rows (bytes) VALUES (?1)")?;
    let (start, mut count) = (Instant::now(), 0.0);
    while start.elapsed() < SPAN {
        insert.execute([vec![7_u8; 1_700]])?;
        count += 1.0;
    }
    Ok(count / start.elapsed().as_secs_f64())
}

/// Writes for each second, and the slowest commit.
fn commits(store: &SqliteStore, size: &mut u64, batch: u64) -> Outcome<(f64, Duration)> {
    let (start, before, mut worst) = (Instant::now(), *size, Duration::ZERO);
    while start.elapsed() < SPAN {
        let begun = Instant::now();
        commit(store, size, batch)?;
        worst = worst.max(begun.elapsed());
    }
    Ok(((*size - before) as f64 / start.elapsed().as_secs_f64(), worst))
}

/// Each write is an entry of 700 bytes and a row of 1 kB: a new one for every second write, else an update.
fn commit(store: &SqliteStore, size: &mut u64, batch: u64) -> Result<(), StoreError> {
    let session = store.begin()?;
    let until = *size + batch;
    let mut made = Batch { tiles: vec![tile(0, until / 256, 1 + (until % 256) as usize)], ..nothing(0) };
    for index in *size..until {
        let mut new = entry(index);
        new.bytes = vec![b'x'; 700];
        new.keys.actor = id(10_000 + scatter(index) % 300);
        new.keys.model_id = Some(id(20_000 + scatter(index + 7) % 5_000));
        new.keys.subject_id = id(40_000 + scatter(index + 9) % 50_000).to_string();
        made.entries.push(new);
        made.rows.push(version(index));
    }
    let time_ms = made.entries.last().map_or(0, |last| last.keys.time_ms);
    made.head = Head { size: until, root: hash(until), last_hash: hash(until + 1), time_ms };
    session.commit(made)?;
    *size = until;
    Ok(())
}

fn version(index: u64) -> assent_store::Row {
    let number = if index.is_multiple_of(2) { index } else { 2 * (scatter(index) % index.div_ceil(2)) };
    let (model, by) = (id(scatter(number) % 5_000).to_string(), id(scatter(number) % 300).to_string());
    let (name, placed) = (format!("{model}/{number}"), format!("{model}/STAGING"));
    let cells = [Some(&*model), Some(&*name), Some("STAGING"), Some(&*placed), Some(&*by)];
    let mut made = row("versions", number, index + 1, &cells);
    made.document = vec![b'x'; 1_000];
    made
}

fn reads(store: &SqliteStore, size: u64) -> Outcome<()> {
    let versions = size / 2;
    rate("snapshot, head and one row", || {
        let mut number = 0;
        move || {
            number += 1;
            store.read()?.row("versions", id(2 * (scatter(number) % versions)))?.ok_or_else(lost).map(drop)
        }
    })?;
    let read = store.read()?;
    let read: &dyn Read = &*read;
    rate("one row in an open snapshot", || {
        let mut number = 0;
        move || {
            number += 1;
            read.row("versions", id(2 * (scatter(number) % versions)))?.ok_or_else(lost).map(drop)
        }
    })?;
    let start = Instant::now();
    let mut bytes = 0;
    read.scan_entries(0, &mut |_, entry| {
        bytes += entry.len();
        Ok(())
    })?;
    println!("entries scanned                  {:>10.0} /s", size as f64 / start.elapsed().as_secs_f64());
    for (name, query) in searches(size) {
        let mut times: Vec<Duration> = Vec::new();
        for turn in 0..50 {
            let start = Instant::now();
            let before = size - scatter(turn) % (size / 2);
            read.find_entries(&EntryQuery { before: Some(before), limit: 50, ..query.clone() })?;
            times.push(start.elapsed());
        }
        times.sort();
        let p95 = times.get(47).map_or(0.0, Duration::as_secs_f64);
        println!("search by {name:<22} p95 {:>8.2} ms", p95 * 1e3);
    }
    Ok(())
}

fn searches(size: u64) -> Vec<(&'static str, EntryQuery)> {
    let none = EntryQuery::default();
    let actor = Some(id(10_007));
    let model = Some(id(20_007));
    let kind = Some("MODEL".to_owned());
    let middle = entry(size / 3).keys.time_ms;
    vec![
        ("type", EntryQuery { event_type: Some("reviewDecided".to_owned()), ..none.clone() }),
        ("actor", EntryQuery { actor, ..none.clone() }),
        ("model", EntryQuery { model_id: model, ..none.clone() }),
        ("subject", EntryQuery { subject_id: Some(id(40_777).to_string()), ..none.clone() }),
        ("kind", EntryQuery { subject_kind: kind.clone(), ..none.clone() }),
        ("outcome", EntryQuery { outcome: Some("FAILURE".to_owned()), ..none.clone() }),
        ("kind that is not there", EntryQuery { subject_kind: Some("PACK".to_owned()), ..none.clone() }),
        ("time", EntryQuery { until_ms: Some(middle), ..none.clone() }),
        ("model and actor", EntryQuery { model_id: model, actor, ..none.clone() }),
        ("kind, actor and time", EntryQuery { subject_kind: kind, actor, until_ms: Some(middle), ..none }),
    ]
}

/// Prints how often the action can be done in a second.
fn rate<A: FnMut() -> Result<(), StoreError>>(name: &str, action: impl Fn() -> A) -> Outcome<()> {
    let mut action = action();
    let (start, mut count) = (Instant::now(), 0.0);
    while start.elapsed() < SPAN {
        action()?;
        count += 1.0;
    }
    println!("{name:<32} {:>10.0} /s", count / start.elapsed().as_secs_f64());
    Ok(())
}

fn lost() -> StoreError {
    StoreError::Corrupt("a row that was written is missing".to_owned())
}

/// Some number that looks unrelated to `number`.
fn scatter(number: u64) -> u64 {
    let bits = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (bits ^ (bits >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 20
}
