//! The state that a database computes by our query, against that of a scan of the same file: counts are equal, sums of numbers
//! agree to 1e-12.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray, UInt64Array};
use assent_eval::state::{Moments, State};
use assent_eval::{
    DataFile, EvaluationOptions, Problem, ScoreState, Task, evaluate_state, scan_files, sql, state_of_sql,
};
use parquet::arrow::ArrowWriter;
use serde_json::json;

use crate::generate::Rng;
use crate::harness::{Case, ask};

/// Names that end a quoted name, a string or a statement where they are not quoted as they must be.
const HOSTILE: [&str; 4] = ["y\"; DROP TABLE t; --", "p'\\\"\"", "s, COUNT(*) AS \"rows\"", "g\n/* */ $1 ?"];
const PLAIN: [&str; 4] = ["rows", "label", "score", "dimension_0"];
const FORMATS: [&str; 3] = ["parquet", "csv", "jsonl"];

struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("assent-sql-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// A file with labels, predictions, numbers and groups under these names.
fn file(rows: usize, [label, prediction, score, group]: [&str; 4], task: Task) -> Vec<u8> {
    let mut rng = Rng::new(rows as u64);
    let labels: ArrayRef = match task {
        Task::Regression => Arc::new(Float64Array::from(rng.many(rows, |rng| rng.normal() * 10.0))),
        Task::Multiclass => {
            Arc::new(UInt64Array::from_iter_values(rng.many(rows, |rng| rng.below(5) as u64)))
        }
        Task::Binary => Arc::new(BooleanArray::from(rng.many(rows, |rng| rng.below(3) == 0))),
    };
    let predictions: ArrayRef = match task {
        Task::Regression => Arc::new(Float64Array::from(rng.many(rows, |rng| rng.normal() * 10.0))),
        Task::Multiclass | Task::Binary => {
            let classes = if task == Task::Binary { 2 } else { 6 };
            Arc::new(Float64Array::from(rng.many(rows, |rng| rng.below(classes) as f64)))
        }
    };
    let some = [0.0, -0.0, 1.0, 0.25, -3.5, 1.5, 1e-300, 1.0 - f64::EPSILON / 2.0];
    let scores = rng.many(rows, |rng| if rng.below(4) == 0 { some[rng.below(8)] } else { rng.unit() });
    let names = [Some("it's"), Some("\"quoted\""), Some(""), None, Some("a,b")];
    let groups = rng.many(rows, |rng| names[rng.below(5)]);
    let columns: Vec<(&str, ArrayRef)> = vec![
        (label, labels),
        (prediction, predictions),
        (score, Arc::new(Float64Array::from(scores))),
        (group, Arc::new(StringArray::from(groups))),
    ];
    let nullable = columns.into_iter().map(|(name, column)| (name, column, true));
    written(&RecordBatch::try_from_iter_with_nullable(nullable).expect("columns of one length"))
}

fn written(batch: &RecordBatch) -> Vec<u8> {
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).expect("a writer");
    writer.write(batch).expect("it is written");
    writer.into_inner().expect("it is written")
}

fn options(task: Task, names: [&str; 4], scores: Option<ScoreState>) -> EvaluationOptions {
    let [label, prediction, score, group] = names.map(str::to_owned);
    EvaluationOptions {
        task,
        label,
        prediction,
        score: scores.map(|_| score),
        score_state: scores.unwrap_or_default(),
        protected: if task == Task::Binary { vec![group.clone()] } else { Vec::new() },
        segments: vec![group],
        suites: vec!["performance".to_owned()],
        ..EvaluationOptions::default()
    }
}

/// The states of our query's rows in each format, in the order of [`FORMATS`].
fn by_query(
    name: &str,
    options: &EvaluationOptions,
    table: &str,
    data: &[u8],
) -> Vec<Result<State, Problem>> {
    let folder = Scratch::new(name);
    fs::write(folder.path("data.parquet"), data).expect("it is written");
    let query = sql(options, &[table.to_owned()]).expect("columns are named");
    let quoted = format!("\"{}\"", table.replace('"', "\"\""));
    let case = |format: &&str| {
        let result = folder.path(&format!("result.{format}"));
        let data = folder.path("data.parquet");
        let arguments = json!({ "sql": query, "table": quoted, "data": data, "result": result });
        Case::new(format!("{name} as {format}"), "query", arguments)
    };
    let cases: Vec<Case> = FORMATS.iter().map(case).collect();
    let read = |(case, answer): (&Case, Result<serde_json::Value, String>)| {
        answer.unwrap_or_else(|error| panic!("{}: {error}\n{query}", case.name));
        let path = case.arguments["result"].as_str().expect("a path");
        let bytes = fs::read(path).expect("the query wrote it");
        state_of_sql(options, &[DataFile::new(path, bytes)]).map_err(|error| error.problem)
    };
    cases.iter().zip(ask("sql", &cases)).map(read).collect()
}

#[test]
fn counts_of_a_query_are_those_of_a_scan() {
    for (task, scores) in [
        (Task::Binary, None),
        (Task::Binary, Some(ScoreState::Exact)),
        (Task::Binary, Some(ScoreState::Histogram)),
        (Task::Multiclass, None),
    ] {
        for (names, table) in [(PLAIN, "data"), (HOSTILE, "t\"; DROP TABLE x; --")] {
            let (options, data) = (options(task, names, scores), file(3_000, names, task));
            let whole = scan_files(&options, &[DataFile::new("x", data.clone())]).expect("well formed");
            let name = format!("{task:?}-{scores:?}-{}", names == PLAIN);
            for (state, format) in by_query(&name, &options, table, &data).into_iter().zip(FORMATS) {
                // In CSV, text is all there is: numbers keep the form that their writer gave them.
                let is_same_text = format == "parquet";
                let state = state.unwrap_or_else(|problem| panic!("{name}, {format}: {problem}"));
                assert_eq!(state.rows(), 3_000, "{name}, {format}");
                assert_eq!(state.scores(), whole.scores(), "{name}, {format}");
                assert_eq!(state.histogram(), whole.histogram(), "{name}, {format}");
                if is_same_text {
                    assert_eq!(state, whole, "{name}");
                }
                let figures = |state| evaluate_state(&options, state).expect("it is evaluated").metrics;
                assert_eq!(figures(&state), figures(&whole), "{name}, {format}");
            }
        }
    }
}

#[test]
fn sums_of_a_query_agree_with_exact_ones() {
    let (options, data) = (options(Task::Regression, HOSTILE, None), file(20_000, HOSTILE, Task::Regression));
    let whole = scan_files(&options, &[DataFile::new("x", data.clone())]).expect("well formed");
    for state in by_query("sums", &options, "t", &data) {
        let state = state.expect("it is read");
        assert_eq!(state.dimensions(), whole.dimensions());
        let of = |moments: &Moments| {
            let sums = [&moments.label, &moments.label_squared, &moments.error, &moments.error_absolute];
            let sums = sums.map(assent_eval::exact::ExactSum::value);
            (sums, moments.error_squared.value(), moments.error_largest)
        };
        for (ours, theirs) in whole.cells().iter().zip(state.cells()) {
            assert_eq!((&ours.key, ours.rows), (&theirs.key, theirs.rows));
            let [ours, theirs] = [ours, theirs].map(|cell| of(cell.moments.as_ref().expect("sums")));
            let size = ours.0[3].max(ours.1);
            let pairs = ours.0.iter().zip(&theirs.0).chain([(&ours.1, &theirs.1), (&ours.2, &theirs.2)]);
            for (ours, theirs) in pairs {
                assert!((ours - theirs).abs() <= 1e-12 * size, "{ours} {theirs}");
            }
        }
        let figure =
            |state| evaluate_state(&options, state).expect("it is evaluated").metrics["rSquared"].value;
        let (ours, theirs) = (figure(&whole).expect("defined"), figure(&state).expect("defined"));
        assert!((ours - theirs).abs() < 1e-12, "{ours} {theirs}");
    }
}

#[test]
fn what_a_scan_refuses_is_refused_of_a_query() {
    let missing = |column: Vec<Option<f64>>| -> ArrayRef { Arc::new(Float64Array::from(column)) };
    let good = || missing(vec![Some(0.0), Some(1.0), Some(1.0)]);
    let bad = [
        (missing(vec![Some(0.5), None, Some(0.25)]), true),
        (missing(vec![Some(0.5), Some(f64::NAN), Some(0.25)]), true),
        (missing(vec![Some(0.5), Some(f64::INFINITY), Some(0.25)]), true),
        (missing(vec![Some(f64::NEG_INFINITY), Some(0.5), Some(0.25)]), true),
        (missing(vec![Some(0.5), Some(0.75), Some(0.25)]), false),
    ];
    for (column, is_bad) in bad {
        let [label, prediction, score, group] = PLAIN;
        let batch = |named: &str| {
            let put = |name: &str| if name == named { Arc::clone(&column) } else { good() };
            let names = [label, prediction, score, group];
            let columns = names.map(|name| (name.to_owned(), put(name), true));
            written(&RecordBatch::try_from_iter_with_nullable(columns).expect("columns of one length"))
        };
        for (kept, named) in [
            (Some(ScoreState::Exact), score),
            (Some(ScoreState::Histogram), score),
            (None, label),
            (None, prediction),
        ] {
            let task = if kept.is_some() { Task::Binary } else { Task::Regression };
            let options = options(task, PLAIN, kept);
            for state in by_query("refused", &options, "data", &batch(named)) {
                assert_eq!(state.is_err(), is_bad, "{kept:?} {named} {column:?}: {state:?}");
            }
        }
    }
}
