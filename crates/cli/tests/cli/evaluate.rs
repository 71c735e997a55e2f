//! `assent evaluate` on a file.

use std::fs;
use std::path::Path;

use crate::support::{Run, assent, repository, run};

fn evaluate(data: &Path, more: &[&str]) -> Run {
    run(assent().arg("evaluate").arg("--data").arg(data).args(more))
}

const COMPAS: [&str; 10] = [
    "--label",
    "two_year_recid",
    "--prediction",
    "score_text",
    "--positive",
    "Medium,High",
    "--protected",
    "race",
    "--suite",
    "performance,bias",
];

#[test]
fn the_published_rates_of_compas_come_out() {
    let data = repository("examples/compas/data/compas_two_years.csv");
    let json = evaluate(&data, &[&COMPAS[..], &["--output", "json"]].concat());
    assert_eq!(json.code, 0, "{}", json.stderr);
    let report = json.json();
    let groups = report["groups"].as_array().unwrap();
    let rate = |group: &str, name: &str| {
        let row = groups.iter().find(|row| row["group"] == group).unwrap();
        format!("{:.2}", row[name].as_f64().unwrap() * 100.0)
    };
    let rates = |group| (rate(group, "falsePositiveRate"), rate(group, "falseNegativeRate"));
    assert_eq!(rates("African-American"), ("44.85".to_owned(), "27.99".to_owned()));
    assert_eq!(rates("Caucasian"), ("23.45".to_owned(), "47.72".to_owned()));
    let all = |name: &str| format!("{:.2}", report["metrics"][name]["value"].as_f64().unwrap() * 100.0);
    assert_eq!(
        (all("falsePositiveRate"), all("falseNegativeRate")),
        ("32.35".to_owned(), "37.40".to_owned())
    );

    let table = evaluate(&data, &[&COMPAS[..], &["--output", "table"]].concat());
    assert_eq!(table.code, 0);
    let line = |start: &str| {
        let found = table.stdout.lines().find(|line| line.starts_with(start));
        found.unwrap_or_else(|| panic!("{start}: {}", table.stdout)).to_owned()
    };
    for (start, expected) in [
        ("race       African-American", ["44.85 %", "27.99 %"]),
        ("race       Caucasian", ["23.45 %", "47.72 %"]),
        ("falsePositiveRate", ["32.35 %", "7214"]),
        ("falseNegativeRate", ["37.40 %", "3251"]),
    ] {
        let line = line(start);
        assert!(line.contains(expected[0]), "{line}");
        assert!(start.starts_with("false") || line.contains(expected[1]), "{line}");
    }
}

#[test]
fn a_file_that_cannot_be_evaluated_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let options = ["--label", "label", "--prediction", "prediction", "--suite", "performance"];
    for (name, content, message, hint) in [
        ("empty.csv", "", "the file is empty", "give a file with a header line"),
        ("header.csv", "label,prediction\n", "the file has a header and no rows", "at least one row"),
        (
            "column.csv",
            "lable,prediction\n1,0\n",
            "no column `label`; the columns are `lable`, `prediction`",
            "lable",
        ),
        ("ragged.csv", "label,prediction\n1,0\n1\n", "1 fields where the header has 2", ""),
        ("empty-value.csv", "label,prediction\n1,\n0,1\n", "the value is empty", "fill the value in"),
        (
            "three.csv",
            "label,prediction\na,0\nb,1\nc,1\n",
            "cannot tell which of `a` counts as positive",
            "name the values that count as positive",
        ),
        (
            "twice.csv",
            "label,label,prediction\n1,1,0\n",
            "two columns have the name `label`",
            "a name of its own",
        ),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        let found = evaluate(&path, &options);
        assert_eq!((found.code, found.stdout.as_str()), (2, ""), "{name}: {found:?}");
        assert!(found.stderr.contains(message), "{name}: {}", found.stderr);
        assert!(found.stderr.contains("\nhint: ") && found.stderr.contains(hint), "{name}: {}", found.stderr);
        let json = evaluate(&path, &[&options[..], &["--output", "json"]].concat());
        let error: serde_json::Value = serde_json::from_str(&json.stderr).unwrap();
        assert!(error["error"]["code"].as_str().unwrap().chars().all(|c| c.is_ascii_uppercase() || c == '_'));
    }
    let missing = evaluate(&folder.path().join("none.csv"), &options);
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("none.csv` cannot be read"), "{}", missing.stderr);
}

#[test]
fn a_file_that_is_not_text_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bytes.csv");
    fs::write(&path, b"label,prediction\n1,0\n\xff\xfe,1\n").unwrap();
    let found =
        evaluate(&path, &["--label", "label", "--prediction", "prediction", "--suite", "performance"]);
    assert_eq!(found.code, 2);
    assert!(found.stderr.contains("not UTF-8"), "{}", found.stderr);
}
