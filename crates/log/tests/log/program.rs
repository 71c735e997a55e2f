//! The standalone verifier, run as a program on exported folders.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{checkpoint, export, key, log, put};

struct Run {
    status: i32,
    stdout: String,
    stderr: String,
}

fn run(arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_assent-log-verify")).args(arguments).output().unwrap();
    Run {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn exported(count: u64) -> TempDir {
    let folder = TempDir::new().unwrap();
    export(folder.path(), &log(count));
    folder
}

fn codes(folder: &Path, more: &[&str]) -> (i32, Vec<String>) {
    let vkey = key().vkey();
    let mut arguments = vec![folder.to_str().unwrap(), "--vkey", &vkey, "--output", "json"];
    arguments.extend(more);
    let run = run(&arguments);
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
    let codes = report["damages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|damage| damage["code"].as_str().unwrap().to_owned());
    (run.status, codes.collect())
}

fn flip(folder: &Path, path: &str, at: usize) {
    let path = folder.join(path);
    let mut bytes = fs::read(&path).unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_sound_export_passes() {
    for count in [0, 1, 256, 600] {
        let folder = exported(count);
        assert_eq!(codes(folder.path(), &[]), (0, vec![]), "{count}");
    }
    let folder = exported(3);
    let run = run(&[folder.path().to_str().unwrap(), "--vkey", &key().vkey()]);
    assert_eq!(run.status, 0);
    assert!(run.stdout.starts_with("sound: 3 entries, root "), "{}", run.stdout);
}

#[test]
fn a_full_file_stands_in_for_a_partial_one() {
    let folder = exported(300);
    export(folder.path(), &log(600));
    put(folder.path(), "checkpoint", checkpoint(&log(300)).as_bytes());
    for partial in ["tile/0/001.p/44", "tile/entries/001.p/44"] {
        fs::remove_file(folder.path().join(partial)).unwrap();
    }
    assert_eq!(codes(folder.path(), &[]), (0, vec![]));
}

#[test]
fn damage_is_named() {
    let damaged = |path: &str, at: usize, expect: &[&str]| {
        let folder = exported(300);
        flip(folder.path(), path, at);
        let (status, found) = codes(folder.path(), &[]);
        assert_eq!(status, 1);
        for code in expect {
            assert!(found.iter().any(|found| found == code), "{path} {at}: {found:?}");
        }
    };
    damaged("tile/0/000", 5, &["TILE_WRONG"]);
    damaged("tile/0/001.p/44", 5, &["TILE_WRONG"]);
    damaged("tile/1/000.p/1", 5, &["TILE_WRONG"]);
    damaged("tile/entries/000", 2, &["ENTRY_NOT_CANONICAL", "ROOT_MISMATCH"]);
    damaged("tile/entries/001.p/44", 0, &["BUNDLE_UNREADABLE", "LOG_TRUNCATED"]);
    damaged("checkpoint", 5, &["SIGNATURE_INVALID"]);
    damaged("checkpoint", checkpoint(&log(300)).find("\n\n").unwrap(), &["CHECKPOINT_MALFORMED"]);
}

#[test]
fn missing_files_are_damage() {
    for (path, code) in [("tile/1/000.p/1", "TILE_MISSING"), ("tile/entries/000", "BUNDLE_UNREADABLE")] {
        let folder = exported(300);
        fs::remove_file(folder.path().join(path)).unwrap();
        let (status, found) = codes(folder.path(), &[]);
        assert_eq!(status, 1);
        assert_eq!(found[0], code);
    }
}

#[test]
fn a_rollback_shows_against_a_kept_checkpoint() {
    let folder = exported(300);
    let kept = folder.path().join("kept");
    fs::write(&kept, checkpoint(&log(310))).unwrap();
    let older = folder.path().join("older");
    fs::write(&older, checkpoint(&log(17))).unwrap();
    let (kept, older) = (kept.to_str().unwrap(), older.to_str().unwrap());
    assert_eq!(codes(folder.path(), &["--checkpoint", older]), (0, vec![]));
    let found = codes(folder.path(), &["--checkpoint", older, "--checkpoint", kept]);
    assert_eq!(found, (1, vec!["LOG_TRUNCATED".to_owned()]));
}

#[test]
fn questions_that_cannot_be_answered_exit_with_2() {
    let folder = exported(1);
    let path = folder.path().to_str().unwrap();
    let vkey = key().vkey();
    for (arguments, message) in [
        (vec![], "a folder and a verifier key are needed"),
        (vec![path], "a folder and a verifier key are needed"),
        (vec![path, "--vkey"], "`--vkey` needs a value"),
        (vec![path, "--vkey", "nonsense"], "`nonsense` is not a verifier key"),
        (vec![path, "--vkey", &vkey, "--fast"], "`--fast` is not understood"),
        (vec![path, "--vkey", &vkey, "--output", "xml"], "`xml` is not an output format"),
        (vec![path, "--vkey", &vkey, "--checkpoint", "/nowhere"], "`/nowhere` cannot be read"),
        (vec!["/nowhere", "--vkey", &vkey], "`/nowhere/checkpoint` cannot be read"),
    ] {
        let run = run(&arguments);
        assert_eq!(run.status, 2, "{arguments:?}");
        assert!(run.stderr.contains(message), "{}", run.stderr);
    }
}
