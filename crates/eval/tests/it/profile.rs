//! What a table holds, counted: every format gives the same, and memory stays bounded.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_push_string,
    reason = "a test fails by panicking"
)]

use crate::files;

use std::fmt::Write as _;
use std::sync::Arc;

use ::parquet::file::properties::WriterProperties;
use arrow_array::{ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray};
use assent_eval::limits::MAX_VALUE_BYTES;
use assent_eval::profile::{ClassCount, ColumnProfile, MAX_DISTINCT, Profile, ValueType, profile_files};
use assent_eval::progress::Unwatched;
use assent_eval::{DataFile, Problem};
use files::{arrow_file, arrow_stream, parquet};

fn file(name: &str, bytes: impl AsRef<[u8]>) -> DataFile {
    DataFile::new(name, bytes.as_ref().to_vec())
}

fn profile(files: &[DataFile], label: Option<&str>) -> Profile {
    profile_files(files, label, &Unwatched).expect("sound")
}

fn column(
    name: &str,
    kind: ValueType,
    missing: u64,
    distinct: u64,
    range: Option<(&str, &str)>,
) -> ColumnProfile {
    let (min, max) = range.map(|(min, max)| (min.to_owned(), max.to_owned())).unzip();
    ColumnProfile {
        name: name.to_owned(),
        r#type: kind,
        missing,
        distinct,
        distinct_is_at_least: false,
        min,
        max,
    }
}

const CSV: &str = "age,share,city,flag,empty\n31,0.5,Bonn,true,\n,1,Größe,FALSE,\n-4,1.0,,true,\n9007199254740993,2.25,Bonn,true,\n";

fn expected() -> Vec<ColumnProfile> {
    vec![
        column("age", ValueType::Integer, 1, 3, Some(("-4", "9007199254740993"))),
        column("share", ValueType::Number, 0, 3, Some(("0.5", "2.25"))),
        column("city", ValueType::Text, 1, 2, Some(("4 characters", "5 characters"))),
        column("flag", ValueType::Boolean, 0, 2, None),
        column("empty", ValueType::Empty, 4, 0, None),
    ]
}

#[test]
fn a_table_is_counted() {
    let found = profile(&[file("a.csv", CSV)], Some("city"));
    assert_eq!((found.rows, &found.columns), (4, &expected()));
    let classes = [("Bonn", 2), ("Größe", 1)];
    assert_eq!(found.classes, classes.map(|(value, rows)| ClassCount { value: value.to_owned(), rows }));
}

#[test]
fn every_format_gives_the_same() {
    let columns: [(&str, ArrayRef); 5] = [
        ("age", Arc::new(Int64Array::from(vec![Some(31), None, Some(-4), Some(9_007_199_254_740_993)]))),
        ("share", Arc::new(Float64Array::from(vec![0.5, 1.0, 1.0, 2.25]))),
        ("city", Arc::new(StringArray::from(vec![Some("Bonn"), Some("Größe"), None, Some("Bonn")]))),
        ("flag", Arc::new(BooleanArray::from(vec![true, false, true, true]))),
        ("empty", Arc::new(StringArray::from(vec![None::<&str>; 4]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).expect("a batch");
    let json = "{\"age\":31,\"share\":0.5,\"city\":\"Bonn\",\"flag\":true,\"empty\":null}\n\
                {\"age\":null,\"share\":1,\"city\":\"Größe\",\"flag\":false,\"empty\":null}\n\
                {\"age\":-4,\"share\":1.0,\"city\":null,\"flag\":true,\"empty\":null}\n\
                {\"age\":9007199254740993,\"share\":2.25,\"city\":\"Bonn\",\"flag\":true,\"empty\":null}\n";
    let small = WriterProperties::builder().set_max_row_group_row_count(Some(2)).build();
    for (name, bytes) in [
        ("a.jsonl", json.as_bytes().to_vec()),
        ("a.parquet", parquet(&batch, small)),
        ("a.arrow", arrow_file(&batch)),
        ("a.arrows", arrow_stream(&batch)),
    ] {
        let mut found = profile(&[file(name, bytes)], None);
        let mut expected = expected();
        // The fields of JSON lines have no order.
        for columns in [&mut found.columns, &mut expected] {
            columns.sort_by(|one, other| one.name.cmp(&other.name));
        }
        assert_eq!((found.rows, found.columns), (4, expected), "{name}");
    }
    let twice = profile(&[file("a.csv", CSV), file("b.csv", CSV)], None);
    assert_eq!((twice.rows, twice.columns[0].distinct, twice.columns[4].missing), (8, 3, 8));
}

#[test]
fn types_that_are_not_read_are_told() {
    let day: ArrayRef = Arc::new(Date32Array::from(vec![1, 2]));
    let id: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
    let batch = RecordBatch::try_from_iter([("day", day), ("id", id)]).expect("a batch");
    let found = profile(&[file("a.arrow", arrow_file(&batch))], None);
    let kinds: Vec<ValueType> = found.columns.iter().map(|column| column.r#type).collect();
    assert_eq!(kinds, [ValueType::Other, ValueType::Integer]);
}

#[test]
fn what_cannot_be_counted_stays_bounded_and_says_so() {
    let mut text = "id,note\n".to_owned();
    for row in 0..=MAX_DISTINCT {
        writeln!(text, "{row},{}", "x".repeat(row % 250)).expect("a string takes text");
    }
    let found = profile(&[file("a.csv", &text)], None);
    let id = &found.columns[0];
    assert_eq!((id.distinct, id.distinct_is_at_least), (MAX_DISTINCT as u64, true));
    assert_eq!((id.min.as_deref(), id.max.as_deref()), (Some("0"), Some("10000")));
    assert_eq!((found.columns[1].distinct, found.columns[1].distinct_is_at_least), (249, false));
    let long = format!("id,note\n1,{}\n", "x".repeat(MAX_VALUE_BYTES + 1));
    let long = profile_files(&[file("a.csv", long)], None, &Unwatched).expect_err("too long");
    assert!(matches!(long.problem, Problem::ValueTooLarge { .. }), "{long}");
    let many = profile_files(&[file("a.csv", &text)], Some("id"), &Unwatched).expect_err("too many classes");
    assert_eq!(many.code(), "TOO_MANY_VALUES");
    let none = profile_files(&[file("a.csv", CSV)], Some("agee"), &Unwatched).expect_err("no column");
    assert!(none.to_string().contains("agee") && none.to_string().contains("age"), "{none}");
}
