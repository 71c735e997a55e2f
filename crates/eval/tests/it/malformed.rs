//! Every malformed input, with the code, the whole message and the remedy that it gets.

use std::ops::RangeInclusive;

use assent_eval::limits::{
    MAX_ATTRIBUTES, MAX_CLASSES, MAX_COLUMNS, MAX_GROUPS, MAX_LIST, MAX_RECORD_BYTES, MAX_VALUE_BYTES,
};
use assent_eval::{DataFile, EvalError, EvaluationOptions, Input, Report, evaluate, evaluate_joined};

fn options() -> EvaluationOptions {
    EvaluationOptions {
        label: "y".to_owned(),
        prediction: "p".to_owned(),
        protected: vec!["g".to_owned()],
        suites: vec!["performance".to_owned(), "bias".to_owned()],
        ..EvaluationOptions::default()
    }
}

fn run(options: &EvaluationOptions, data: impl AsRef<[u8]>) -> Result<Report, EvalError> {
    evaluate(options, Input::new("val.csv", data.as_ref()))
}

fn check(options: &EvaluationOptions, data: impl AsRef<[u8]>, code: &str, message: &str, remedy: &str) {
    let error = run(options, data).expect_err("the input is malformed");
    assert_eq!((error.code(), error.to_string().as_str(), error.remedy().as_str()), (code, message, remedy));
}

fn with(change: impl FnOnce(&mut EvaluationOptions)) -> EvaluationOptions {
    let mut options = options();
    change(&mut options);
    options
}

fn lines(numbers: RangeInclusive<usize>, line: impl Fn(usize) -> String) -> String {
    numbers.map(line).collect::<Vec<_>>().join("\n")
}

fn scored() -> EvaluationOptions {
    with(|options| options.score = Some("s".to_owned()))
}

#[test]
fn a_file_without_rows_is_refused() {
    let remedy = "give a file with a header line and at least one row";
    check(&options(), "", "EMPTY_FILE", "`val.csv`: the file is empty", remedy);
    check(&options(), "y,p,g\n", "NO_ROWS", "`val.csv`: the file has a header and no rows", remedy);
}

#[test]
fn a_bad_header_is_refused() {
    let near = with(|options| options.label = "two_years_recid".to_owned());
    let there = "`val.csv`: no column `two_years_recid`; the columns are `two_year_recid`, `p`, `g`";
    check(&near, "two_year_recid,p,g\n1,1,a\n", "MISSING_COLUMN", there, "did you mean `two_year_recid`?");
    let twice = "`val.csv`: two columns have the name `p`";
    check(&options(), "y,p,p\n1,1,1\n", "DUPLICATE_COLUMN", twice, "give every column a name of its own");
    let wide: Vec<String> = (0..=MAX_COLUMNS).map(|column| format!("c{column}")).collect();
    let many = format!("`val.csv`: more than {MAX_COLUMNS} columns");
    check(
        &options(),
        wide.join(","),
        "TOO_MANY_COLUMNS",
        &many,
        "leave only the columns that the evaluation reads",
    );
    check(
        &options(),
        b"y,p,\xff\n1,1,a\n",
        "NOT_UTF8",
        "`val.csv`: bytes that are not UTF-8",
        "save the file as UTF-8",
    );
}

#[test]
fn a_missing_column_far_from_all_names_gets_no_guess() {
    let options = with(|options| options.label = "outcome".to_owned());
    let message = "`val.csv`: no column `outcome`; the columns are `y`, `p`, `g`";
    check(&options, "y,p,g\n1,1,a\n", "MISSING_COLUMN", message, "name one of the columns that are there");
}

#[test]
fn a_bad_row_is_named_with_row_and_line() {
    let message = "`val.csv`, row 2 (line 4): 2 fields where the header has 3";
    let remedy = "give the row 3 fields; put fields that contain a comma in double quotes";
    // The first record has a line break in quotes, so the second stands on the fourth line.
    check(&options(), "y,p,g\n1,1,\"a\nb\"\n0,1\n", "RAGGED_ROW", message, remedy);
    let longer = "`val.csv`, row 1 (line 2): 4 fields where the header has 3";
    check(&options(), "y,p,g\n1,1,a,b\n", "RAGGED_ROW", longer, remedy);
}

#[test]
fn a_bad_value_is_named_with_its_column() {
    let empty = "`val.csv`, row 2 (line 3), column `y`: the value is empty";
    let fill = "fill the value in, or leave the row out";
    check(&options(), "y,p,g\n1,1,a\n,1,a\n", "EMPTY_VALUE", empty, fill);
    let prediction = "`val.csv`, row 1 (line 2), column `p`: the value is empty";
    check(&options(), "y,p,g\n1,,a\n", "EMPTY_VALUE", prediction, fill);
    let bytes = "`val.csv`, row 1 (line 2), column `g`: bytes that are not UTF-8";
    check(&options(), b"y,p,g\n1,1,\xff\xfe\n", "NOT_UTF8", bytes, "save the file as UTF-8");
    let label = "`val.csv`, row 1 (line 2), column `y`: bytes that are not UTF-8";
    check(&options(), b"y,p,g\n\xff,1,a\n", "NOT_UTF8", label, "save the file as UTF-8");
    let data = format!("y,p,g\n1,1,{}\n", "x".repeat(MAX_VALUE_BYTES + 1));
    let large = format!(
        "`val.csv`, row 1 (line 2), column `g`: a value of 257 bytes; the limit is {MAX_VALUE_BYTES}"
    );
    check(&options(), data, "VALUE_TOO_LARGE", &large, "check that the right column is named");
}

#[test]
fn scores_must_be_finite_numbers() {
    let remedy = "give every row a finite decimal number";
    let cases = [
        ("abc", "NOT_A_NUMBER", "`abc` is not a number"),
        ("NaN", "NOT_FINITE", "`NaN` is not a finite number"),
        ("-inf", "NOT_FINITE", "`-inf` is not a finite number"),
        ("1e999", "NOT_FINITE", "`1e999` is not a finite number"),
        ("0,5", "NOT_A_NUMBER", "`0,5` is not a number"),
    ];
    for (score, code, text) in cases {
        let data = format!("y,p,g,s\n1,1,a,0.5\n0,1,a,\"{score}\"\n");
        check(&scored(), data, code, &format!("`val.csv`, row 2 (line 3), column `s`: {text}"), remedy);
    }
    let empty = "`val.csv`, row 1 (line 2), column `s`: the value is empty";
    check(&scored(), "y,p,g,s\n1,1,a,\n", "EMPTY_VALUE", empty, "fill the value in, or leave the row out");
}

#[test]
fn labels_that_do_not_decide_themselves_are_refused() {
    let remedy = "name the values that count as positive";
    let three =
        "`val.csv`, row 3 (line 4), column `y`: more than two values where two are needed: `0`, `1`, `2`";
    check(&options(), "y,p,g\n0,1,a\n1,1,a\n2,1,a\n", "NOT_BINARY", three, remedy);
    let words = "`val.csv`, row 1 (line 2), column `y`: cannot tell which of `good` counts as positive";
    check(&options(), "y,p,g\ngood,1,a\nbad,0,a\n", "AMBIGUOUS_POSITIVE", words, remedy);
    let mixed = "`val.csv`, row 2 (line 3), column `p`: cannot tell which of `1`, `no` counts as positive";
    check(&options(), "y,p,g\n1,1,a\n0,no,a\n", "AMBIGUOUS_POSITIVE", mixed, remedy);
    let one_two = "`val.csv`, row 2 (line 3), column `y`: cannot tell which of `1`, `2` counts as positive";
    check(&options(), "y,p,g\n1,1,a\n2,0,a\n", "AMBIGUOUS_POSITIVE", one_two, remedy);
}

#[test]
fn a_positive_value_that_no_row_has_is_refused() {
    let slip = with(|options| options.positive = vec!["Medium".to_owned(), "Hgih".to_owned()]);
    let message =
        "`val.csv`, column `p`: no row has the positive value `Hgih`; the values are `High`, `Low`, `Medium`";
    let data = "y,p,g\n1,Low,a\n0,Medium,b\n0,High,b\n";
    check(&slip, data, "UNKNOWN_POSITIVE", message, "did you mean `High`?");
    let other = with(|options| options.positive = vec!["good".to_owned()]);
    let far = "`val.csv`, column `p`: no row has the positive value `good`; the values are `0`";
    check(&other, "y,p,g\n1,0,a\n0,0,b\n", "UNKNOWN_POSITIVE", far, "name values that the column has");
    // A model that never says `1` is bad, not malformed.
    let never = with(|options| options.positive = vec!["1".to_owned()]);
    assert_eq!(run(&never, "y,p,g\n1,0,a\n0,0,b\n").expect("well formed").confusion_matrix.fn_, 1);
}

#[test]
fn counts_and_sizes_are_bounded() {
    let groups: String = lines(0..=MAX_GROUPS, |group| format!("1,1,g{group}"));
    let message = format!("`val.csv`, row 1001 (line 1002), column `g`: more than {MAX_GROUPS} groups");
    let remedy = "check that the right column is named, or put values in bands";
    check(&options(), format!("y,p,g\n{groups}"), "TOO_MANY_GROUPS", &message, remedy);

    let named = with(|options| options.positive = vec!["v0".to_owned()]);
    let values: String = lines(0..=MAX_CLASSES, |value| format!("1,v{value},a"));
    let message =
        format!("`val.csv`, row 257 (line 258), column `p`: more than {MAX_CLASSES} distinct values");
    check(&named, format!("y,p,g\n{values}"), "TOO_MANY_VALUES", &message, remedy);

    let message = format!("`val.csv`, row 1: a record of more than {MAX_RECORD_BYTES} bytes");
    let remedy = "look for a double quote that is never closed, or leave out columns of free text";
    check(
        &options(),
        format!("y,p,g\n1,1,\"{}", "x\n".repeat(2 << 20)),
        "RECORD_TOO_LARGE",
        &message,
        remedy,
    );
    check(
        &options(),
        format!("y,p,g\n1,1,{}\n", "x".repeat(MAX_RECORD_BYTES)),
        "RECORD_TOO_LARGE",
        &message,
        remedy,
    );
    let header = format!("`val.csv`: a record of more than {MAX_RECORD_BYTES} bytes");
    check(&options(), format!("\"{}", "x".repeat(2 << 20)), "RECORD_TOO_LARGE", &header, remedy);
}

/// A reader that never ends, and counts what was drawn from it.
struct Endless(u64);

impl std::io::Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        buffer.fill(if self.0 == 0 { b'"' } else { b'x' });
        self.0 += buffer.len() as u64;
        Ok(buffer.len())
    }
}

#[test]
fn an_endless_record_is_given_up_after_its_allowance() {
    let mut endless = Endless(0);
    let error = evaluate(&options(), Input::new("val.csv", &mut endless)).expect_err("it never ends");
    assert_eq!(error.code(), "RECORD_TOO_LARGE");
    assert!(endless.0 < 2 * MAX_RECORD_BYTES as u64, "{} bytes were drawn", endless.0);
}

struct Broken;

impl std::io::Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("the disk is gone"))
    }
}

#[test]
fn a_reader_that_fails_is_named() {
    let error = evaluate(&options(), Input::new("val.csv", Broken)).expect_err("it fails");
    assert_eq!(error.code(), "UNREADABLE");
    assert_eq!(error.to_string(), "`val.csv`: cannot read: the disk is gone");
    assert_eq!(error.remedy(), "check that the file can be read, and try again");
}

#[test]
fn bad_options_are_refused() {
    let data = "y,p,g\n1,1,a\n";
    let no_label = with(|options| options.label.clear());
    check(
        &no_label,
        data,
        "UNNAMED_COLUMN",
        "no column is named for the label",
        "name a column for the label",
    );
    let no_prediction = with(|options| options.prediction.clear());
    let message = "no column is named for the prediction";
    check(&no_prediction, data, "UNNAMED_COLUMN", message, "name a column for the prediction");
    let none = with(|options| options.suites.clear());
    check(&none, data, "NO_SUITE", "no suite is named", "name `performance`, `bias` or both");
    let slip = with(|options| options.suites = vec!["performnace".to_owned()]);
    check(&slip, data, "UNKNOWN_SUITE", "no suite `performnace`", "did you mean `performance`?");
    let twice = with(|options| options.protected = vec!["g".to_owned(), "g".to_owned()]);
    let message = "the protected attribute `g` is named twice";
    check(&twice, data, "REPEATED_ATTRIBUTE", message, "name each protected attribute once");
    let nobody = with(|options| options.protected.clear());
    let message = "the suite `bias` needs a protected attribute";
    check(&nobody, data, "NO_PROTECTED_ATTRIBUTE", message, "name at least one protected column");
    let many = with(|options| options.protected = (0..=MAX_ATTRIBUTES).map(|i| format!("g{i}")).collect());
    let message = format!("more than {MAX_ATTRIBUTES} protected attributes");
    check(&many, data, "TOO_MANY_ATTRIBUTES", &message, "evaluate the attributes in several runs");
    let long = with(|options| options.positive = vec!["1".to_owned(); MAX_LIST + 1]);
    let message = format!("more than {MAX_LIST} names for positive");
    check(&long, data, "LIST_TOO_LONG", &message, &format!("give at most {MAX_LIST} names"));
}

const LABELS: &str = "id,y,g\n7,1,a\n8,0,a\n9,1,b\n10,0,b\n";

fn joined(labels: &str, predictions: &str) -> Result<Report, EvalError> {
    let options = with(|options| options.id = Some("id".to_owned()));
    let [labels, predictions] = [("labels.csv", labels), ("pred.csv", predictions)]
        .map(|(name, text)| DataFile::new(name, text.as_bytes().to_vec()));
    evaluate_joined(&options, &labels, &predictions)
}

fn check_joined(labels: &str, predictions: &str, code: &str, message: &str, remedy: &str) {
    let error = joined(labels, predictions).expect_err("the input is malformed");
    assert_eq!((error.code(), error.to_string().as_str(), error.remedy().as_str()), (code, message, remedy));
}

/// Whoever chooses the scores could weigh each row by another power of two, and read the labels off the digits.
#[test]
fn a_join_gives_no_figure_whose_digits_are_labels() {
    let options = with(|options| (options.id, options.score) = (Some("id".to_owned()), Some("s".to_owned())));
    let predictions = "id,p,s\n7,1,0.9\n8,0,0.2\n9,1,0.6\n10,0,0.4\n";
    let [labels, predictions] =
        [LABELS, predictions].map(|text| DataFile::new("file", text.as_bytes().to_vec()));
    let report = evaluate_joined(&options, &labels, &predictions).expect("the files fit");
    assert_eq!(report.metrics["rocAuc"].value, Some(1.0));
    for name in ["averagePrecision", "brierScore", "expectedCalibrationError", "logLoss"] {
        assert!(!report.metrics.contains_key(name), "{name}");
    }
    assert!(report.curve.is_empty() && report.calibration.is_empty());
    assert!(report.groups.iter().all(|group| group.expected_calibration_error.is_none()));
}

#[test]
fn a_join_must_be_one_to_one() {
    let own = "give every row an id of its own";
    let labels = "`labels.csv`, row 3 (line 4), column `id`: the id of row 1 comes again";
    check_joined("id,y,g\n7,1,a\n8,0,a\n7,1,b\n", "id,p\n7,1\n8,0\n", "DUPLICATE_ID", labels, own);
    let predictions = "`pred.csv`, row 2 (line 3), column `id`: the id has come before";
    check_joined(LABELS, "id,p\n7,1\n7,0\n", "DUPLICATE_ID", predictions, own);
    let missing = "`labels.csv`: 2 labelled rows have no prediction: rows 2, 4";
    check_joined(LABELS, "id,p\n9,1\n7,0\n", "MISSING_PREDICTIONS", missing, "predict every labelled row");
    let unknown = "`pred.csv`, column `id`: 1 predictions have an id that the labels do not have: row 2";
    let remedy = "leave out the rows that are not in the labels";
    check_joined(LABELS, "id,p\n7,1\n77,0\n8,0\n9,1\n10,0\n", "UNKNOWN_IDS", unknown, remedy);
    let empty = "`labels.csv`, row 1 (line 2), column `id`: the value is empty";
    check_joined("id,y,g\n,1,a\n", "id,p\n", "EMPTY_VALUE", empty, "fill the value in, or leave the row out");
    let none = "`labels.csv`: the file has a header and no rows";
    check_joined(
        "id,y,g\n",
        "id,p\n",
        "NO_ROWS",
        none,
        "give a file with a header line and at least one row",
    );
}

#[test]
fn only_the_first_missing_rows_are_listed() {
    let labels: String = lines(1..=30, |id| format!("{id},1,a"));
    let message = "`labels.csv`: 29 labelled rows have no prediction: rows 2, 3, 4, 5, 6 and more";
    let labels = format!("id,y,g\n{labels}");
    check_joined(&labels, "id,p\n1,1\n", "MISSING_PREDICTIONS", message, "predict every labelled row");
}

#[test]
fn a_join_needs_an_id_column() {
    let file = DataFile::new("x.csv", LABELS.as_bytes().to_vec());
    let error = evaluate_joined(&options(), &file, &file).expect_err("no id is named");
    assert_eq!(
        (error.code(), error.to_string().as_str()),
        ("UNNAMED_COLUMN", "no column is named for the row id")
    );
}

#[test]
fn a_join_in_any_order_equals_one_table() {
    let report = joined(LABELS, "id,p\n10,1\n9,1\n8,0\n7,0\n").expect("well formed");
    let counts = report.confusion_matrix;
    assert_eq!((counts.tn, counts.fp, counts.fn_, counts.tp), (1, 1, 1, 1));
    let whole = run(&options(), "y,p,g\n1,0,a\n0,0,a\n1,1,b\n0,1,b\n").expect("well formed");
    assert_eq!(report.metrics, whole.metrics);
    assert_eq!(report.groups, whole.groups);
}

#[test]
fn a_byte_order_mark_and_crlf_are_read_and_empty_groups_are_shown() {
    let report = run(&options(), "\u{feff}y,p,g\r\n1,1,a\r\n\r\n0,0,\r\n").expect("well formed");
    let names: Vec<&str> = report.groups.iter().map(|group| group.group.as_str()).collect();
    assert_eq!((report.rows, names), (2, vec!["(empty)", "a"]));
}
