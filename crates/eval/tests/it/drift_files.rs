//! Two tables in files compared column by column: which columns, as what, and what is said of those that cannot be.

use crate::files;

use std::fmt::Write as _;
use std::sync::Arc;

use ::parquet::file::properties::WriterProperties;
use arrow_array::{ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray};
use assent_eval::DataFile;
use assent_eval::drift::{
    Categories, Column, ColumnChoice, ColumnPair, CompareError, Comparison, DriftOptions, Figures, Numbers,
    Values, compare_files, report,
};
use assent_eval::limits::{MAX_CATEGORIES, MAX_VALUE_BYTES};
use assent_eval::progress::Unwatched;
use files::{arrow_file, arrow_stream, parquet};

fn file(name: &str, bytes: impl AsRef<[u8]>) -> DataFile {
    DataFile::new(name, bytes.as_ref().to_vec())
}

fn as_parquet(batch: &RecordBatch) -> Vec<u8> {
    parquet(batch, WriterProperties::builder().build())
}

fn compared(
    reference: &[DataFile],
    current: &[DataFile],
    choice: &ColumnChoice,
) -> Result<Comparison, CompareError> {
    compare_files(reference, current, choice, &DriftOptions::default(), &Unwatched)
}

fn of_texts(reference: &str, current: &str, choice: &ColumnChoice) -> Result<Comparison, CompareError> {
    compared(&[file("a.csv", reference)], &[file("b.csv", current)], choice)
}

fn columns(names: &[&str]) -> ColumnChoice {
    ColumnChoice { columns: names.iter().map(|name| (*name).to_owned()).collect(), ..ColumnChoice::default() }
}

fn kinds(found: &Comparison) -> Vec<(&str, bool)> {
    let is_numeric = |figures: &Figures| matches!(figures, Figures::Numeric { .. });
    found.report.columns.iter().map(|column| (column.column.as_str(), is_numeric(&column.figures))).collect()
}

const REFERENCE: &str = "age,city,flag\n31,Bonn,0\n,Kiel,1\nNaN,Bonn,0\n44.5,,1\n29,Bonn,1\n";
const CURRENT: &str = "city,age,flag\nBonn,inf,1\nUlm,50,1\nUlm,61,1\n";

#[test]
fn the_figures_are_those_of_the_columns_in_memory() {
    let found = of_texts(REFERENCE, CURRENT, &ColumnChoice::default()).expect("sound");
    let of = |counts: &[(&str, u64)], missing| {
        let counts = counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
        Column::Categorical(Categories { counts, missing })
    };
    let numbers = |values: &[f64], missing| Column::Numeric(Numbers::new(values.to_vec(), missing));
    let pairs = [
        ColumnPair {
            name: "age".to_owned(),
            reference: numbers(&[31.0, f64::NAN, 44.5, 29.0], 1),
            current: numbers(&[f64::INFINITY, 50.0, 61.0], 0),
        },
        ColumnPair {
            name: "city".to_owned(),
            reference: of(&[("Bonn", 3), ("Kiel", 1)], 1),
            current: of(&[("Bonn", 1), ("Ulm", 2)], 0),
        },
        ColumnPair {
            name: "flag".to_owned(),
            reference: numbers(&[0.0, 1.0, 0.0, 1.0, 1.0], 0),
            current: numbers(&[1.0, 1.0, 1.0], 0),
        },
    ];
    let expected = report(&pairs, &DriftOptions::default()).expect("sound");
    assert_eq!(found.report, expected);
    assert!(found.left_out.is_empty());
    let cities: Vec<(&Values, u64, u64)> = found.report.columns[1]
        .distribution
        .iter()
        .map(|bucket| (&bucket.values, bucket.reference, bucket.current))
        .collect();
    let city = |name: &str| Values::Category { name: name.to_owned() };
    assert_eq!(cities, [(&city("Bonn"), 3, 1), (&city("Ulm"), 0, 2), (&city("Kiel"), 1, 0)]);
    let json = serde_json::to_value(&found).expect("it serialises");
    assert_eq!(serde_json::from_value::<Comparison>(json).expect("it reads back"), found);
}

#[test]
fn a_column_is_of_numbers_only_if_all_its_values_are_in_both_tables() {
    let found = of_texts("a,b,c\n1,1,1\n2,x,2\n", "a,b,c\n3,1,\n4,2,y\n", &ColumnChoice::default());
    assert_eq!(kinds(&found.expect("sound")), [("a", true), ("b", false), ("c", false)]);
    let choice = ColumnChoice { categorical: vec!["a".to_owned()], ..columns(&["a"]) };
    let found = of_texts("a\n1\n2\n", "a\n3\n4\n", &choice);
    assert_eq!(kinds(&found.expect("sound")), [("a", false)]);
}

#[test]
fn parts_and_formats_do_not_change_a_figure() {
    let batch = |ages: &[Option<f64>], cities: &[Option<&str>], flags: &[i64]| {
        let ages: ArrayRef = Arc::new(Float64Array::from(ages.to_vec()));
        let cities: ArrayRef = Arc::new(StringArray::from(cities.to_vec()));
        let flags: ArrayRef = Arc::new(Int64Array::from(flags.to_vec()));
        RecordBatch::try_from_iter_with_nullable(
            [("age", ages), ("city", cities), ("flag", flags)].map(|(name, column)| (name, column, true)),
        )
        .expect("columns of one length")
    };
    let whole = batch(
        &[Some(31.0), None, Some(f64::NAN), Some(44.5), Some(29.0)],
        &[Some("Bonn"), Some("Kiel"), Some("Bonn"), None, Some("Bonn")],
        &[0, 1, 0, 1, 1],
    );
    let expected = of_texts(REFERENCE, CURRENT, &ColumnChoice::default()).expect("sound");
    let current = [file("b.csv", CURRENT)];
    let lines = "{\"age\": 31, \"city\": \"Bonn\", \"flag\": 0, \"more\": [1]}\n\
                 {\"age\": null, \"city\": \"Kiel\", \"flag\": 1, \"more\": []}\n";
    let rest = "age,city,flag\nNaN,Bonn,0\n44.5,,1\n29,Bonn,1\n";
    let tables: [Vec<DataFile>; 4] = [
        vec![file("a", as_parquet(&whole))],
        vec![file("a", arrow_file(&whole))],
        vec![file("a", arrow_stream(&whole.slice(0, 2))), file("b", as_parquet(&whole.slice(2, 3)))],
        vec![file("a", lines), file("b", rest)],
    ];
    for table in tables {
        let found = compared(&table, &current, &columns(&["age", "city", "flag"])).expect("sound");
        assert_eq!(found.report, expected.report);
    }
}

#[test]
fn columns_that_cannot_be_compared_are_left_out_with_a_reason() {
    let ids = (0..=MAX_CATEGORIES).fold("a,id\n".to_owned(), |mut text, row| {
        writeln!(text, "1,id-{row}").expect("it is a string");
        text
    });
    let found = of_texts(&ids, "a,id,z\n1,id-1,5\n", &ColumnChoice::default()).expect("sound");
    assert_eq!(kinds(&found), [("a", true)]);
    let left_out = |found: &Comparison| -> Vec<(String, String)> {
        found.left_out.iter().map(|one| (one.column.clone(), one.code.clone())).collect()
    };
    let of = |column: &str, code: &str| (column.to_owned(), code.to_owned());
    assert_eq!(left_out(&found), [of("z", "NOT_IN_REFERENCE"), of("id", "TOO_MANY_CATEGORIES")]);

    let long = format!("a,text,gone\n1,{},2\n", "x".repeat(MAX_VALUE_BYTES + 1));
    let found = of_texts(&long, "text,a\nshort,1\n", &ColumnChoice::default()).expect("sound");
    assert_eq!(left_out(&found), [of("gone", "NOT_IN_CURRENT"), of("text", "VALUE_TOO_LARGE")]);

    let dates: ArrayRef = Arc::new(Date32Array::from(vec![1, 2]));
    let flags: ArrayRef = Arc::new(BooleanArray::from(vec![true, false]));
    let batch = RecordBatch::try_from_iter([("day", dates), ("flag", flags)]).expect("one length");
    let table = [file("a.parquet", as_parquet(&batch))];
    let found = compared(&table, &table, &ColumnChoice::default()).expect("sound");
    assert_eq!(
        (kinds(&found), left_out(&found)),
        (vec![("flag", false)], vec![of("day", "UNSUPPORTED_TYPE")])
    );
}

#[test]
fn a_column_that_is_named_must_be_there_and_sound() {
    let long = format!("a,text\n1,{}\n", "x".repeat(MAX_VALUE_BYTES + 1));
    for (reference, choice, message) in [
        ("b\n1\n", columns(&["a"]), "`a.csv`: no column `a`; the columns are `b`"),
        (
            &long,
            columns(&["text"]),
            "`a.csv`, row 1 (line 2), column `text`: a value of 257 bytes; the limit is 256",
        ),
        (
            "a\n1\n2\nn/a\n",
            ColumnChoice { numeric: vec!["a".to_owned()], ..ColumnChoice::default() },
            "`a.csv`, row 3 (line 4), column `a`: `n/a` is not a number",
        ),
        (
            "a\n1\n",
            ColumnChoice { categorical: vec!["A".to_owned()], ..ColumnChoice::default() },
            "no column `A`; the columns are `a`",
        ),
        ("a\n1\n", columns(&["a", "a"]), "two columns have the name `a`"),
        ("a,a\n1,2\n", ColumnChoice::default(), "`a.csv`: two columns have the name `a`"),
        ("", ColumnChoice::default(), "`a.csv`: the file is empty"),
        ("a\n1,2\n", ColumnChoice::default(), "`a.csv`, row 1 (line 2): 2 fields where the header has 1"),
    ] {
        let error = of_texts(reference, "a,text\n1,short\n", &choice).expect_err("it cannot be compared");
        assert_eq!(error.to_string(), message);
        assert!(
            !error.remedy().is_empty() && error.code().chars().all(|c| c == '_' || c.is_ascii_uppercase())
        );
    }
}

#[test]
fn a_table_without_values_is_not_tested() {
    let found = of_texts("a\n1\n2\n", "a\n\"\"\n\"\"\n", &ColumnChoice::default()).expect("sound");
    assert_eq!((found.report.untested_columns, found.report.columns[0].current.missing), (1, 2));
    assert_eq!(found.report.drifted_share.value, None);
}
