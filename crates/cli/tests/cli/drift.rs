//! `assent drift` on files.

use std::fs;
use std::path::Path;

use crate::support::{Run, assent, run};

/// A table in which `age` moves with the shift and `city` does not.
fn table(folder: &Path, name: &str, shift: u32, more: &str) -> String {
    let rows = (0..200)
        .map(|row| format!("{},{}{more}\n", 20 + row % 40 + shift, ["Bonn", "Ulm"][row as usize % 2]));
    let extra = if more.is_empty() { "" } else { ",only" };
    let path = folder.join(name);
    fs::write(&path, format!("age,city{extra}\n{}", rows.collect::<String>())).unwrap();
    path.to_string_lossy().into_owned()
}

fn drift(reference: &str, current: &str, more: &[&str]) -> Run {
    run(assent().args(["drift", "--reference", reference, "--current", current]).args(more))
}

#[test]
fn drift_is_told_and_is_a_no_only_if_that_was_asked() {
    let folder = tempfile::tempdir().unwrap();
    let reference = table(folder.path(), "a.csv", 0, "");
    let current = table(folder.path(), "b.csv", 9, ",1");
    let told = drift(&reference, &current, &[]);
    assert_eq!((told.code, told.stderr.as_str()), (0, ""), "{told:?}");
    let words = |start: &str| {
        let line =
            told.stdout.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{told:?}"));
        line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    let age = words("age");
    assert_eq!((age[1].as_str(), age[5].as_str(), age[8].as_str()), ("KS", "yes", "200"), "{age:?}");
    assert_eq!(words("city")[5], "no");
    assert!(told.stdout.contains("only          the reference has no such column"), "{}", told.stdout);
    assert!(told.stdout.contains("1 of 2 columns have drifted"), "{}", told.stdout);
    assert_eq!(drift(&reference, &current, &["--fail-on-drift"]).code, 1);
    assert_eq!(drift(&reference, &current, &["--fail-on-drift", "--column", "city"]).code, 0);
    let json = drift(&reference, &current, &["--output", "json"]).json();
    assert_eq!(json["columns"][0]["drifted"], true);
    assert_eq!(json["columns"][0]["distribution"].as_array().unwrap().len(), 10);
    assert_eq!(json["leftOut"][0]["code"], "NOT_IN_REFERENCE");
}

#[test]
fn what_could_not_be_told_is_neither_a_yes_nor_a_no() {
    let folder = tempfile::tempdir().unwrap();
    let reference = table(folder.path(), "a.csv", 0, "");
    let empty = folder.path().join("empty.csv");
    fs::write(&empty, "age,city\n,Bonn\n,Ulm\n").unwrap();
    let empty = empty.to_string_lossy().into_owned();
    assert_eq!(drift(&reference, &empty, &[]).code, 0);
    let told = drift(&reference, &empty, &["--fail-on-drift"]);
    assert_eq!(told.code, 2, "{told:?}");
    assert!(
        told.stdout.contains("age: not tested, because the current data has no values"),
        "{}",
        told.stdout
    );
    let none = folder.path().join("none.csv");
    fs::write(&none, "x\n1\n").unwrap();
    let told = drift(&reference, &none.to_string_lossy(), &[]);
    assert!(told.code == 2 && told.stdout.contains("there was no column to compare"), "{told:?}");
    for (options, message) in [
        (&["--column", "ages"][..], "no column `ages`; the columns are `age`, `city`"),
        (&["--bins", "2"], "`2` is no number of bins"),
        (&["--p-value-bound", "0"], "`0` is no bound for a p-value"),
        (&["--numeric", "city"], "row 1 (line 2), column `city`: `Bonn` is not a number"),
    ] {
        let told = drift(&reference, &reference, options);
        assert_eq!((told.code, told.stdout.as_str()), (2, ""), "{told:?}");
        assert!(told.stderr.contains(message) && told.stderr.contains("\nhint: "), "{}", told.stderr);
    }
}

#[test]
fn a_document_is_written_where_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let reference = table(folder.path(), "a.csv", 0, "");
    let html = drift(&reference, &reference, &["--output", "html"]);
    assert_eq!(html.code, 0);
    assert!(html.stdout.starts_with("<!DOCTYPE html>\n") && html.stdout.ends_with("</html>\n"));
    let junit = drift(&reference, &reference, &["--output", "junit", "--fail-on-drift"]);
    assert!(junit.stdout.starts_with("<?xml version=\"1.0\""), "{}", junit.stdout);
    assert!(junit.stdout.contains("tests=\"2\" failures=\"0\" errors=\"0\""), "{}", junit.stdout);
    let other = run(assent().args(["scan", "--output", "html", &reference]));
    assert_eq!((other.code, other.stdout.as_str()), (2, ""));
    assert!(other.stderr.contains("this command does not write this format"), "{}", other.stderr);
}
