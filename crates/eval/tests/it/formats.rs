//! The same rows in any format, in any number of files and by any number of threads give the same report, byte for byte.

use crate::files;

use ::parquet::basic::{Compression, GzipLevel, ZstdLevel};
use ::parquet::file::properties::WriterProperties;
use assent_eval::state::State;
use assent_eval::{
    DataFile, EvaluationOptions, Input, Report, evaluate, evaluate_files, evaluate_state, scan_files,
};
use files::{Rows, batch, csv, json_lines, parquet};
use proptest::prelude::*;

fn options() -> EvaluationOptions {
    let texts = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
    EvaluationOptions {
        label: "y".to_owned(),
        prediction: "p".to_owned(),
        positive: texts(&["yes", "surely"]),
        score: Some("s".to_owned()),
        protected: texts(&["g", "h"]),
        intersections: vec![texts(&["g", "h"])],
        segments: texts(&["h"]),
        suites: texts(&["performance", "bias"]),
        min_group_size: 30,
        ..EvaluationOptions::default()
    }
}

fn json(report: &Report) -> String {
    serde_json::to_string(report).expect("it serialises")
}

fn of_csv(rows: &Rows) -> String {
    json(&evaluate(&options(), Input::new("x.csv", csv(rows).as_slice())).expect("well formed"))
}

fn of_file(bytes: Vec<u8>) -> String {
    of_files(vec![DataFile::new("x", bytes)])
}

#[expect(clippy::needless_pass_by_value, reason = "every caller makes the files in place")]
fn of_files(files: Vec<DataFile>) -> String {
    json(&evaluate_files(&options(), &files).expect("well formed"))
}

#[test]
fn every_format_gives_the_same_report() {
    let rows = Rows::generated(7, 1_000);
    let expected = of_csv(&rows);
    assert!(expected.contains("\"g+h.demographicParityDifference\":{\"value\":0."), "{expected}");
    assert_eq!(of_file(csv(&rows)), expected, "CSV");
    assert_eq!(of_file(json_lines(&rows)), expected, "JSON lines");
    for dictionaries in [false, true] {
        let batch = batch(&rows, dictionaries);
        assert_eq!(of_file(files::arrow_file(&batch)), expected, "Arrow file, {dictionaries}");
        assert_eq!(of_file(files::arrow_stream(&batch)), expected, "Arrow stream, {dictionaries}");
        for compression in [
            Compression::UNCOMPRESSED,
            Compression::SNAPPY,
            Compression::GZIP(GzipLevel::default()),
            Compression::LZ4_RAW,
            Compression::ZSTD(ZstdLevel::default()),
        ] {
            let properties = WriterProperties::builder().set_compression(compression);
            let properties = properties.set_max_row_group_row_count(Some(137)).build();
            assert_eq!(of_file(parquet(&batch, properties)), expected, "{compression}, {dictionaries}");
        }
    }
}

#[test]
fn labels_may_be_booleans_and_numbers() {
    let rows = Rows::generated(8, 200);
    let expected = of_csv(&rows);
    let same_but_for_its_words = |found: &str, words: &str| {
        assert_eq!(
            found,
            expected.replace("\"labelPositive\":[\"1\"]", &format!("\"labelPositive\":[\"{words}\"]"))
        );
    };
    for (column, words) in files::label_columns(&rows) {
        let found = of_file(files::arrow_file(&files::with_label(&rows, column)));
        same_but_for_its_words(&found, words);
    }
}

#[test]
fn many_files_of_many_formats_give_the_report_of_one() {
    let rows = Rows::generated(9, 600);
    let [a, b, c] = rows.split(211, 388);
    let files = vec![
        DataFile::new("a.csv", csv(&a)),
        DataFile::new("b", files::plain_parquet(&b)),
        DataFile::new("c.jsonl", json_lines(&c)),
    ];
    assert_eq!(of_files(files), of_csv(&rows));
}

#[test]
fn folders_give_columns() {
    let rows = Rows::generated(10, 300);
    let files = rows.by_group().into_iter().map(|(group, rows)| {
        let bytes = files::without_group(&rows);
        DataFile { partitions: vec![("g".to_owned(), group)], ..DataFile::new("part", bytes) }
    });
    assert_eq!(of_files(files.collect()), of_csv(&rows));
}

#[test]
fn threads_and_row_groups_do_not_show() {
    let rows = Rows::generated(11, 2_000);
    let expected = of_csv(&rows);
    for threads in [1, 2, 7] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start");
        for group in [2_000, 333, 61] {
            let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group)).build();
            let bytes = parquet(&batch(&rows, true), properties);
            assert_eq!(pool.install(|| of_file(bytes)), expected, "{threads} threads, {group} rows");
        }
    }
}

#[test]
fn more_combinations_than_a_table_holds_are_counted_all_the_same() {
    let rows = Rows::of_many_groups(3_000);
    let report =
        evaluate_files(&options(), &[DataFile::new("x", files::plain_parquet(&rows))]).expect("well formed");
    assert_eq!(json(&report), of_csv(&rows));
    let sum = |attribute: &str| -> u64 {
        report.groups.iter().filter(|group| group.attribute == attribute).map(|group| group.n).sum()
    };
    assert_eq!((sum("g"), sum("h"), sum("g+h")), (3_000, 3_000, 3_000));
    assert_eq!(report.groups.iter().filter(|group| group.attribute == "g").count(), 701);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn stored_parts_merge_into_the_whole(seed in any::<u64>(), first in 1_usize..200, second in 200_usize..399) {
        let rows = Rows::generated(seed, 400);
        let stored: Vec<State> = rows
            .split(first, second)
            .iter()
            .map(|part| {
                let state = scan_files(&options(), &[DataFile::new("x", csv(part))]).expect("well formed");
                let text = serde_json::to_string(&state).expect("it serialises");
                serde_json::from_str(&text).expect("it reads back")
            })
            .rev()
            .collect();
        let merged = State::merged(stored).expect("of the same columns");
        let whole = scan_files(&options(), &[DataFile::new("x", csv(&rows))]).expect("well formed");
        prop_assert_eq!(
            serde_json::to_string(&merged).expect("it serialises"),
            serde_json::to_string(&whole).expect("it serialises")
        );
        let report = evaluate_state(&options(), &merged).expect("decided");
        prop_assert_eq!(json(&report), of_csv(&rows));
    }
}
