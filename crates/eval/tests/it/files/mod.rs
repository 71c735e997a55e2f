//! Rows, and files of all formats that hold them.
#![allow(
    dead_code,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "each test file uses some of these helpers, which may fail as tests do"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use arrow_array::builder::StringDictionaryBuilder;
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, Float32Array, Float64Array, Int8Array, LargeStringArray, RecordBatch,
    StringArray, StringViewArray, UInt32Array,
};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

/// One row: label, prediction, score, and two groups of which the first may be missing.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) label: bool,
    pub(crate) prediction: &'static str,
    pub(crate) score: f64,
    pub(crate) group: Option<String>,
    pub(crate) other: &'static str,
}

#[derive(Clone, Debug)]
pub(crate) struct Rows(pub(crate) Vec<Row>);

impl Rows {
    /// Rows of a seed, with ties in the score and a small group.
    pub(crate) fn generated(seed: u64, count: usize) -> Self {
        let mut state = seed;
        let mut next = move |bound: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % bound
        };
        let row = |_| {
            let label = next(5) < 2;
            let steps = u32::try_from(next(60) + if label { 40 } else { 0 }).expect("it is small");
            Row {
                label,
                prediction: if steps < 45 {
                    "no"
                } else if steps < 70 {
                    "yes"
                } else {
                    "surely"
                },
                score: f64::from(steps) / 100.0,
                group: [Some("north"), Some("south, and more"), None, Some("\"islands\"")]
                    [usize::try_from(next(40).saturating_sub(36)).expect("it is small")]
                .map(str::to_owned),
                other: ["a", "b"][usize::try_from(next(2)).expect("it is small")],
            }
        };
        Self((0..count).map(row).collect())
    }

    /// Rows whose groups are too many to be looked up in a table.
    pub(crate) fn of_many_groups(count: usize) -> Self {
        let mut rows = Self::generated(1, count);
        for (index, row) in rows.0.iter_mut().enumerate() {
            row.group = Some(format!("g{}", index * 7 % 701));
        }
        rows
    }

    pub(crate) fn split(&self, first: usize, second: usize) -> [Self; 3] {
        [&self.0[..first], &self.0[first..second], &self.0[second..]].map(|rows| Self(rows.to_vec()))
    }

    pub(crate) fn by_group(&self) -> BTreeMap<String, Self> {
        let mut groups: BTreeMap<String, Self> = BTreeMap::new();
        for row in &self.0 {
            let name = row.group.clone().unwrap_or_default();
            groups.entry(name).or_insert_with(|| Self(Vec::new())).0.push(row.clone());
        }
        groups
    }
}

pub(crate) fn csv(rows: &Rows) -> Vec<u8> {
    let mut text = "id,y,p,s,g,h\n".to_owned();
    for (id, row) in rows.0.iter().enumerate() {
        let group = row.group.as_deref().unwrap_or_default().replace('"', "\"\"");
        let (label, other) = (u8::from(row.label), row.other);
        writeln!(text, "{id},{label},{},{},\"{group}\",{other}", row.prediction, row.score).expect("it fits");
    }
    text.into_bytes()
}

pub(crate) fn json_lines(rows: &Rows) -> Vec<u8> {
    let mut text = String::new();
    for (id, row) in rows.0.iter().enumerate() {
        let value = serde_json::json!({
            "id": { "not": ["read", id] }, "y": u8::from(row.label), "p": row.prediction, "s": row.score,
            "g": row.group, "h": row.other,
        });
        writeln!(text, "{value}").expect("it fits");
    }
    text.into_bytes()
}

/// The rows with the label in a column of this kind.
pub(crate) fn with_label(rows: &Rows, label: ArrayRef) -> RecordBatch {
    let mut columns = columns(rows, true);
    columns.insert(1, ("y", label));
    RecordBatch::try_from_iter(columns).expect("columns of one length")
}

/// The label as Arrow can hold it, and what a positive one is called.
pub(crate) fn label_columns(rows: &Rows) -> Vec<(ArrayRef, &'static str)> {
    let labels = || rows.0.iter().map(|row| row.label);
    let bits = || labels().map(u8::from);
    let texts = || labels().map(|label| if label { "1" } else { "0" });
    vec![
        (Arc::new(labels().map(Some).collect::<BooleanArray>()), "true"),
        (Arc::new(Int8Array::from_iter_values(labels().map(i8::from))), "1"),
        (Arc::new(UInt32Array::from_iter_values(bits().map(u32::from))), "1"),
        (Arc::new(Float32Array::from_iter_values(bits().map(f32::from))), "1"),
        (Arc::new(Float64Array::from_iter_values(bits().map(f64::from))), "1"),
        (Arc::new(LargeStringArray::from_iter_values(texts())), "1"),
        (Arc::new(StringViewArray::from_iter_values(texts())), "1"),
    ]
}

pub(crate) fn batch(rows: &Rows, dictionaries: bool) -> RecordBatch {
    let mut columns = columns(rows, dictionaries);
    let label = Int8Array::from_iter_values(rows.0.iter().map(|row| i8::from(row.label)));
    columns.insert(1, ("y", Arc::new(label)));
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true)))
        .expect("columns of one length")
}

fn columns(rows: &Rows, dictionaries: bool) -> Vec<(&'static str, ArrayRef)> {
    let text = |values: Vec<Option<&str>>| -> ArrayRef {
        if !dictionaries {
            return Arc::new(StringArray::from(values));
        }
        let mut builder = StringDictionaryBuilder::<Int32Type>::new();
        // A value that no row has must not become a group.
        builder.append_value("unused");
        for value in values {
            builder.append_option(value);
        }
        let all = builder.finish();
        Arc::new(all.slice(1, all.len() - 1))
    };
    vec![
        ("other", text(rows.0.iter().map(|_| Some("never read")).collect())),
        ("s", Arc::new(Float64Array::from_iter_values(rows.0.iter().map(|row| row.score)))),
        ("h", text(rows.0.iter().map(|row| Some(row.other)).collect())),
        ("g", text(rows.0.iter().map(|row| row.group.as_deref()).collect())),
        ("p", text(rows.0.iter().map(|row| Some(row.prediction)).collect())),
    ]
}

pub(crate) fn arrow_file(batch: &RecordBatch) -> Vec<u8> {
    let options =
        IpcWriteOptions::default().try_with_compression(Some(CompressionType::ZSTD)).expect("a codec");
    let mut writer =
        FileWriter::try_new_with_options(Vec::new(), &batch.schema(), options).expect("a writer");
    let half = batch.num_rows() / 2;
    writer.write(&batch.slice(0, half)).expect("it is written");
    writer.write(&batch.slice(half, batch.num_rows() - half)).expect("it is written");
    writer.into_inner().expect("it is written")
}

pub(crate) fn arrow_stream(batch: &RecordBatch) -> Vec<u8> {
    let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).expect("a writer");
    writer.write(batch).expect("it is written");
    writer.into_inner().expect("it is written")
}

pub(crate) fn parquet(batch: &RecordBatch, properties: WriterProperties) -> Vec<u8> {
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).expect("a writer");
    writer.write(batch).expect("it is written");
    writer.into_inner().expect("it is written")
}

pub(crate) fn plain_parquet(rows: &Rows) -> Vec<u8> {
    parquet(&batch(rows, false), WriterProperties::builder().set_max_row_group_row_count(Some(100)).build())
}

/// The rows without the column `g`.
pub(crate) fn without_group(rows: &Rows) -> Vec<u8> {
    let batch = batch(rows, false);
    let kept: Vec<usize> =
        (0..batch.num_columns()).filter(|index| batch.schema().field(*index).name() != "g").collect();
    parquet(&batch.project(&kept).expect("columns that are there"), WriterProperties::default())
}
