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

/// Three parts of one table: a CSV file, JSON lines, and a folder that gives a column.
fn parts(folder: &Path) -> [String; 3] {
    let write = |name: &str, content: &str| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
    };
    write("one.csv", "y,p,s,g\n1,1,0.9,a\n0,1,0.7,a\n0,0,0.2,b\n");
    write(
        "two.data",
        "{\"y\": 1, \"p\": 0, \"s\": 0.4, \"g\": \"b\"}\n{\"y\": 1, \"p\": 1, \"s\": 0.8, \"g\": \"a\"}\n",
    );
    write("three/g=a/part-0", "y,p,s\n0,0,0.1\n");
    write("three/g=b/part-0", "s,y,p\n0.6,1,1\n0.3,0,0\n");
    write("three/_SUCCESS", "");
    ["one.csv", "two.data", "three"].map(|name| folder.join(name).to_string_lossy().into_owned())
}

const COLUMNS: [&str; 6] = ["--label", "y", "--prediction", "p", "--score", "s"];
const FIGURES: [&str; 8] =
    ["--protected", "g", "--segment", "g", "--suite", "performance,bias", "--output", "json"];

fn assent_evaluate(arguments: &[&str]) -> Run {
    run(assent().arg("evaluate").args(arguments))
}

#[test]
fn parts_give_the_report_of_the_whole_whether_read_together_or_merged() {
    let folder = tempfile::tempdir().unwrap();
    let files = parts(folder.path());
    let names = files.iter().map(String::as_str).collect::<Vec<_>>();
    let together = assent_evaluate(&[&["--data"], &names[..], &COLUMNS, &FIGURES].concat());
    assert_eq!(together.code, 0, "{}", together.stderr);
    let report = together.json();
    assert_eq!(report["confusionMatrix"], serde_json::json!({ "tn": 3, "fp": 1, "fn": 1, "tp": 3 }));
    assert_eq!(report["metrics"]["rocAuc"]["value"], 0.875);
    assert_eq!(report["segments"].as_array().unwrap().len(), 2);

    let pattern = folder.path().join("three/*/part-?").to_string_lossy().into_owned();
    let matched =
        assent_evaluate(&[&["--data", names[0], names[1], &pattern], &COLUMNS[..], &FIGURES].concat());
    assert_eq!(matched.stdout, together.stdout, "{}", matched.stderr);

    let states = files.each_ref().map(|file| format!("{file}.state"));
    for (file, state) in files.iter().zip(&states) {
        let state = ["--data", file, "--protected", "g", "--emit-state", state, "--output", "json"];
        let emitted = assent_evaluate(&[&state[..], &COLUMNS].concat());
        assert_eq!(emitted.code, 0, "{}", emitted.stderr);
        assert!(emitted.json()["rows"].as_u64().unwrap() >= 2);
    }
    for order in [[0, 1, 2], [2, 0, 1]] {
        let merged = order.map(|index: usize| states[index].as_str());
        let merged = assent_evaluate(&[&["--merge"], &merged[..], &FIGURES].concat());
        assert_eq!(merged.stdout, together.stdout, "{}", merged.stderr);
    }
    let no_state = assent_evaluate(&["--merge", names[0], "--suite", "performance"]);
    assert_eq!(no_state.code, 2);
    assert!(no_state.stderr.contains("one.csv`: not a stored state"), "{}", no_state.stderr);
}

#[test]
fn rows_that_a_database_has_counted_give_the_report_of_the_table() {
    let columns = ["--label", "y", "--prediction", "p", "--score", "s", "--protected", "g"];
    let query = assent_evaluate(&[&["--emit-sql", "sales", "its \"table\""], &columns[..]].concat());
    assert_eq!(query.code, 0, "{}", query.stderr);
    assert!(query.stdout.contains("FROM \"sales\".\"its \"\"table\"\"\"\n"), "{}", query.stdout);
    assert!(query.stdout.contains("COUNT(*) AS \"rows\""), "{}", query.stdout);

    let folder = tempfile::tempdir().unwrap();
    let [table, rows] = ["table.csv", "rows.csv"].map(|name| folder.path().join(name));
    fs::write(&table, "y,p,s,g\n1,1,0.9,a\n1,1,0.9,a\n0,1,0.5,b\n0,0,0.5,a\n1,0,0.25,\n").unwrap();
    let counted = "rows,dimension_0,dimension_1,dimension_2,score\n\
        2,1,1,a,0.9\n1,0,1,b,0.5\n1,0,0,a,0.5\n0,1,1,none,1\n1,1,0,,0.25\n";
    fs::write(&rows, counted).unwrap();
    let of = |source: &str, path: &Path| {
        let path = path.to_string_lossy().into_owned();
        let more = ["--suite", "performance,bias", "--output", "json"];
        assent_evaluate(&[&[source, &path], &columns[..], &more].concat())
    };
    let (whole, by_query) = (of("--data", &table), of("--from-sql-result", &rows));
    assert_eq!(whole.code, 0, "{}", whole.stderr);
    assert_eq!(by_query.stdout, whole.stdout, "{}", by_query.stderr);

    fs::write(&rows, counted.replace("2,1,1", "2.5,1,1")).unwrap();
    let wrong = of("--from-sql-result", &rows);
    let expected = "row 1 (line 2), column `rows`: `2.5` is not a count";
    assert!(wrong.code == 2 && wrong.stderr.contains(expected), "{}", wrong.stderr);
}

#[test]
fn scores_may_be_counted_in_bins() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.csv");
    fs::write(&path, "y,p,s\n1,1,0.90001\n0,1,0.90002\n0,0,0.1\n1,0,0.2\n").unwrap();
    let columns = ["--label", "y", "--prediction", "p", "--score", "s", "--suite", "performance"];
    let found = evaluate(&path, &[&columns[..], &["--score-state", "histogram"]].concat());
    assert_eq!(found.code, 0, "{}", found.stderr);
    let line = |start: &str| found.stdout.lines().find(|line| line.starts_with(start)).unwrap_or_default();
    // Two of four pairs are in order, one is not known, and one is lost.
    assert!(
        line("rocAuc").contains("0.6250") && line("rocAuc").contains("off by 1.2e-1 at most"),
        "{found:?}"
    );
    assert!(line("logLoss").contains("undefined: only a histogram of the scores was kept"), "{found:?}");
}

#[test]
fn classes_and_numbers_are_evaluated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.csv");
    fs::write(&path, "y,p\n1,1\n2,2\n3,2\n3,3\n").unwrap();
    let of = |task: &str| {
        let options = ["--label", "y", "--prediction", "p", "--suite", "performance", "--task", task];
        evaluate(&path, &options)
    };
    let line = |found: &Run, name: &str| {
        let line = found.stdout.lines().find(|line| line.starts_with(name));
        let words = line.unwrap_or_else(|| panic!("{name}: {found:?}")).split_whitespace();
        words.collect::<Vec<_>>().join(" ")
    };
    let classes = of("multiclass");
    assert_eq!(line(&classes, "accuracy"), "accuracy 75.00 % 4 25.00 % to 100.00 %");
    assert_eq!(line(&classes, "macroF1"), "macroF1 77.78 % 4");
    assert_eq!(line(&classes, "3 "), "3 2 1 100.00 % 50.00 % 66.67 %");
    let numbers = of("regression");
    assert_eq!(line(&numbers, "meanAbsoluteError"), "meanAbsoluteError 0.2500 4");
    let slip = of("regresion");
    assert!(slip.code == 2 && slip.stderr.contains("did you mean `regression`?"), "{}", slip.stderr);
}

#[test]
fn names_without_files_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    let columns = ["--label", "y", "--prediction", "p", "--suite", "performance"];
    for name in ["*.parquet", "."] {
        let found = evaluate(&folder.path().join(name), &columns);
        assert!(found.code == 2 && found.stderr.contains("names no file"), "{}", found.stderr);
        assert!(
            found.stderr.contains("hint: name a CSV, Parquet, Arrow IPC or JSON lines file"),
            "{}",
            found.stderr
        );
    }
}

#[test]
fn scores_of_classes_weights_features_and_the_seed_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("classes.csv");
    fs::write(&path, "y,p,a,b,w,g\n<=50K,<=50K,0.9,0.1,2,x\n>50K,>50K,0.2,0.8,1,x\n>50K,<=50K,0.6,0.4,1,y\n")
        .unwrap();
    let columns = ["--label", "y", "--prediction", "p", "--output", "json"];
    let classes =
        ["--task", "multiclass", "--suite", "performance", "--weight", "w", "--score-for", "<=50K=a"];
    let both =
        [&columns[..], &classes, &["--score-for", ">50K=b", "--bootstrap", "50", "--seed", "7"]].concat();
    let found = evaluate(&path, &both);
    assert_eq!(found.code, 0, "{}", found.stderr);
    let report = found.json();
    assert_eq!(report["options"]["bootstrap"], serde_json::json!({ "replicates": 50, "seed": 7 }));
    assert_eq!(report["metrics"]["accuracy"]["value"], 0.75);
    assert_eq!(report["metrics"]["macroRocAucOneVsRest"]["value"], 1.0);
    let one = evaluate(&path, &[&columns[..], &classes].concat());
    assert_eq!(one.code, 2);
    assert!(one.stderr.contains("NOT_ONE_TOGETHER") && one.stderr.contains("each class"), "{}", one.stderr);
    for (wrong, message) in [("a", "`a` is not a class and a column"), ("<=50K=b", "has two columns")] {
        let found = evaluate(&path, &[&columns[..], &classes, &["--score-for", wrong]].concat());
        assert!(found.code == 2 && found.stderr.contains(message), "{}", found.stderr);
    }
    let binary = ["--positive", ">50K", "--label-positive", ">50K", "--suite", "bias", "--protected", "g"];
    let few = evaluate(&path, &[&columns[..], &binary, &["--feature", "a,b"]].concat());
    assert_eq!(
        few.json()["metrics"]["consistency"]["reason"],
        "FEWER_ROWS_THAN_NEIGHBOURS",
        "{}",
        few.stderr
    );
}
