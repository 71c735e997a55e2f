//! Malformed Parquet, Arrow and JSON files: the fault is named with file, row and column, and nothing panics.

use crate::files;

use std::sync::Arc;

use ::parquet::file::properties::WriterProperties;
use arrow_array::{ArrayRef, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray};
use assent_eval::limits::{MAX_RECORD_BYTES, MAX_VALUE_BYTES};
use assent_eval::state::State;
use assent_eval::{
    DataFile, EvalError, EvaluationOptions, Report, Task, evaluate_files, evaluate_state, scan_files,
};
use files::{Rows, arrow_file, arrow_stream, batch, csv, parquet, plain_parquet};

fn options() -> EvaluationOptions {
    EvaluationOptions {
        label: "y".to_owned(),
        prediction: "p".to_owned(),
        score: Some("s".to_owned()),
        protected: vec!["g".to_owned()],
        suites: vec!["performance".to_owned(), "bias".to_owned()],
        ..EvaluationOptions::default()
    }
}

fn run(bytes: impl AsRef<[u8]>) -> Result<Report, EvalError> {
    evaluate_files(&options(), &[DataFile::new("val", bytes.as_ref().to_vec())])
}

fn check(bytes: impl AsRef<[u8]>, code: &str, message: &str, remedy: &str) {
    let error = run(bytes).expect_err("the input is malformed");
    assert_eq!((error.code(), error.to_string().as_str(), error.remedy().as_str()), (code, message, remedy));
}

/// Rows of Parquet, two in a row group, with these labels, predictions and scores.
fn table(labels: ArrayRef, predictions: ArrayRef, scores: ArrayRef) -> RecordBatch {
    let groups: ArrayRef = Arc::new(StringArray::from_iter_values(std::iter::repeat_n("a", labels.len())));
    let columns = [("g", groups), ("y", labels), ("s", scores), ("p", predictions)];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true)))
        .expect("columns of one length")
}

fn in_pairs(batch: &RecordBatch) -> Vec<u8> {
    parquet(batch, WriterProperties::builder().set_max_row_group_row_count(Some(2)).build())
}

fn whole(values: &[Option<i64>]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

fn texts(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn decimals(values: &[f64]) -> ArrayRef {
    Arc::new(Float64Array::from(values.to_vec()))
}

const FIVE: [Option<i64>; 5] = [Some(0), Some(1), Some(0), Some(1), Some(1)];

#[test]
fn a_bad_value_in_a_later_row_group_is_named_with_its_row() {
    let (good, scores) = (whole(&FIVE), decimals(&[0.1, 0.2, 0.3, 0.4, 0.5]));
    let missing = whole(&[Some(0), Some(1), Some(0), None, Some(1)]);
    for file in [in_pairs, arrow_file, arrow_stream] {
        let fill = "fill the value in, or leave the row out";
        let label = file(&table(Arc::clone(&missing), Arc::clone(&good), Arc::clone(&scores)));
        check(label, "EMPTY_VALUE", "`val`, row 4, column `y`: the value is empty", fill);
        let prediction = file(&table(Arc::clone(&good), Arc::clone(&missing), Arc::clone(&scores)));
        check(prediction, "EMPTY_VALUE", "`val`, row 4, column `p`: the value is empty", fill);
        let infinite = decimals(&[0.1, 0.2, f64::NEG_INFINITY, f64::NAN, 0.5]);
        let score = file(&table(Arc::clone(&good), Arc::clone(&good), infinite));
        let message = "`val`, row 3, column `s`: `-inf` is not a finite number";
        check(score, "NOT_FINITE", message, "give every row a finite decimal number");
        let words = texts(&["0.1", "0.2", "0.3", "0.4", "much"]);
        let score = file(&table(Arc::clone(&good), Arc::clone(&good), words));
        let message = "`val`, row 5, column `s`: `much` is not a number";
        check(score, "NOT_A_NUMBER", message, "give every row a finite decimal number");
        let three = whole(&[Some(0), Some(1), Some(0), Some(2), Some(1)]);
        let label = file(&table(three, Arc::clone(&good), Arc::clone(&scores)));
        let message = "`val`, row 4, column `y`: ";
        let found = run(label).expect_err("three values").to_string();
        assert!(found.starts_with(message), "{found}");
    }
}

#[test]
fn of_many_faults_the_first_is_reported_whatever_the_threads_do() {
    let faulty = whole(&[Some(0), None, None, Some(1), None]);
    let bytes = in_pairs(&table(faulty, whole(&FIVE), decimals(&[0.1, f64::NAN, 0.3, 0.4, 0.5])));
    for _ in 0..50 {
        let fill = "fill the value in, or leave the row out";
        check(&bytes, "EMPTY_VALUE", "`val`, row 2, column `y`: the value is empty", fill);
    }
}

#[test]
fn values_that_contradict_each_other_in_two_parts_are_refused() {
    let words = texts(&["0", "1", "yes", "no"]);
    let bytes = in_pairs(&table(words, texts(&["1", "1", "1", "1"]), decimals(&[0.1, 0.2, 0.3, 0.4])));
    let message = "`val`, row 3, column `y`: more than two values where two are needed: `0`, `1`, `yes`";
    check(bytes, "NOT_BINARY", message, "name the values that count as positive");
    let files = [("a.csv", "y,p,s,g\n0,1,1,a\n"), ("b.csv", "y,p,s,g\n0,1,1,a\nno,1,1,a\n")];
    let files = files.map(|(name, text)| DataFile::new(name, text.as_bytes().to_vec()));
    let error = evaluate_files(&options(), &files).expect_err("two pairs");
    assert_eq!(
        error.to_string(),
        "`b.csv`, row 2 (line 3), column `y`: cannot tell which of `0`, `no` counts as positive"
    );
}

#[test]
fn a_column_of_another_type_is_refused() {
    let dates: ArrayRef = Arc::new(Date32Array::from(vec![1, 2]));
    let good = || whole(&[Some(0), Some(1)]);
    let write = "write the column as text, whole or decimal numbers, or booleans";
    let label = in_pairs(&table(Arc::clone(&dates), good(), decimals(&[0.1, 0.2])));
    check(
        label,
        "UNSUPPORTED_TYPE",
        "`val`, row 1, column `y`: values of the type Date32 are not read",
        write,
    );
    let score = in_pairs(&table(good(), good(), dates));
    check(
        score,
        "UNSUPPORTED_TYPE",
        "`val`, row 1, column `s`: values of the type Date32 are not read",
        write,
    );
    let large = texts(&["a", &"x".repeat(MAX_VALUE_BYTES + 1)]);
    let label = arrow_file(&table(large, good(), decimals(&[0.1, 0.2])));
    let message = "`val`, row 2, column `y`: ";
    let found = run(label).expect_err("it is ambiguous or too large").to_string();
    assert!(
        found.starts_with("`val`, row 1, column `y`: cannot tell") || found.starts_with(message),
        "{found}"
    );
}

#[test]
fn a_missing_column_is_refused_in_every_format() {
    let rows = Rows::generated(3, 20);
    let options = EvaluationOptions { label: "yy".to_owned(), ..options() };
    for bytes in
        [csv(&rows), plain_parquet(&rows), arrow_file(&batch(&rows, true)), arrow_stream(&batch(&rows, true))]
    {
        let error =
            evaluate_files(&options, &[DataFile::new("val", bytes)]).expect_err("the column is missing");
        assert_eq!(
            (error.code(), error.remedy().as_str()),
            ("MISSING_COLUMN", "name one of the columns that are there")
        );
        assert!(error.to_string().starts_with("`val`: no column `yy`; the columns are `"), "{error}");
    }
}

#[test]
fn files_of_other_formats_are_named() {
    let remedy = "give CSV, Parquet, Arrow IPC or JSON lines, uncompressed";
    check(b"\x1f\x8b\x08\0", "UNKNOWN_FORMAT", "`val`: this is a gzip file", remedy);
    check(b"PK\x03\x04xl", "UNKNOWN_FORMAT", "`val`: this is a zip file, as spreadsheets are", remedy);
    let utf16: Vec<u8> = "y,p,s,g\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bytes = [&[0xff, 0xfe], utf16.as_slice()].concat();
    check(bytes, "NOT_UTF8", "`val`: bytes that are not UTF-8", "save the file as UTF-8");
    check(
        "",
        "EMPTY_FILE",
        "`val`: the file is empty",
        "give a file with a header line and at least one row",
    );
}

#[test]
fn faults_in_json_lines_are_named() {
    let row = r#"{"y": 1, "p": 0, "s": 0.5, "g": "a"}"#;
    let at = |line: &str| format!("{row}\n\n{line}\n{row}\n");
    let one = "write one JSON object on each line";
    for (line, code, message, remedy) in [
        ("[1, 2]", "NOT_AN_OBJECT", ": not one JSON object: invalid type: sequence, expected an object", one),
        (r#"{"y": 1,"#, "NOT_AN_OBJECT", ": not one JSON object: EOF while parsing a value", one),
        (r#"{"y": 1} {}"#, "NOT_AN_OBJECT", ": not one JSON object: trailing characters", one),
        (r#"{"y": 1, "y": 0}"#, "NOT_AN_OBJECT", ": not one JSON object: the field `y` comes twice", one),
        (
            r#"{"y": 1, "p": 0, "s": 0.5}"#,
            "MISSING_FIELD",
            ", column `g`: the object does not have the field",
            "give every object the field, `null` where there is no value",
        ),
        (
            r#"{"y": [1], "p": 0, "s": 0.5, "g": "a"}"#,
            "NESTED_VALUE",
            ", column `y`: a list or an object instead of one value",
            "give the field one text, number or boolean",
        ),
        (
            r#"{"y": null, "p": 0, "s": 0.5, "g": "a"}"#,
            "EMPTY_VALUE",
            ", column `y`: the value is empty",
            "fill the value in, or leave the row out",
        ),
        (
            r#"{"y": 1, "p": 0, "s": true, "g": "a"}"#,
            "NOT_A_NUMBER",
            ", column `s`: `true` is not a number",
            "give every row a finite decimal number",
        ),
    ] {
        check(at(line), code, &format!("`val`, row 2 (line 3){message}"), remedy);
    }
    let endless = format!("{row}\n{{\"y\": \"{}", "x".repeat(2 * MAX_RECORD_BYTES));
    assert_eq!(run(endless).expect_err("the line is too long").code(), "RECORD_TOO_LARGE");
    assert!(run(at("   ")).is_ok());
}

#[test]
fn truncated_files_are_refused_wherever_they_end() {
    let rows = Rows::generated(4, 400);
    let (labels, sound) =
        (EvaluationOptions { positive: vec!["yes".to_owned()], ..options() }, batch(&rows, true));
    for (bytes, format) in [(plain_parquet(&rows), "Parquet"), (arrow_file(&sound), "Arrow IPC")] {
        let evaluate = |bytes: &[u8]| evaluate_files(&labels, &[DataFile::new("val", bytes.to_vec())]);
        assert!(evaluate(&bytes).is_ok());
        for end in (8..bytes.len()).step_by(97).chain([bytes.len() - 1]) {
            let error = evaluate(&bytes[..end]).expect_err("the file is cut");
            assert_eq!(error.code(), "DAMAGED_FILE", "{format} at {end}: {error}");
            assert!(error.to_string().contains(&format!("not a sound {format} file: ")), "{error}");
        }
    }
}

#[test]
fn flipped_bytes_are_answered() {
    let rows = Rows::generated(5, 120);
    let sound = batch(&rows, true);
    std::panic::set_hook(Box::new(|_| {}));
    for bytes in [plain_parquet(&rows), arrow_file(&sound), arrow_stream(&sound)] {
        for place in (0..bytes.len()).step_by(7) {
            let mut flipped = bytes.clone();
            flipped[place] ^= 0x55;
            if let Err(error) = run(&flipped) {
                assert!(!error.remedy().is_empty() && error.to_string().len() < 10_000, "{error}");
            }
        }
    }
}

#[test]
fn options_that_mean_nothing_for_a_task_are_refused() {
    let of = |task, change: fn(&mut EvaluationOptions)| {
        let mut options =
            EvaluationOptions { task, score: None, suites: vec!["performance".to_owned()], ..options() };
        change(&mut options);
        evaluate_files(&options, &[DataFile::new("val", b"y,p,s,g\n1,1,1,a\n".to_vec())])
    };
    let refused = |answer: Result<Report, EvalError>| {
        let error = answer.expect_err("it means nothing");
        (error.code(), error.to_string(), error.remedy())
    };
    let expected = |option: &str, task: &str| {
        let message = format!("{option} means nothing for the task `{task}`");
        ("NOT_FOR_TASK", message, format!("leave {option} out, or name another task"))
    };
    let bias = of(Task::Regression, |options| options.suites.push("bias".to_owned()));
    assert_eq!(refused(bias), expected("the suite `bias`", "regression"));
    let score = of(Task::Multiclass, |options| options.score = Some("s".to_owned()));
    assert_eq!(refused(score), expected("the score", "multiclass"));
    let positive = of(Task::Multiclass, |options| options.positive = vec!["1".to_owned()]);
    assert_eq!(refused(positive), expected("a positive value", "multiclass"));
    let name = Task::named("regresion").expect_err("a slip");
    assert_eq!((name.code(), name.remedy().as_str()), ("UNKNOWN_TASK", "did you mean `regression`?"));
}

#[test]
fn states_are_read_back_strictly() {
    let options = EvaluationOptions { positive: vec!["yes".to_owned()], ..options() };
    let file = DataFile::new("val", csv(&Rows::generated(6, 40)));
    let state = scan_files(&options, &[file]).expect("well formed");
    let stored = serde_json::to_value(&state).expect("it serialises");
    let check = |change: &dyn Fn(&mut serde_json::Value), message: &str| {
        let mut wrong = stored.clone();
        change(&mut wrong);
        let error = serde_json::from_value::<State>(wrong).expect_err("it is not a state").to_string();
        assert!(error.contains(message), "{error}");
    };
    assert!(serde_json::from_value::<State>(stored.clone()).is_ok_and(|read| read == state));
    check(&|state| state["version"] = 2.into(), "not a state of version 1");
    check(&|state| state["format"] = "other".into(), "not a state of version 1");
    check(&|state| state["more"] = 1.into(), "unknown field `more`");
    check(&|state| state["cells"][0]["key"][0] = 9.into(), "the cells are not in order");
    check(&|state| state["cells"][0]["rows"] = 0.into(), "the cells are not in order");
    check(&|state| state["cells"][0]["rows"] = (-1).into(), "invalid value");
    check(&|state| state["cells"][0]["moments"] = 1.into(), "invalid type");
    check(&|state| state["dimensions"][2]["values"][0] = "zzz".into(), "the values of the dimension `g`");
    check(&|state| state["dimensions"][2]["column"] = "h".into(), "the dimensions are not those");
    check(&|state| state["scores"]["values"][0] = 9.into(), "the scores are not in order");
    check(&|state| state["scores"]["cells"][0] = 999.into(), "the scores are not in order");

    let unknown = EvaluationOptions { protected: vec!["h".to_owned()], ..options.clone() };
    let error = evaluate_state(&unknown, &state).expect_err("the state has no `h`");
    assert_eq!(error.to_string(), "no column `h`; the columns are `g`");
    let mut other = scan_files(
        &EvaluationOptions { protected: vec!["h".to_owned()], ..options },
        &[DataFile::new("val", csv(&Rows::generated(6, 40)))],
    )
    .expect("well formed");
    assert_eq!(other.merge(state).expect_err("other columns").code(), "STATES_DIFFER");
}
