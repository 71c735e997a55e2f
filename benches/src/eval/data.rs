//! The data of the benchmark: predictions of people in three protected columns, the same for a number of rows in every run.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use xtask::rng::Rng;

/// Rows of a row group: what most writers make.
const GROUP_ROWS: usize = 1 << 20;

/// The protected columns, their values, and how much each value lifts the score, in hundredths.
pub(super) const PROTECTED: [(&str, &[(&str, u64)]); 3] = [
    ("sex", &[("female", 0), ("male", 6)]),
    (
        "origin",
        &[("Africa", 0), ("Americas", 4), ("Asia", 2), ("Europe", 5), ("Oceania", 3), ("not stated", 1)],
    ),
    ("age", &[("18 to 29", 0), ("30 to 44", 3), ("45 to 59", 6), ("60 and over", 2), ("not stated", 1)]),
];

/// Writes a file of so many rows, unless it is there.
pub(super) fn file(folder: &Path, rows: u64) -> Result<PathBuf> {
    let path = folder.join(format!("{rows}.parquet"));
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(GROUP_ROWS));
    let mut rng = Rng::new(rows);
    let mut rest = usize::try_from(rows)?;
    let first = batch(&mut rng, rest.min(GROUP_ROWS))?;
    let mut writer = ArrowWriter::try_new(File::create(&path)?, first.schema(), Some(properties.build()))?;
    rest -= first.num_rows();
    writer.write(&first)?;
    while rest > 0 {
        let batch = batch(&mut rng, rest.min(GROUP_ROWS))?;
        rest -= batch.num_rows();
        writer.write(&batch)?;
    }
    writer.close()?;
    Ok(path)
}

/// Rows whose labels come as often as their scores say, near enough.
fn batch(rng: &mut Rng, rows: usize) -> Result<RecordBatch> {
    let mut groups: [Vec<&str>; 3] = Default::default();
    let (mut labels, mut predictions, mut scores) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rows {
        let mut lift = 0;
        for (column, (_, values)) in groups.iter_mut().zip(PROTECTED) {
            if let Some((value, more)) = rng.pick(values) {
                column.push(*value);
                lift += more;
            }
        }
        let score = 0.8 * unit(rng) + f64::from(u32::try_from(lift)?) / 100.0;
        labels.push(i64::from(unit(rng) < score));
        predictions.push(i64::from(score >= 0.5));
        scores.push(score);
    }
    let text = |values: &Vec<&str>| -> ArrayRef { Arc::new(StringArray::from_iter_values(values)) };
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        ("label", Arc::new(Int64Array::from(labels))),
        ("prediction", Arc::new(Int64Array::from(predictions))),
        ("score", Arc::new(Float64Array::from(scores))),
    ];
    columns.extend(groups.iter().zip(PROTECTED).map(|(values, (name, _))| (name, text(values))));
    Ok(RecordBatch::try_from_iter(columns)?)
}

/// From 0 to below 1, with 53 bits.
#[expect(clippy::cast_precision_loss, reason = "53 bits are what a number holds")]
fn unit(rng: &mut Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}
