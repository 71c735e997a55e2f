//! `assent scan` on files.

use std::fs;

use crate::support::{Run, assent, repository, run};

fn scan(files: &[&str], more: &[&str]) -> Run {
    let files = files.iter().map(|file| repository(&format!("crates/scan/testdata/{file}")));
    run(assent().arg("scan").args(files).args(more))
}

const MALICIOUS: &str = "model_scan/malicious_os_system.pkl";

#[test]
fn a_clean_file_is_a_yes_and_a_malicious_one_a_no() {
    let clean = scan(&["model_scan/benign_model.pkl", "made/forest.joblib"], &[]);
    assert_eq!(clean.code, 0, "{}{}", clean.stdout, clean.stderr);
    assert!(clean.stdout.contains("nothing stands against loading"), "{}", clean.stdout);
    let bad = scan(&["model_scan/benign_model.pkl", MALICIOUS], &[]);
    assert_eq!(bad.code, 1, "{}{}", bad.stdout, bad.stderr);
    for part in [
        "DANGEROUS",
        "CRITICAL",
        "UNSAFE_IMPORT",
        "`posix.system`",
        "hint: UNSAFE_IMPORT: do not load the file",
    ] {
        assert!(bad.stdout.contains(part), "{part}: {}", bad.stdout);
    }
}

#[test]
fn a_folder_is_looked_at_file_by_file() {
    let json = scan(&["model_scan"], &["--output", "json"]);
    assert_eq!(json.code, 1);
    let json = json.json();
    let scans = json["scans"].as_array().unwrap();
    let malicious = scans.iter().find(|scan| scan["verdict"] == "DANGEROUS").unwrap();
    assert_eq!(malicious["findings"][0]["module"], "posix");
    assert_eq!(scans.len(), 6);
    assert_eq!(scans.iter().filter(|scan| scan["verdict"] == "CLEAN").count(), 5);
}

#[test]
fn the_bound_decides_and_what_was_not_looked_into_is_never_a_yes() {
    assert_eq!(scan(&["made/lambda.h5"], &[]).code, 1);
    assert_eq!(scan(&["made/lambda.h5"], &["--fail-on", "high"]).code, 0);
    assert_eq!(scan(&[MALICIOUS], &["--fail-on", "critical"]).code, 1);
    let folder = tempfile::tempdir().unwrap();
    let unknown = folder.path().join("model.7z");
    fs::write(&unknown, b"7z\xbc\xaf\x27\x1c\0\x04").unwrap();
    let run = run(assent().arg("scan").arg(&unknown).args(["--fail-on", "critical"]));
    assert_eq!(run.code, 1, "{}", run.stdout);
}

#[test]
fn findings_are_written_as_sarif() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scan.sarif");
    let run = scan(&[MALICIOUS], &["--sarif", path.to_str().unwrap()]);
    assert_eq!(run.code, 1);
    let sarif: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "UNSAFE_IMPORT");
}

#[test]
fn a_file_that_is_not_there_is_not_a_no() {
    let run = scan(&["nothing.pkl"], &[]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("nothing.pkl` cannot be read: "), "{}", run.stderr);
    assert!(run.stderr.contains("hint: name files or folders that are there"), "{}", run.stderr);
}
