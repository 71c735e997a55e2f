//! Every fuzz target on its seeds and on mutations of them, the same in every run.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

use assent_fuzz::{TARGETS, Target};

/// Mutated inputs of each target.
const MUTATIONS: u64 = 4_000;
/// The longest input in bytes.
const LONGEST: usize = 4_096;

/// Bytes that parsers care about.
const SPICE: [&[u8]; 24] = [
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b"(",
    b")",
    b",",
    b":",
    b"\n",
    b"\r\n",
    b"\0",
    b"\xff",
    b"\xe2\x80\x94",
    b"-",
    b"0",
    b"9007199254740993",
    b"1e999",
    b"\\ud800",
    b" && ",
    b"??",
    b"'",
    b"/",
];

struct Rng(u64);

impl Rng {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let bits = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((bits ^ (bits >> 31)) % (bound.max(1) as u64)).unwrap()
    }
}

/// One to six changes of a seed: cut, doubled, spliced with another, bits flipped, spiced.
fn mutate(rng: &mut Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut input = seeds.get(rng.below(seeds.len())).cloned().unwrap();
    for _ in 0..=rng.below(6) {
        let at = rng.below(input.len() + 1);
        let to = at + rng.below(input.len() - at + 1);
        match rng.below(6) {
            0 => drop(input.drain(at..to)),
            1 => {
                let part: Vec<u8> = input.iter().take(to).skip(at).copied().collect();
                drop(input.splice(at..at, part));
            }
            2 => {
                let other = seeds.get(rng.below(seeds.len())).unwrap();
                let from = rng.below(other.len() + 1);
                let part: Vec<u8> = other.iter().skip(from).take(rng.below(64)).copied().collect();
                drop(input.splice(at..to, part));
            }
            3 => input.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << rng.below(8)),
            4 => drop(input.splice(at..at, SPICE.get(rng.below(SPICE.len())).unwrap().iter().copied())),
            _ => input.truncate(to),
        }
        input.truncate(LONGEST);
    }
    input
}

fn seeds(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(name);
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let seeds: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    assert!(seeds.len() >= 2, "`{name}` has too few seeds");
    seeds
}

fn run(name: &str, target: Target, input: &[u8], which: &str) {
    if catch_unwind(|| target(input)).is_err() {
        let shown: String = String::from_utf8_lossy(input).into_owned();
        panic!("the target `{name}` fails on {which}; add it to its seeds once it is mended: {shown:?}");
    }
}

fn smoke(name: &str) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).unwrap();
    let seeds = seeds(name);
    for (number, seed) in seeds.iter().enumerate() {
        run(name, *target, seed, &format!("seed {number}"));
    }
    let mut rng = Rng(name.bytes().map(u64::from).sum());
    for number in 0..MUTATIONS {
        let input = mutate(&mut rng, &seeds);
        run(name, *target, &input, &format!("mutation {number}"));
    }
}

macro_rules! smoke {
    ($($test:ident $name:literal),*) => {
        $(#[test] fn $test() { smoke($name); })*

        #[test]
        fn every_target_is_run() {
            let tested = [$($name),*];
            assert_eq!(TARGETS.map(|(name, _)| name), tested);
        }
    };
}

smoke!(
    cards_json "cards-json",
    cards_markdown "cards-markdown",
    cards_readme "cards-readme",
    cel_compile "cel-compile",
    cel_evaluate "cel-evaluate",
    eval_csv "eval-csv",
    eval_files "eval-files",
    eval_state "eval-state",
    log_bundle "log-bundle",
    log_canonical "log-canonical",
    log_checkpoint "log-checkpoint",
    log_entry "log-entry",
    log_note "log-note",
    log_tile_path "log-tile-path",
    scan_artifact "scan-artifact",
    scan_evidence "scan-evidence",
    vault_envelope "vault-envelope",
    vault_secret "vault-secret"
);
