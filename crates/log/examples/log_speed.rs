//! How fast the log is: `cargo run --release -p assent-log --example log_speed`.
//!
//! Each figure stands beside the speed of plain SHA-256 over one large buffer in the same run, which bounds it: an
//! entry of 700 bytes costs 12 blocks of 64 bytes for its leaf and 2 for its share of the tree.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement that prints its figures")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use assent_log::entry::{Actor, ActorKind, Entry, Outcome, RiskLevel, SCHEMA_VERSION, Subject};
use assent_log::verify::{Level, Verifier};
use assent_log::{EMPTY_ROOT, Hash, Tree, leaf_hash};
use serde_json::json;
use uuid::Uuid;

const ENTRIES: u32 = 100_000;
const ROUNDS: u32 = 5;

fn main() {
    let log = log();
    let bytes: usize = log.iter().map(Vec::len).sum();
    println!("{ENTRIES} entries, {} bytes each; the best of {ROUNDS} rounds", bytes / log.len());
    let buffer = vec![7; 1 << 24];
    let hashing = per_second(buffer.len(), best(|| _ = black_box(Hash::of(&buffer))));
    println!("plain SHA-256            {:8.1} MB/s", hashing / 1e6);
    for level in [Level::Chain, Level::Schema] {
        let time = best(|| verify(level, &log));
        let (bytes, entries) = (per_second(bytes, time), per_second(log.len(), time));
        println!(
            "verify {level:?}\t{:8.1} MB/s, {entries:9.0} entries/s, {:.2} of SHA-256",
            bytes / 1e6,
            bytes / hashing
        );
    }
    let entry = Entry::decode(log.last().unwrap()).unwrap();
    let time = best(|| (0..ENTRIES).for_each(|_| drop(black_box(entry.encode().unwrap()))));
    println!("encode an entry          {:8.2} us", time.as_secs_f64() * 1e6 / f64::from(ENTRIES));
    let last = log.last().unwrap();
    let time = best(|| (0..ENTRIES).for_each(|_| drop(black_box(Entry::decode(last).unwrap()))));
    println!("decode an entry          {:8.2} us", time.as_secs_f64() * 1e6 / f64::from(ENTRIES));
    let leaves: Vec<Hash> = log.iter().map(|entry| leaf_hash(entry)).collect();
    let time = best(|| push(&leaves));
    println!("push leaves, with tiles  {:8.0} /s", per_second(leaves.len(), time));
}

fn push(leaves: &[Hash]) {
    let mut tree = Tree::new();
    for &leaf in leaves {
        tree.push(leaf);
    }
    black_box(tree.take_changed());
}

fn verify(level: Level, log: &[Vec<u8>]) {
    let mut verifier = Verifier::new(level);
    for entry in log {
        verifier.push(entry);
    }
    assert!(verifier.finish().is_sound());
}

fn best(mut work: impl FnMut()) -> Duration {
    let round = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..ROUNDS).map(round).min().unwrap()
}

fn per_second(count: usize, time: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap()) / time.as_secs_f64()
}

fn log() -> Vec<Vec<u8>> {
    let mut previous_hash = EMPTY_ROOT;
    let entry = |index: u32| {
        let entry = Entry {
            schema_version: SCHEMA_VERSION,
            id: Uuid::from_u128(index.into()),
            index: index.into(),
            time: "2026-11-21T01:12:36.123Z".to_owned(),
            kind: "reviewDecided".to_owned(),
            actor: Actor { id: Uuid::from_u128(1), kind: ActorKind::User },
            subject: Subject { kind: "version".to_owned(), id: "v-1".to_owned(), name: None },
            action: "approved the version for production".to_owned(),
            details: json!({"decision": "APPROVED", "step": 4, "role": "security_reviewer", "conditions": ["monitor drift"],
                "facts": "0f".repeat(32), "promotion": Uuid::from_u128(2).to_string(), "validDays": 365}),
            outcome: Outcome::Success,
            risk_level: Some(RiskLevel::High),
            request: None,
            causation_id: Some(Uuid::from_u128(3)),
            correlation_id: None,
            model_id: Some(Uuid::from_u128(4)),
            previous_hash,
        };
        let bytes = entry.encode().unwrap();
        previous_hash = leaf_hash(&bytes);
        bytes
    };
    (0..ENTRIES).map(entry).collect()
}
